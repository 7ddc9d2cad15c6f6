// What stands behind the instructions' names: the other half of ExpressionWriter.
#include <array>
#include <bit>

#include "wasm/text/expression_writer.h"
#include "wasm/text/numbers.h"

namespace wherry::wasm::text {
namespace {

// The other instructions that go by one name: `select` with types, casts and tests that let null pass.
constexpr uint32_t select_with_types = 0x1C, null_variant = 1;

bool has_lane(Immediate immediate) { return immediate >= Immediate::mem8_lane; }

unsigned natural_alignment_log2(Immediate immediate) {
  const Immediate first = has_lane(immediate) ? Immediate::mem8_lane : Immediate::mem8;
  return unsigned(immediate) - unsigned(first);
}

}  // namespace

Result<void> ExpressionWriter::instruction(const Opcode& opcode, ByteWriter& out) {
  if (opcode.immediate == Immediate::none && opcode.text == "select") return select(out);
  if (opcode.immediate == Immediate::heap_type && opcode.text != "ref.null") return test_or_cast(opcode, out);
  out.opcode(opcode.code);
  return immediate(opcode, out);
}

Result<void> ExpressionWriter::immediate(const Opcode& opcode, ByteWriter& out) {
  switch (opcode.immediate) {
    case Immediate::none: return {};
    case Immediate::zero_byte: out.byte(0); return {};
    case Immediate::block_type: return block_type(out);
    case Immediate::try_table:
      TRY(block_type(out));
      return catches(out);
    case Immediate::label: return label(out);
    case Immediate::br_table: return br_table(out);
    case Immediate::func: return index(scope_.functions, out);
    case Immediate::local: return local(out);
    case Immediate::global: return index(scope_.globals, out);
    case Immediate::table: return optional_index(scope_.tables, out);
    case Immediate::memory: return optional_index(scope_.memories, out);
    case Immediate::tag: return index(scope_.tags, out);
    case Immediate::data: scope_.uses_data_count = true; return index(scope_.data, out);
    case Immediate::elem: return index(scope_.elements, out);
    case Immediate::call_indirect: return call_indirect(out);
    case Immediate::memory_init:
      scope_.uses_data_count = true;
      return segment_and(scope_.data, scope_.memories, out);
    case Immediate::memory_copy: return two_optional_indices(scope_.memories, out);
    case Immediate::table_init: return segment_and(scope_.elements, scope_.tables, out);
    case Immediate::table_copy: return two_optional_indices(scope_.tables, out);
    case Immediate::s32: out.s64(int32_t(TRY(integer(32, "an i32 constant")))); return {};
    case Immediate::s64: out.s64(int64_t(TRY(integer(64, "an i64 constant")))); return {};
    case Immediate::f32: {
      const auto bits = parse_f32(cursor_.text());
      if (!bits) return cursor_.expected("an f32 constant in range");
      cursor_.next();
      out.fixed(*bits);
      return {};
    }
    case Immediate::f64: {
      const auto bits = parse_f64(cursor_.text());
      if (!bits) return cursor_.expected("an f64 constant in range");
      cursor_.next();
      out.fixed(*bits);
      return {};
    }
    case Immediate::v128: return read_v128(cursor_, out);
    case Immediate::shuffle:
      for (int i = 0; i < 16; ++i) TRY(lane(out));
      return {};
    case Immediate::lane16: case Immediate::lane8: case Immediate::lane4: case Immediate::lane2: return lane(out);
    case Immediate::mem8: case Immediate::mem16: case Immediate::mem32: case Immediate::mem64: case Immediate::mem128:
    case Immediate::mem8_lane: case Immediate::mem16_lane: case Immediate::mem32_lane: case Immediate::mem64_lane:
      return memarg(opcode, out);
    default: return reference_immediate(opcode, out);
  }
}

// Of the instructions on references and aggregates, and of typed select.
Result<void> ExpressionWriter::reference_immediate(const Opcode& opcode, ByteWriter& out) {
  switch (opcode.immediate) {
    case Immediate::type: return index(scope_.types, out);
    case Immediate::field: return field(out);
    case Immediate::type_count:
      TRY(index(scope_.types, out));
      out.u32(uint32_t(TRY(number(UINT32_MAX, "a count"))));
      return {};
    case Immediate::type_data:
      scope_.uses_data_count = true;
      TRY(index(scope_.types, out));
      return index(scope_.data, out);
    case Immediate::type_elem:
      TRY(index(scope_.types, out));
      return index(scope_.elements, out);
    case Immediate::type_type:
      TRY(index(scope_.types, out));
      return index(scope_.types, out);
    case Immediate::heap_type: out.heap_type(TRY(read_heap_type(scope_, cursor_))); return {};
    case Immediate::br_on_cast: return br_on_cast(out);
    default: return cursor_.expected("an instruction");
  }
}

Result<void> ExpressionWriter::index(const IndexSpace& space, ByteWriter& out) {
  out.u32(TRY(scope_.index(space, cursor_)));
  return {};
}

Result<void> ExpressionWriter::optional_index(const IndexSpace& space, ByteWriter& out) {
  if (Scope::at_index(cursor_)) return index(space, out);
  out.u32(0);
  return {};
}

Result<void> ExpressionWriter::two_optional_indices(const IndexSpace& space, ByteWriter& out) {
  const bool given = Scope::at_index(cursor_);
  for (int i = 0; i < 2; ++i) {
    if (given) TRY(index(space, out));
    else out.u32(0);
  }
  return {};
}

// `table.init x? y`: the text has the table first and may leave it out, the bytes have the segment first.
Result<void> ExpressionWriter::segment_and(const IndexSpace& segments, const IndexSpace& space, ByteWriter& out) {
  const TokenKind second = cursor_.peek(1).kind;
  uint32_t target = 0;
  if (second == TokenKind::number || second == TokenKind::id) target = TRY(scope_.index(space, cursor_));
  TRY(index(segments, out));
  out.u32(target);
  return {};
}

Result<void> ExpressionWriter::label(ByteWriter& out) {
  if (cursor_.is(TokenKind::number)) {
    out.u32(uint32_t(TRY(number(UINT32_MAX, "a label"))));
    return {};
  }
  if (!cursor_.is(TokenKind::id)) return cursor_.expected("a label");
  const Token& token = cursor_.peek();
  const auto found = label_ids_.find(scope_.take_id(cursor_));
  if (found == label_ids_.end() || found->second.empty()) {
    return error::unknown(cursor_.tokens().text, token.begin, "label", cursor_.text(token));
  }
  out.u32(label_height_ - 1 - found->second.back());
  return {};
}

Result<void> ExpressionWriter::br_table(ByteWriter& out) {
  ByteWriter labels;
  uint32_t count = 0;
  do {
    TRY(label(labels));
    ++count;
  } while (Scope::at_index(cursor_));
  out.u32(count - 1);  // the last one is the default
  out.append(labels);
  return {};
}

Result<void> ExpressionWriter::block_type(ByteWriter& out) {
  const TypeUse use = TRY(read_type_use(scope_, cursor_, nullptr));
  if (!use.is_plain()) {
    out.s64(type_index(scope_, use));
  } else if (use.written.results.empty()) {
    out.byte(0x40);
  } else {
    out.val_type(use.written.results[0]);
  }
  return {};
}

Result<void> ExpressionWriter::catches(ByteWriter& out) {
  static constexpr std::string_view kinds[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  ByteWriter list;
  uint32_t count = 0;
  const auto kind_here = [&] {
    uint8_t kind = 0;
    while (kind < 4 && !cursor_.is_list(kinds[kind])) ++kind;
    return kind;
  };
  for (uint8_t kind = kind_here(); kind < 4; kind = kind_here(), ++count) {
    cursor_.take_list(kinds[kind]);
    list.byte(kind);
    if (kind < 2) TRY(index(scope_.tags, list));
    TRY(label(list));
    TRY(cursor_.close());
  }
  out.u32(count);
  out.append(list);
  return {};
}

Result<void> ExpressionWriter::call_indirect(ByteWriter& out) {
  const uint32_t table = Scope::at_index(cursor_) ? TRY(scope_.index(scope_.tables, cursor_)) : 0;
  out.u32(type_index(scope_, TRY(read_type_use(scope_, cursor_, nullptr))));
  out.u32(table);
  return {};
}

Result<void> ExpressionWriter::select(ByteWriter& out) {
  if (!cursor_.is_list("result")) {
    out.byte(0x1B);
    return {};
  }
  std::vector<ValType> types;
  while (cursor_.take_list("result")) TRY(read_val_types(scope_, cursor_, types, nullptr));
  out.opcode(select_with_types);
  out.u32(uint32_t(types.size()));
  for (const ValType type : types) out.val_type(type);
  return {};
}

Result<void> ExpressionWriter::test_or_cast(const Opcode& opcode, ByteWriter& out) {
  const ValType type = TRY(read_ref_type(scope_, cursor_));
  out.opcode(opcode.code + (type.nullable() ? null_variant : 0));
  out.heap_type(type.heap());
  return {};
}

Result<void> ExpressionWriter::br_on_cast(ByteWriter& out) {
  ByteWriter target;
  TRY(label(target));
  const ValType from = TRY(read_ref_type(scope_, cursor_)), to = TRY(read_ref_type(scope_, cursor_));
  out.byte((from.nullable() ? 1 : 0) | (to.nullable() ? 2 : 0));
  out.append(target);
  out.heap_type(from.heap());
  out.heap_type(to.heap());
  return {};
}

// A field's identifier belongs to its type.
Result<void> ExpressionWriter::field(ByteWriter& out) {
  const uint32_t type = TRY(scope_.index(scope_.types, cursor_));
  static const IndexSpace none{"field"};
  const IndexSpace& fields = type < scope_.type_entries.size() ? scope_.type_entries[type].fields : none;
  out.u32(type);
  return index(fields, out);
}

Result<void> ExpressionWriter::local(ByteWriter& out) {
  if (cursor_.is(TokenKind::number)) {
    out.u32(uint32_t(TRY(number(UINT32_MAX, "the index of a local"))));
    return {};
  }
  if (!cursor_.is(TokenKind::id)) return cursor_.expected("the index of a local");
  const Token& token = cursor_.peek();
  const auto found = locals_.find(scope_.take_id(cursor_));
  if (found == locals_.end()) {
    return error::unknown(cursor_.tokens().text, token.begin, "local", cursor_.text(token));
  }
  out.u32(found->second);
  return {};
}

// Memory, offset and alignment may each be left out. A number in front of a lane is a memory only if another number,
// the lane, can still follow.
Result<void> ExpressionWriter::memarg(const Opcode& opcode, ByteWriter& out) {
  const auto is_argument = [&](std::string_view key, size_t ahead) {
    return cursor_.peek(ahead).kind == TokenKind::keyword && cursor_.text(cursor_.peek(ahead)).starts_with(key);
  };
  const bool lane_follows = has_lane(opcode.immediate);
  const bool number_is_memory = !lane_follows || cursor_.peek(1).kind == TokenKind::number || is_argument("offset=", 1) ||
                                is_argument("align=", 1);
  uint32_t memory = 0;
  if (cursor_.is(TokenKind::id) || (cursor_.is(TokenKind::number) && number_is_memory)) {
    memory = TRY(scope_.index(scope_.memories, cursor_));
  }
  uint64_t offset = 0, align = uint64_t(1) << natural_alignment_log2(opcode.immediate);
  if (is_argument("offset=", 0)) {
    const auto value = parse_unsigned(cursor_.text().substr(7), UINT64_MAX);
    if (!value) return cursor_.expected("an offset in range");
    offset = *value;
    cursor_.next();
  }
  if (is_argument("align=", 0)) {
    const auto value = parse_unsigned(cursor_.text().substr(6), UINT64_MAX);
    if (!value || !std::has_single_bit(*value)) return cursor_.expected("an alignment, which is a power of two");
    align = *value;
    cursor_.next();
  }
  constexpr uint32_t memory_follows = 0x40;  // in the alignment (5.4.6)
  out.u32(uint32_t(std::countr_zero(align)) | (memory ? memory_follows : 0));
  if (memory) out.u32(memory);
  out.u64(offset);
  return lane_follows ? lane(out) : Result<void>();
}

Result<uint64_t> ExpressionWriter::number(uint64_t max, std::string_view what) {
  const auto value = cursor_.is(TokenKind::number) ? parse_unsigned(cursor_.text(), max) : std::nullopt;
  if (!value) return cursor_.expected(what);
  cursor_.next();
  return *value;
}

Result<uint64_t> ExpressionWriter::integer(unsigned bits, std::string_view what) {
  const auto value = cursor_.is(TokenKind::number) ? parse_integer(cursor_.text(), bits) : std::nullopt;
  if (!value) return cursor_.expected(std::string(what) + " in range");
  cursor_.next();
  return *value;
}

Result<void> ExpressionWriter::lane(ByteWriter& out) {
  out.byte(uint8_t(TRY(number(255, "a lane index"))));
  return {};
}

Result<void> read_v128(Cursor& cursor, ByteWriter& out) {
  struct Shape {
    std::string_view text;
    unsigned lanes;
    bool is_float;
  };
  static constexpr Shape shapes[] = {{"i8x16", 16, false}, {"i16x8", 8, false}, {"i32x4", 4, false},
                                     {"i64x2", 2, false},  {"f32x4", 4, true},  {"f64x2", 2, true}};
  const Shape* shape = nullptr;
  for (const Shape& candidate : shapes) {
    if (cursor.is_keyword(candidate.text)) shape = &candidate;
  }
  if (!shape) return cursor.expected("the shape of a vector");
  cursor.next();
  for (unsigned lane = 0; lane < shape->lanes; ++lane) {
    const unsigned bits = 128 / shape->lanes;
    std::optional<uint64_t> value;
    if (!shape->is_float) value = cursor.is(TokenKind::number) ? parse_integer(cursor.text(), bits) : std::nullopt;
    else if (bits == 32) value = parse_f32(cursor.text());
    else value = parse_f64(cursor.text());
    if (!value) return cursor.expected(std::string("a lane of ") + std::string(shape->text) + " in range");
    cursor.next();
    for (unsigned byte = 0; byte < bits / 8; ++byte) out.byte(uint8_t(*value >> (8 * byte)));
  }
  return {};
}

}  // namespace wherry::wasm::text
