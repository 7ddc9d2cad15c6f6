// The handlers of internal instructions, in tables. Most wasm instructions exist in several forms: where each operand
// is (a slot, the accumulator, the instruction itself), and whether the result goes to a slot too or only to the
// accumulator. Each form's operands stand at the same places, so a form can be changed after the fact.
//
//   result     slot number at 8 (forms without one: unused)
//   unary      operand at 10
//   binary     operands at 10 and 12; immediate at 12 (32 bits; 16 bytes in all) or 16 (64 bits; 24 bytes)
//   branch     operands at 8 and 10, offset at 12; immediate at 16 (24 bytes)
//   load       address at 10, offset at 12                 memory 0 with 32-bit addresses and offsets
//   store      value at 8, address at 10, offset at 12; immediate value at 16
//   far        result or value at 8, address at 10, more operands at 12 and 14, offset at 16 (64 bits), memory at 24,
//              bit 28: 64-bit address; lane at 29           any memory
//   stacked    first slot at 8 (32 bits), first free slot at 12, four 32-bit immediates at 16: operands lie in
//              consecutive slots from the first, results are left there
#pragma once

#include <array>

#include "interp/machine.h"

namespace wherry::interp {

struct Pair {
  Handler acc = nullptr;   // result in the accumulator only
  Handler slot = nullptr;  // in a slot too
};
// r: slot, a: accumulator, i: immediate; in the order of the operands.
struct UnaryForms {
  Pair r, a;
};
struct BinaryForms {
  Pair rr, ri, ar, ai, ra;
};
struct BranchForms {
  Handler rr = nullptr, ri = nullptr, ar = nullptr, ai = nullptr, ra = nullptr;
};
struct StoreForms {  // address, then value
  Handler rr = nullptr, ri = nullptr, ar = nullptr, ai = nullptr, ra = nullptr;
};
struct LoadForms {
  Pair r, a;
  Pair rr;  // the address is the sum of two slots, at 10 and 16
};

// By opcode: one byte, or 0xC5 … 0xCC for the saturating truncations FC 00 … 07.
inline constexpr unsigned numeric_count = 0xCD;
extern const std::array<UnaryForms, numeric_count> unary_forms;
extern const std::array<BinaryForms, numeric_count> binary_i32_forms, binary_i64_forms, binary_float_forms;
extern const std::array<BranchForms, numeric_count> branch_int_forms;                     // taken if the comparison holds
extern const std::array<BranchForms, numeric_count> branch_float_forms, unless_float_forms;
extern const std::array<LoadForms, numeric_count> load_forms;
extern const std::array<StoreForms, numeric_count> store_forms;
extern const std::array<Pair, numeric_count> far_load_forms;
extern const std::array<Handler, numeric_count> far_store_forms;

constexpr bool is_same_text(const char* a, const char* b) {
  while (*a && *a == *b) ++a, ++b;
  return *a == *b;
}
// The signature column of opcode.def, classified.
constexpr bool is_number(char c) { return c == 'i' || c == 'I' || c == 'f' || c == 'F'; }
constexpr bool is_unary(const char* s) { return is_number(s[0]) && s[1] == ':' && is_number(s[2]) && !s[3]; }
constexpr bool is_binary(const char* s) { return is_number(s[0]) && s[0] == s[1] && s[2] == ':' && is_number(s[3]) && !s[4]; }
constexpr bool is_load(const char* s) { return s[0] == 'a' && s[1] == ':' && is_number(s[2]) && !s[3]; }
constexpr bool is_store(const char* s) { return s[0] == 'a' && is_number(s[1]) && s[2] == ':' && !s[3]; }
// Comparisons have the codes of i32.eq … i32.ge_u and so on (5.4.6).
constexpr bool is_int_compare(uint32_t code) { return (code >= 0x46 && code <= 0x4F) || (code >= 0x51 && code <= 0x5A); }
constexpr bool is_float_compare(uint32_t code) { return code >= 0x5B && code <= 0x66; }

// Index into the tables above, or numeric_count.
constexpr unsigned numeric_index(uint32_t code) {
  return code <= 0xC4 ? code : code >= 0xFC0000 && code <= 0xFC0007 ? 0xC5 + (code & 7) : numeric_count;
}

// Vectors, by the number after the prefix FD. Operands in slots at 10, 12, 14 and the result at 8; lane at 14;
// v128.const and i8x16.shuffle: 16 bytes at 16. Memory: as load and store above (lane forms: vector at 16, lane at 18)
// and far.
inline constexpr unsigned vector_count = 0x114;
extern const std::array<Handler, vector_count> vector_int_handlers, vector_float_handlers;  // one has it; without memory
extern const std::array<Handler, vector_count> vector_memory_handlers, vector_far_handlers;

// The handler (operand at 10, result at 8) that makes the NaNs in the result of this vector instruction canonical; null: it
// makes none.
Handler vector_canon(uint32_t number);

// Atomics, by the number after the prefix FE; far.
inline constexpr unsigned atomic_count = 0x4F;
extern const std::array<Handler, atomic_count> atomic_handlers;

// Everything else, by name. PAIR has a result as above, FORMS two of them: operand in a slot, in the accumulator.
#define HANDLER(name) Handler name = nullptr;
#define PAIR(name) Pair name;
#define FORMS(name) UnaryForms name;
struct ControlHandlers {
#include "interp/control.def"
};
struct BulkHandlers {
#include "interp/bulk.def"
};
struct ObjectHandlers {
#include "interp/objects.def"
};
#undef HANDLER
#undef PAIR
#undef FORMS
extern const ControlHandlers control;
extern const BulkHandlers bulk;
extern const ObjectHandlers objects;

}  // namespace wherry::interp
