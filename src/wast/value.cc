#include "wast/value.h"

#include <fmt/format.h>

#include <algorithm>

#include "wasm/text/numbers.h"

namespace wherry::wast {
namespace {

using wasm::Kind;
using wasm::text::Cursor;
using wasm::text::TokenKind;

void put(Value& value, size_t at, uint64_t bits, size_t size) {
  for (size_t i = 0; i < size; ++i) value.bytes[at + i] = uint8_t(bits >> (8 * i));
}

struct Number {
  std::string_view text;
  Kind kind;
  unsigned bytes;
};
constexpr Number numbers[] = {
    {"i32.const", Kind::i32, 4}, {"i64.const", Kind::i64, 8}, {"f32.const", Kind::f32, 4}, {"f64.const", Kind::f64, 8}};

struct Shape {
  std::string_view text;
  unsigned lanes;
  bool is_float;
};
constexpr Shape shapes[] = {{"i8x16", 16, false}, {"i16x8", 8, false}, {"i32x4", 4, false},
                            {"i64x2", 2, false},  {"f32x4", 4, true},  {"f64x2", 2, true}};

struct Ref {
  std::string_view text;
  RefKind kind;
};
constexpr Ref refs[] = {{"ref.func", RefKind::func},      {"ref.extern", RefKind::extern_}, {"ref.host", RefKind::host},
                        {"ref.i31", RefKind::i31},        {"ref.struct", RefKind::struct_}, {"ref.array", RefKind::array},
                        {"ref.exn", RefKind::exn},        {"ref.eq", RefKind::eq},          {"ref.any", RefKind::any}};

// One number at the cursor: a pattern, if `nan` takes one, or bits.
Result<uint64_t> read_lane(Cursor& cursor, unsigned bytes, bool is_float, NanPattern* nan) {
  if (nan && is_float) {
    *nan = cursor.is_keyword("nan:canonical")    ? NanPattern::canonical
           : cursor.is_keyword("nan:arithmetic") ? NanPattern::arithmetic
                                                 : NanPattern::none;
    if (*nan != NanPattern::none) {
      cursor.next();
      return 0;
    }
  }
  std::optional<uint64_t> bits;
  if (!is_float) bits = wasm::text::parse_integer(cursor.text(), bytes * 8);
  else if (bytes == 4) bits = wasm::text::parse_f32(cursor.text());
  else bits = wasm::text::parse_f64(cursor.text());
  if (!bits) return cursor.expected("a number in range");
  cursor.next();
  return *bits;
}

Result<void> read_vector(Cursor& cursor, Expected& out, bool patterns) {
  const auto shape = std::ranges::find_if(shapes, [&](const Shape& s) { return cursor.is_keyword(s.text); });
  if (shape == std::end(shapes)) return cursor.expected("the shape of a vector");
  cursor.next();
  out.value.kind = Kind::v128;
  out.lanes = shape->lanes;
  out.lane_bytes = 16 / shape->lanes;
  for (unsigned lane = 0; lane < shape->lanes; ++lane) {
    NanPattern* nan = patterns && shape->is_float ? &out.nans[lane] : nullptr;
    put(out.value, lane * out.lane_bytes, TRY(read_lane(cursor, out.lane_bytes, shape->is_float, nan)), out.lane_bytes);
  }
  return {};
}

wasm::HeapType read_null_type(Cursor& cursor) {
  constexpr std::pair<std::string_view, wasm::HeapType> tops[] = {
      {"func", wasm::heap::func},     {"nofunc", wasm::heap::func}, {"extern", wasm::heap::extern_},
      {"noextern", wasm::heap::extern_}, {"exn", wasm::heap::exn},  {"noexn", wasm::heap::exn}};
  const std::string_view word = cursor.text(cursor.next());
  for (const auto& [text, top] : tops) {
    if (word == text) return top;
  }
  return wasm::heap::any;
}

Result<void> read_reference(Cursor& cursor, Expected& out) {
  out.value.kind = Kind::ref;
  if (cursor.take_keyword("ref.null")) {
    out.any_number = true;
    if (!cursor.is(TokenKind::close)) out.value.heap = read_null_type(cursor);
    return {};
  }
  const auto ref = std::ranges::find_if(refs, [&](const Ref& r) { return cursor.is_keyword(r.text); });
  if (ref == std::end(refs)) return cursor.expected("a value");
  cursor.next();
  out.value.ref = ref->kind;
  out.any_number = !cursor.is(TokenKind::number);
  if (!out.any_number) out.value.number = uint32_t(TRY(read_lane(cursor, 4, false, nullptr)));
  return {};
}

// Behind `(`, to before `)`.
Result<void> read_one(Cursor& cursor, Expected& out, bool patterns) {
  for (const Number& number : numbers) {
    if (!cursor.take_keyword(number.text)) continue;
    out.value.kind = number.kind;
    out.lane_bytes = number.bytes;
    const bool is_float = number.kind == Kind::f32 || number.kind == Kind::f64;
    put(out.value, 0, TRY(read_lane(cursor, number.bytes, is_float, patterns ? &out.nans[0] : nullptr)), number.bytes);
    return {};
  }
  if (cursor.take_keyword("v128.const")) return read_vector(cursor, out, patterns);
  return read_reference(cursor, out);
}

Result<Expected> read(Cursor& cursor, bool patterns) {
  if (!cursor.is(TokenKind::open)) return cursor.expected("a value");
  const size_t begin = cursor.peek().begin;
  Expected out;
  if (patterns && cursor.take_list("either")) {
    while (!cursor.at_list_end()) out.either.push_back(TRY(read(cursor, patterns)));
    if (out.either.empty()) return cursor.expected("a value");
  } else {
    cursor.next();
    TRY(read_one(cursor, out, patterns));
  }
  const size_t end = cursor.peek().begin + 1;
  TRY(cursor.close());
  out.text = cursor.tokens().text.substr(begin, end - begin);
  return out;
}

// A NaN whose payload is the quiet bit alone (canonical), or has it (arithmetic): core specification 2.1.2.
bool matches_nan(uint64_t bits, unsigned bytes, NanPattern pattern) {
  const uint64_t canonical = bytes == 4 ? 0x7FC00000 : 0x7FF8000000000000;
  const uint64_t sign = bytes == 4 ? uint64_t(1) << 31 : uint64_t(1) << 63;
  if (pattern == NanPattern::canonical) return (bits & ~sign) == canonical;
  return (bits & canonical) == canonical;
}

// The kinds below eq and any in the hierarchy (3.3.3).
bool is_kind(RefKind kind, RefKind expected) {
  if (kind == expected) return true;
  const bool is_eq = kind == RefKind::i31 || kind == RefKind::struct_ || kind == RefKind::array || kind == RefKind::eq;
  if (expected == RefKind::eq) return is_eq;
  if (expected == RefKind::any) return is_eq || kind == RefKind::host;
  return false;
}

bool matches_reference(const Value& value, const Expected& expected) {
  if (!is_kind(value.ref, expected.value.ref)) return false;
  return expected.any_number || value.number == expected.value.number;
}

}  // namespace

Result<Value> read_value(Cursor& cursor) { return TRY(read(cursor, false)).value; }
Result<Expected> read_expected(Cursor& cursor) { return read(cursor, true); }

bool matches(const Value& value, const Expected& expected) {
  if (!expected.either.empty()) {
    return std::ranges::any_of(expected.either, [&](const Expected& one) { return matches(value, one); });
  }
  if (value.kind != expected.value.kind) return false;
  if (value.kind == Kind::ref) return matches_reference(value, expected);
  for (unsigned lane = 0; lane < expected.lanes; ++lane) {
    const unsigned bytes = expected.lane_bytes, at = lane * bytes;
    const NanPattern nan = lane < expected.nans.size() ? expected.nans[lane] : NanPattern::none;
    const uint64_t bits = value.bits(at, bytes);
    const bool same = nan == NanPattern::none ? bits == expected.value.bits(at, bytes) : matches_nan(bits, bytes, nan);
    if (!same) return false;
  }
  return true;
}

std::string to_text(const Value& value) {
  switch (value.kind) {
    case Kind::i32: return fmt::format("(i32.const {})", int32_t(value.bits(0, 4)));
    case Kind::i64: return fmt::format("(i64.const {})", int64_t(value.bits()));
    case Kind::f32: return fmt::format("(f32.const {})", wasm::text::print_f32(uint32_t(value.bits(0, 4))));
    case Kind::f64: return fmt::format("(f64.const {})", wasm::text::print_f64(value.bits()));
    case Kind::v128:
      return fmt::format("(v128.const i64x2 {:#018x} {:#018x})", value.bits(0), value.bits(8));
    default: break;
  }
  if (value.ref == RefKind::null) return "(ref.null)";
  const auto ref = std::ranges::find(refs, value.ref, &Ref::kind);
  const bool numbered = value.ref == RefKind::extern_ || value.ref == RefKind::host;
  return numbered ? fmt::format("({} {})", ref->text, value.number) : fmt::format("({})", ref->text);
}

}  // namespace wherry::wast
