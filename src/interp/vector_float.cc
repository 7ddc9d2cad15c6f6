// Vector instructions on floats (core specification 4.3.5).
#include <cmath>

#include "interp/vector_tables.h"

namespace wherry::interp {
namespace op {

#define COMPARES(shape, F, Mask)                   \
  LANES2(shape##_eq, F, Mask, x == y ? -1 : 0)     \
  LANES2(shape##_ne, F, Mask, x != y ? -1 : 0)     \
  LANES2(shape##_lt, F, Mask, x < y ? -1 : 0)      \
  LANES2(shape##_gt, F, Mask, x > y ? -1 : 0)      \
  LANES2(shape##_le, F, Mask, x <= y ? -1 : 0)     \
  LANES2(shape##_ge, F, Mask, x >= y ? -1 : 0)
COMPARES(f32x4, float, int32_t)
COMPARES(f64x2, double, int64_t)

// Signs change as bits, NaNs' too. pmin, pmax and the relaxed ones: 4.3.3; relaxed minima and maxima are the strict
// ones, and relaxed madd is fused, on every processor.
#define FLOAT_LANES(shape, F, U)                                       \
  LANES1(shape##_abs, U, U, x & ~sign_bit<F>)                          \
  LANES1(shape##_neg, U, U, x ^ sign_bit<F>)                           \
  LANES1(shape##_ceil, F, F, op::ceil(x))                              \
  LANES1(shape##_floor, F, F, op::floor(x))                            \
  LANES1(shape##_trunc, F, F, op::trunc(x))                            \
  LANES1(shape##_nearest, F, F, op::nearest(x))                        \
  LANES1(shape##_sqrt, F, F, std::sqrt(x))                             \
  LANES2(shape##_add, F, F, x + y)                                     \
  LANES2(shape##_sub, F, F, x - y)                                     \
  LANES2(shape##_mul, F, F, x * y)                                     \
  LANES2(shape##_div, F, F, x / y)                                     \
  LANES2(shape##_min, F, F, op::min(x, y))                             \
  LANES2(shape##_max, F, F, op::max(x, y))                             \
  LANES2(shape##_relaxed_min, F, F, op::min(x, y))                     \
  LANES2(shape##_relaxed_max, F, F, op::max(x, y))                     \
  PICK(shape##_pmin, F, U, y < x)                                      \
  PICK(shape##_pmax, F, U, x < y)                                      \
  MADD(shape##_relaxed_madd, F, x)                                     \
  MADD(shape##_relaxed_nmadd, F, -x)
// The second operand where the condition holds, else the first, bit by bit.
#define PICK(name, F, U, condition)                                    \
  struct name {                                                        \
    static WHERRY_INLINE Lanes<U> apply(Lanes<U> a, Lanes<U> b) {      \
      for (int i = 0; i < Lanes<U>::count; ++i) {                      \
        const F x = std::bit_cast<F>(a.lane[i]), y = std::bit_cast<F>(b.lane[i]); \
        if (condition) a.lane[i] = b.lane[i];                          \
      }                                                                \
      return a;                                                        \
    }                                                                  \
  };
#define MADD(name, F, factor)                                                       \
  struct name {                                                                     \
    static WHERRY_INLINE Lanes<F> apply(Lanes<F> a, Lanes<F> b, Lanes<F> c) {       \
      for (int i = 0; i < Lanes<F>::count; ++i) {                                   \
        const F x = a.lane[i];                                                      \
        c.lane[i] = std::fma(factor, b.lane[i], c.lane[i]);                         \
      }                                                                             \
      return c;                                                                     \
    }                                                                               \
  };
FLOAT_LANES(f32x4, float, uint32_t)
FLOAT_LANES(f64x2, double, uint64_t)

LANES1(i32x4_trunc_sat_f32x4_s, float, int32_t, truncate_saturating<int32_t>(x))
LANES1(i32x4_trunc_sat_f32x4_u, float, uint32_t, truncate_saturating<uint32_t>(x))
LANES1(f32x4_convert_i32x4_s, int32_t, float, float(x))
LANES1(f32x4_convert_i32x4_u, uint32_t, float, float(x))
struct i32x4_relaxed_trunc_f32x4_s : i32x4_trunc_sat_f32x4_s {};
struct i32x4_relaxed_trunc_f32x4_u : i32x4_trunc_sat_f32x4_u {};

// Two lanes become the low half of four, or the other way round.
#define TO_LOW(name, From, To, expression)                      \
  struct name {                                                 \
    static WHERRY_INLINE Lanes<To> apply(Lanes<From> a) {       \
      Lanes<To> result{};                                       \
      for (int i = 0; i < 2; ++i) {                             \
        const From x = a.lane[i];                               \
        result.lane[i] = expression;                            \
      }                                                         \
      return result;                                            \
    }                                                           \
  };
TO_LOW(i32x4_trunc_sat_f64x2_s_zero, double, int32_t, truncate_saturating<int32_t>(x))
TO_LOW(i32x4_trunc_sat_f64x2_u_zero, double, uint32_t, truncate_saturating<uint32_t>(x))
TO_LOW(f64x2_convert_low_i32x4_s, int32_t, double, double(x))
TO_LOW(f64x2_convert_low_i32x4_u, uint32_t, double, double(x))
TO_LOW(f32x4_demote_f64x2_zero, double, float, float(x))
TO_LOW(f64x2_promote_low_f32x4, float, double, double(x))
struct i32x4_relaxed_trunc_f64x2_s_zero : i32x4_trunc_sat_f64x2_s_zero {};
struct i32x4_relaxed_trunc_f64x2_u_zero : i32x4_trunc_sat_f64x2_u_zero {};

LANES1(canonical_f32x4, float, float, x == x ? x : std::bit_cast<float>(0x7FC00000))
LANES1(canonical_f64x2, double, double, x == x ? x : std::bit_cast<double>(0x7FF8000000000000))

}  // namespace op

static constexpr VectorTable make_table() {
  VectorTable table{};
#define RULE(...)
#define OP(code, name, text, immediate, signature, fuel, flow, feature) FILL_VECTOR(code, is_vector_float, name, signature)
#include "wasm/opcode.def"
  return table;
}

constinit const VectorTable vector_float_handlers = make_table();

Handler vector_canon(uint32_t number) {
  switch (0xFD0000 | number) {
#define RULE(...)
#define OP(code, name, text, immediate, signature, fuel, flow, feature)                                      \
  case code: {                                                                                               \
    constexpr std::string_view it = #name;                                                                   \
    constexpr bool moves_bits = it.ends_with("_abs") || it.ends_with("_neg") || it.find("_pm") != it.npos || \
                                it.find("splat") != it.npos || it.find("lane") != it.npos;                   \
    if (!moves_bits && it.starts_with("f32x4")) return handle<vector_op<op::canonical_f32x4>>;               \
    if (!moves_bits && it.starts_with("f64x2")) return handle<vector_op<op::canonical_f64x2>>;               \
    return nullptr;                                                                                          \
  }
#include "wasm/opcode.def"
    default: return nullptr;
  }
}

}  // namespace wherry::interp
