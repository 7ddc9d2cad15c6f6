#include "wasm/body/immediates.h"

#include <algorithm>

#include <fmt/format.h>

#include "wasm/body/walk.h"
#include "wasm/errors.h"

namespace wherry::wasm::body {

void unknown_opcode(Reader& in, uint32_t code) {
  if (in.failed()) return;
  const std::string found = code == UINT32_MAX ? "a number that is none"
                            : code > 0xFF      ? fmt::format("{:#04x} {}", code >> 16, code & 0xFFFF)
                                               : fmt::format("the byte {:#04x}", code);
  in.fail(error::malformed(in.marked(), "an opcode", found));
}

// Bit 6 of the alignment says that a memory index follows (multi-memory); higher bits are reserved (5.4.5).
Memarg read_memarg_slow(Reader& in) {
  constexpr uint32_t has_memory = 1 << 6;
  const size_t start = in.offset();
  const uint32_t flags = in.u32("an alignment");
  if (flags >= 2 * has_memory) in.fail(error::malformed(start, "an alignment", "reserved bits that are set"));
  const uint32_t memory = flags & has_memory ? in.u32("a memory index") : 0;
  return {flags & (has_memory - 1), memory, in.u64("an offset")};
}

BlockType read_block_type(Reader& in, Scratch&) {
  const uint8_t first = in.peek();
  if (first == 0x40) {
    in.byte("a block type");
    return {};
  }
  if ((first & 0xC0) == 0x40) return {BlockType::Form::value, in.val_type("a block type"), 0};
  const size_t start = in.offset();
  const int64_t index = in.s33("a block type");
  if (index < 0) in.fail(error::malformed(start, "a block type", "a negative number"));
  return {BlockType::Form::index, {}, uint32_t(index)};
}

BrTable read_br_table(Reader& in, Scratch& scratch) {
  const uint32_t count = in.count("labels", UINT32_MAX);
  scratch.labels.resize(count);
  for (uint32_t& label : scratch.labels) label = in.u32("a label");
  return {scratch.labels, in.u32("a label")};
}

TryTable read_try_table(Reader& in, Scratch& scratch) {
  const BlockType type = read_block_type(in, scratch);
  const uint32_t count = in.count("catch clauses", UINT32_MAX);
  scratch.catches.clear();
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const size_t start = in.offset();
    const uint8_t kind = in.byte("a catch clause");
    if (kind > uint8_t(CatchKind::all_ref)) in.fail(error::malformed_byte(start, "a catch clause", kind));
    const bool has_tag = kind <= uint8_t(CatchKind::tag_ref);
    const uint32_t tag = has_tag ? in.u32("a tag index") : 0;
    scratch.catches.push_back({CatchKind(kind), tag, in.u32("a label")});
  }
  return {type, scratch.catches};
}

SelectTypes read_select_types(Reader& in, Scratch& scratch) {
  const uint32_t count = in.count("types", UINT32_MAX);
  scratch.types.clear();
  for (uint32_t i = 0; i < count && !in.failed(); ++i) scratch.types.push_back(in.val_type("a value type"));
  return {scratch.types};
}

// Two flags (is the source nullable, is the target), a label, and the heap types of both (5.4.1).
BrOnCast read_br_on_cast(Reader& in, Scratch&) {
  const size_t start = in.offset();
  const uint8_t flags = in.byte("cast flags");
  if (flags > 3) in.fail(error::malformed_byte(start, "cast flags", flags));
  const uint32_t depth = in.u32("a label");
  const HeapType from = in.heap_type("a heap type");
  const HeapType to = in.heap_type("a heap type");
  return {depth, ValType::reference(from, flags & 1), ValType::reference(to, flags & 2)};
}

V128 read_v128(Reader& in, Scratch&) {
  V128 value{};
  std::ranges::copy(in.bytes(16, "a v128 constant"), value.bytes.begin());
  return value;
}

Shuffle read_shuffle(Reader& in, Scratch&) {
  Shuffle value{};
  std::ranges::copy(in.bytes(16, "the lanes of a shuffle"), value.lanes.begin());
  return value;
}

None read_zero_byte(Reader& in, Scratch&) {
  const size_t start = in.offset();
  const uint8_t byte = in.byte("a zero byte");
  if (byte != 0) in.fail(error::malformed_byte(start, "a zero byte", byte));
  return {};
}

}  // namespace wherry::wasm::body
