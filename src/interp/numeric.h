// What the numeric instructions compute (core specification 4.3), one small struct each, called like the instruction.
// `Operand` is what it reads, the result of `apply` what it leaves. An instruction that can trap returns the Trap and
// leaves its result in `out`.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "abi/trap.h"

namespace wherry::interp::op {

using abi::Trap;

#define OP(code, name, text, immediate, signature, fuel, flow, feature) struct name;
#include "wasm/opcode.def"

#define UNARY(name, T, expression)                                            \
  struct name {                                                               \
    using Operand = T;                                                        \
    static __attribute__((always_inline)) auto apply(T a) { return expression; } \
  };
#define BINARY(name, T, expression)                                                \
  struct name {                                                                    \
    using Operand = T;                                                             \
    static __attribute__((always_inline)) auto apply(T a, T b) { return expression; } \
  };
// For both widths of integers.
#define INT_UNARY(name, expression)       \
  UNARY(i32_##name, uint32_t, expression) \
  UNARY(i64_##name, uint64_t, expression)
#define INT_BINARY(name, expression)                                                                              \
  BINARY(i32_##name, uint32_t, ([&] { using S = int32_t; using U = uint32_t; (void)sizeof(S); return U(expression); }())) \
  BINARY(i64_##name, uint64_t, ([&] { using S = int64_t; using U = uint64_t; (void)sizeof(S); return U(expression); }()))
#define INT_COMPARE(name, expression)                                                                                \
  BINARY(i32_##name, uint32_t, ([&] { using S = int32_t; (void)sizeof(S); return uint32_t(expression); }())) \
  BINARY(i64_##name, uint64_t, ([&] { using S = int64_t; (void)sizeof(S); return uint32_t(expression); }()))

UNARY(i32_eqz, uint32_t, uint32_t(a == 0))
UNARY(i64_eqz, uint64_t, uint32_t(a == 0))
INT_COMPARE(eq, a == b)
INT_COMPARE(ne, a != b)
INT_COMPARE(lt_s, S(a) < S(b))
INT_COMPARE(lt_u, a < b)
INT_COMPARE(gt_s, S(a) > S(b))
INT_COMPARE(gt_u, a > b)
INT_COMPARE(le_s, S(a) <= S(b))
INT_COMPARE(le_u, a <= b)
INT_COMPARE(ge_s, S(a) >= S(b))
INT_COMPARE(ge_u, a >= b)
INT_UNARY(clz, decltype(a)(std::countl_zero(a)))
INT_UNARY(ctz, decltype(a)(std::countr_zero(a)))
INT_UNARY(popcnt, decltype(a)(std::popcount(a)))
INT_BINARY(add, a + b)
INT_BINARY(sub, a - b)
INT_BINARY(mul, a * b)
INT_BINARY(and, a & b)
INT_BINARY(or, a | b)
INT_BINARY(xor, a ^ b)
INT_BINARY(shl, a << (b & (sizeof(U) * 8 - 1)))
INT_BINARY(shr_s, S(a) >> (b & (sizeof(U) * 8 - 1)))
INT_BINARY(shr_u, a >> (b & (sizeof(U) * 8 - 1)))
INT_BINARY(rotl, std::rotl(a, int(b & (sizeof(U) * 8 - 1))))
INT_BINARY(rotr, std::rotr(a, int(b & (sizeof(U) * 8 - 1))))

#define DIVIDE(name, T, overflows, expression)                                 \
  struct name {                                                                \
    using Operand = T;                                                         \
    static __attribute__((always_inline)) Trap apply(T a, T b, T& out) {       \
      using S [[maybe_unused]] = std::make_signed_t<T>;                        \
      if (b == 0) [[unlikely]] return Trap::integer_divide_by_zero;            \
      if (overflows) [[unlikely]] return Trap::integer_overflow;               \
      out = T(expression);                                                     \
      return Trap::none;                                                       \
    }                                                                          \
  };
#define IS_MIN_BY_MINUS_1 (S(b) == -1 && S(a) == std::numeric_limits<S>::min())
DIVIDE(i32_div_s, uint32_t, IS_MIN_BY_MINUS_1, S(a) / S(b))
DIVIDE(i64_div_s, uint64_t, IS_MIN_BY_MINUS_1, S(a) / S(b))
DIVIDE(i32_div_u, uint32_t, false, a / b)
DIVIDE(i64_div_u, uint64_t, false, a / b)
DIVIDE(i32_rem_s, uint32_t, false, S(b) == -1 ? 0 : S(a) % S(b))
DIVIDE(i64_rem_s, uint64_t, false, S(b) == -1 ? 0 : S(a) % S(b))
DIVIDE(i32_rem_u, uint32_t, false, a % b)
DIVIDE(i64_rem_u, uint64_t, false, a % b)

// Floats. Rounding is to nearest, ties to even. A NaN that comes out is quiet; which one is left open (4.3.3).
template <typename F>
using Bits = std::conditional_t<sizeof(F) == 4, uint32_t, uint64_t>;
template <typename F>
inline constexpr Bits<F> sign_bit = Bits<F>(1) << (sizeof(F) * 8 - 1);

// A quiet NaN stays, a signalling one becomes quiet. (The C library's rounding functions do the same on their own where
// the processor has instructions for them, but not everywhere.)
template <typename F>
__attribute__((always_inline)) inline F quiet(F a) {
  return std::bit_cast<F>(Bits<F>(std::bit_cast<Bits<F>>(a) | Bits<F>(1) << (sizeof(F) == 4 ? 22 : 51)));
}
template <typename F>
__attribute__((always_inline)) inline F min(F a, F b) {
  if (a < b) return a;
  if (b < a) return b;
  if (a == b) return std::bit_cast<F>(Bits<F>(std::bit_cast<Bits<F>>(a) | std::bit_cast<Bits<F>>(b)));
  return a != a ? quiet(a) : quiet(b);
}
template <typename F>
__attribute__((always_inline)) inline F max(F a, F b) {
  if (a > b) return a;
  if (b > a) return b;
  if (a == b) return std::bit_cast<F>(Bits<F>(std::bit_cast<Bits<F>>(a) & std::bit_cast<Bits<F>>(b)));
  return a != a ? quiet(a) : quiet(b);
}
template <typename F>
__attribute__((always_inline)) inline F copysign(F a, F b) {
  return std::bit_cast<F>(Bits<F>((std::bit_cast<Bits<F>>(a) & ~sign_bit<F>) | (std::bit_cast<Bits<F>>(b) & sign_bit<F>)));
}

// Rounding to an integral value (4.3.3). Without an instruction for it, the sum with 2^23 (2^52) leaves no fraction, in
// the rounding mode that is set: to nearest, ties to even. Larger values have none anyway.
template <typename F>
__attribute__((always_inline)) inline F nearest(F a) {
  constexpr F magic = sizeof(F) == 4 ? F(0x1p23) : F(0x1p52);
  const F size = std::bit_cast<F>(Bits<F>(std::bit_cast<Bits<F>>(a) & ~sign_bit<F>));
  if (!(size < magic)) return a != a ? quiet(a) : a;
  F sum = size + magic;
  asm volatile("" : "+m"(sum));  // the two additions are not to be folded into none
  return copysign(F(sum - magic), a);
}
template <typename F>
__attribute__((always_inline)) inline F floor(F a) {
  const F near = nearest(a);
  return near > a ? copysign(F(near - 1), a) : near;
}
template <typename F>
__attribute__((always_inline)) inline F ceil(F a) {
  const F near = nearest(a);
  return near < a ? copysign(F(near + 1), a) : near;
}
template <typename F>
__attribute__((always_inline)) inline F trunc(F a) {
  const F size = std::bit_cast<F>(Bits<F>(std::bit_cast<Bits<F>>(a) & ~sign_bit<F>));
  const F near = nearest(size);
  return near != near ? near : copysign(near > size ? F(near - 1) : near, a);
}

#define FLOATS(kind, name, expression)      \
  kind(f32_##name, float, expression)       \
  kind(f64_##name, double, expression)
FLOATS(UNARY, abs, (std::bit_cast<decltype(a)>(Bits<decltype(a)>(std::bit_cast<Bits<decltype(a)>>(a) & ~sign_bit<decltype(a)>))))
FLOATS(UNARY, neg, (std::bit_cast<decltype(a)>(Bits<decltype(a)>(std::bit_cast<Bits<decltype(a)>>(a) ^ sign_bit<decltype(a)>))))
FLOATS(UNARY, ceil, op::ceil(a))
FLOATS(UNARY, floor, op::floor(a))
FLOATS(UNARY, trunc, op::trunc(a))
FLOATS(UNARY, nearest, op::nearest(a))
UNARY(f32_sqrt, float, __builtin_sqrtf(a))
UNARY(f64_sqrt, double, __builtin_sqrt(a))
FLOATS(BINARY, add, a + b)
FLOATS(BINARY, sub, a - b)
FLOATS(BINARY, mul, a * b)
FLOATS(BINARY, div, a / b)
FLOATS(BINARY, min, op::min(a, b))
FLOATS(BINARY, max, op::max(a, b))
FLOATS(BINARY, copysign, op::copysign(a, b))
FLOATS(BINARY, eq, uint32_t(a == b))
FLOATS(BINARY, ne, uint32_t(a != b))
FLOATS(BINARY, lt, uint32_t(a < b))
FLOATS(BINARY, gt, uint32_t(a > b))
FLOATS(BINARY, le, uint32_t(a <= b))
FLOATS(BINARY, ge, uint32_t(a >= b))

// Truncation to integers (4.3.4). The bounds are powers of two (minus one where the type can hold that), so exact: a
// value fits if its truncation does.
template <typename Int, typename F>
struct TruncateBounds {
  static constexpr F above = sizeof(Int) == 4 ? (std::is_signed_v<Int> ? F(0x1p31) : F(0x1p32))
                                              : (std::is_signed_v<Int> ? F(0x1p63) : F(0x1p64));
  // Doubles between -2^31 - 1 and -2^31 truncate to -2^31; the other types have no value in that gap.
  static constexpr bool gap = std::is_same_v<Int, int32_t> && sizeof(F) == 8;
  static __attribute__((always_inline)) bool fits_below(F a) {
    if (!std::is_signed_v<Int>) return a > F(-1);
    return gap ? a > F(-0x1p31) - 1 : a >= -above;
  }
};
template <typename Int, typename F>
__attribute__((always_inline)) inline Trap truncate(F a, std::make_unsigned_t<Int>& out) {
  using Bounds = TruncateBounds<Int, F>;
  if (!(a < Bounds::above && Bounds::fits_below(a))) [[unlikely]] return a != a ? Trap::invalid_conversion : Trap::integer_overflow;
  out = std::make_unsigned_t<Int>(Int(a));
  return Trap::none;
}
template <typename Int, typename F>
__attribute__((always_inline)) inline Int truncate_saturating(F a) {
  using Bounds = TruncateBounds<Int, F>;
  if (a != a) return 0;
  if (!(a < Bounds::above)) return std::numeric_limits<Int>::max();
  if (!Bounds::fits_below(a)) return std::numeric_limits<Int>::min();
  return Int(a);
}
#define TRUNCATE(name, F, Int)                                                                       \
  struct name {                                                                                      \
    using Operand = F;                                                                               \
    using Out = std::make_unsigned_t<Int>;                                                           \
    static __attribute__((always_inline)) Trap apply(F a, Out& out) { return truncate<Int, F>(a, out); } \
  };
TRUNCATE(i32_trunc_f32_s, float, int32_t)
TRUNCATE(i32_trunc_f32_u, float, uint32_t)
TRUNCATE(i32_trunc_f64_s, double, int32_t)
TRUNCATE(i32_trunc_f64_u, double, uint32_t)
TRUNCATE(i64_trunc_f32_s, float, int64_t)
TRUNCATE(i64_trunc_f32_u, float, uint64_t)
TRUNCATE(i64_trunc_f64_s, double, int64_t)
TRUNCATE(i64_trunc_f64_u, double, uint64_t)
UNARY(i32_trunc_sat_f32_s, float, (truncate_saturating<int32_t>(a)))
UNARY(i32_trunc_sat_f32_u, float, (truncate_saturating<uint32_t>(a)))
UNARY(i32_trunc_sat_f64_s, double, (truncate_saturating<int32_t>(a)))
UNARY(i32_trunc_sat_f64_u, double, (truncate_saturating<uint32_t>(a)))
UNARY(i64_trunc_sat_f32_s, float, (truncate_saturating<int64_t>(a)))
UNARY(i64_trunc_sat_f32_u, float, (truncate_saturating<uint64_t>(a)))
UNARY(i64_trunc_sat_f64_s, double, (truncate_saturating<int64_t>(a)))
UNARY(i64_trunc_sat_f64_u, double, (truncate_saturating<uint64_t>(a)))

UNARY(i32_wrap_i64, uint64_t, uint32_t(a))
UNARY(i64_extend_i32_s, uint32_t, int64_t(int32_t(a)))
UNARY(i64_extend_i32_u, uint32_t, uint64_t(a))
UNARY(f32_convert_i32_s, uint32_t, float(int32_t(a)))
UNARY(f32_convert_i32_u, uint32_t, float(a))
UNARY(f32_convert_i64_s, uint64_t, float(int64_t(a)))
UNARY(f32_convert_i64_u, uint64_t, float(a))
UNARY(f64_convert_i32_s, uint32_t, double(int32_t(a)))
UNARY(f64_convert_i32_u, uint32_t, double(a))
UNARY(f64_convert_i64_s, uint64_t, double(int64_t(a)))
UNARY(f64_convert_i64_u, uint64_t, double(a))
UNARY(f32_demote_f64, double, float(a))
UNARY(f64_promote_f32, float, double(a))
UNARY(i32_reinterpret_f32, float, std::bit_cast<uint32_t>(a))
UNARY(i64_reinterpret_f64, double, std::bit_cast<uint64_t>(a))
UNARY(f32_reinterpret_i32, uint32_t, std::bit_cast<float>(a))
UNARY(f64_reinterpret_i64, uint64_t, std::bit_cast<double>(a))
UNARY(i32_extend8_s, uint32_t, int32_t(int8_t(a)))
UNARY(i32_extend16_s, uint32_t, int32_t(int16_t(a)))
UNARY(i64_extend8_s, uint64_t, int64_t(int8_t(a)))
UNARY(i64_extend16_s, uint64_t, int64_t(int16_t(a)))
UNARY(i64_extend32_s, uint64_t, int64_t(int32_t(a)))

}  // namespace wherry::interp::op
