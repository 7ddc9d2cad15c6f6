// Instructions that are two or three wasm ones melted together, beyond comparisons with branches:
//
//   latch     local = a + b, then a comparison of it with c, then a branch: how loops end. Result at 8, a at 10,
//             offset at 12, b at 16 and c at 20: 32 bits each, a slot or a constant (sign-extended)
//   multiply  result at 8, a * b added to c or taken from it: operands at 10, 12, 14
//   scaled    result at 8, a + (b << k): operands at 10 and 12, k at 14; as the address of a load: operands at 10 and 16,
//             k at 18, offset at 12
#pragma once

#include "interp/forms.h"

namespace wherry::interp {

// By comparison (code - first comparison's), then by where b is, then by where c is.
struct LatchForms {
  Handler ss = nullptr, si = nullptr, is = nullptr, ii = nullptr;  // b, c: slot or immediate
};
extern const std::array<LatchForms, 10> latch_i32_forms, latch_i64_forms;

struct MultiplyForms {
  Pair add, subtract_from, subtract;  // c + a * b, c - a * b, a * b - c
};
extern const MultiplyForms multiply_f64, multiply_f32, multiply_i32, multiply_i64;

extern const Pair scaled_add;
extern const std::array<Pair, numeric_count> scaled_load_forms;

}  // namespace wherry::interp
