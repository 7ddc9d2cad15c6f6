#include "wasm/reader.h"

#include <climits>
#include <type_traits>

#include "base/utf8.h"
#include "wasm/errors.h"

namespace wherry::wasm {

void Reader::fail(Error error) {
  if (!failure_) failure_ = std::make_unique<Error>(std::move(error));
  at_ = end_;
}

uint8_t Reader::ended(const char* expected) {
  fail(error::ended(offset(), expected));
  return 0;
}

// LEB128 in at most ceil(width/7) bytes; the unused bits of the last byte must continue the value's sign (signed) or be
// zero (unsigned). Core specification 5.2.2.
template <typename Int, int width>
Int Reader::leb128(const char* expected) {
  using Bits = uint64_t;
  const uint8_t* const start = at_;
  const auto refuse = [&](const char* found) {
    fail(error::malformed(offset_ + size_t(start - begin_), expected, found));
    return Int(0);
  };
  Bits value = 0;
  for (int shift = 0; shift < width; shift += 7) {
    if (at_ == end_) return Int(ended(expected));
    const uint8_t next = *at_++;
    value |= Bits(next & 0x7F) << shift;
    const int used = width - shift;
    if (used <= 7) {
      if (next & 0x80) return refuse("an integer that is too long");
      const int rest = std::is_signed_v<Int> ? int8_t(next << 1) >> used : used == 7 ? 0 : next >> used;
      if (rest != 0 && (std::is_unsigned_v<Int> || rest != -1)) return refuse("an integer that is too large");
      if (std::is_signed_v<Int> && (next & 0x40) && shift + 7 < 64) value |= ~Bits(0) << (shift + 7);
      return Int(value);
    }
    if (next & 0x80) continue;
    if (std::is_signed_v<Int> && (next & 0x40)) value |= ~Bits(0) << (shift + 7);
    return Int(value);
  }
  return refuse("an integer that is too long");
}

uint32_t Reader::u32_slow(const char* expected) { return leb128<uint32_t, 32>(expected); }
uint64_t Reader::u64_slow(const char* expected) { return leb128<uint64_t, 64>(expected); }
int32_t Reader::s32_slow(const char* expected) { return leb128<int32_t, 32>(expected); }
int64_t Reader::s64_slow(const char* expected) { return leb128<int64_t, 64>(expected); }
int64_t Reader::s33(const char* expected) { return leb128<int64_t, 33>(expected); }

template <typename Int>
Int Reader::fixed(const char* expected) {
  if (left() < sizeof(Int)) {
    at_ = end_;
    return ended(expected);
  }
  Int value = 0;
  for (size_t i = 0; i < sizeof(Int); ++i) value |= Int(at_[i]) << (i * CHAR_BIT);
  at_ += sizeof(Int);
  return value;
}

uint32_t Reader::fixed_u32(const char* expected) { return fixed<uint32_t>(expected); }
uint64_t Reader::fixed_u64(const char* expected) { return fixed<uint64_t>(expected); }

std::span<const uint8_t> Reader::bytes(size_t size, const char* expected) {
  if (size > left()) {
    at_ = end_;
    ended(expected);
    return {};
  }
  const std::span<const uint8_t> span(at_, size);
  at_ += size;
  return span;
}

std::string_view Reader::name(const char* expected, uint32_t bytes_max) {
  const size_t start = offset();
  const uint32_t size = u32(expected);
  if (size > bytes_max && size <= left()) {
    fail(error::too_many(start, "bytes in a name", size, bytes_max));
    return {};
  }
  const auto text = bytes(size, expected);
  const std::string_view name(reinterpret_cast<const char*>(text.data()), text.size());
  if (utf8::valid(name)) return name;
  fail(error::malformed(start, expected, "bytes that are not UTF-8"));
  return {};
}

uint32_t Reader::count(const char* things, uint32_t count_max) {
  const size_t start = offset();
  const uint32_t count = u32(things);
  if (count > left()) {
    fail(error::ended(offset_ + size_t(end_ - begin_), things));
  } else if (count > count_max) {
    fail(error::too_many(start, things, count, count_max));
  } else {
    return count;
  }
  return 0;
}

namespace {

bool is_abstract(uint8_t code) { return code >= 0x69 && code <= 0x74; }

// Indices are kept in 23 bits; what is larger can't be an index of this module (types_max is far below), so it becomes
// the largest, which the validator finds out of range.
constexpr int64_t index_max = (1 << 23) - 1;

}  // namespace

HeapType Reader::heap_type(const char* expected) {
  const size_t start = offset();
  const uint8_t first = peek();
  if (is_abstract(first)) return abstract(byte(expected));
  const int64_t index = s33(expected);
  if (failed()) return heap::none;
  if (index >= 0) return {int32_t(index < index_max ? index : index_max)};
  fail(error::malformed_byte(start, expected, first));
  return heap::none;
}

ValType Reader::val_type(const char* expected) {
  const uint8_t code = byte(expected);
  switch (Kind(code)) {
    case Kind::i32:
    case Kind::i64:
    case Kind::f32:
    case Kind::f64:
    case Kind::v128: return Kind(code);
    case Kind::ref: return ValType::reference(heap_type("a heap type"), false);
    case Kind::ref_null: return ValType::reference(heap_type("a heap type"), true);
    default: break;
  }
  if (is_abstract(code)) return ValType::reference(abstract(code), true);
  if (!failed()) fail(error::malformed_byte(offset() - 1, expected, code));
  return types::i32;
}

}  // namespace wherry::wasm
