// Finds instructions by their name in the text format; made from opcode.def.
#pragma once

#include <cstdint>
#include <string_view>

#include "wasm/features.h"

namespace wherry::wasm::text {

// What stands behind an instruction's name; the rows of opcode.def name these. Those of memory accesses are in order
// of their size.
enum class Immediate : uint8_t {
  none, zero_byte, block_type, try_table, label, br_table, func, type, field, local, global, table, memory, tag, data,
  elem, call_indirect, memory_init, memory_copy, table_init, table_copy, type_count, type_data, type_elem, type_type,
  heap_type, br_on_cast, select_types, s32, s64, f32, f64, v128, shuffle, lane16, lane8, lane4, lane2,
  mem8, mem16, mem32, mem64, mem128, mem8_lane, mem16_lane, mem32_lane, mem64_lane,
};

struct Opcode {
  uint32_t code;
  std::string_view text;
  Immediate immediate;
  Feature feature;
};

// Where several instructions share a name (select, ref.test, ref.cast), the one with the smallest code; the others are
// told from it by what follows. Null: no instruction is called that.
const Opcode* find_opcode(std::string_view text);

}  // namespace wherry::wasm::text
