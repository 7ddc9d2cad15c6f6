// Vector instructions on integers and bits (core specification 4.3.5).
#include "interp/vector_tables.h"

namespace wherry::interp {
namespace op {

using S8 = int8_t;
using U8 = uint8_t;
using S16 = int16_t;
using U16 = uint16_t;
using S32 = int32_t;
using U32 = uint32_t;
using S64 = int64_t;
using U64 = uint64_t;

#define COMPARES(shape, S, U)                          \
  LANES2(shape##_eq, U, U, x == y ? -1 : 0)            \
  LANES2(shape##_ne, U, U, x != y ? -1 : 0)            \
  LANES2(shape##_lt_s, S, U, x < y ? -1 : 0)           \
  LANES2(shape##_gt_s, S, U, x > y ? -1 : 0)           \
  LANES2(shape##_le_s, S, U, x <= y ? -1 : 0)          \
  LANES2(shape##_ge_s, S, U, x >= y ? -1 : 0)
#define COMPARES_U(shape, U)                           \
  LANES2(shape##_lt_u, U, U, x < y ? -1 : 0)           \
  LANES2(shape##_gt_u, U, U, x > y ? -1 : 0)           \
  LANES2(shape##_le_u, U, U, x <= y ? -1 : 0)          \
  LANES2(shape##_ge_u, U, U, x >= y ? -1 : 0)
COMPARES(i8x16, S8, U8)
COMPARES(i16x8, S16, U16)
COMPARES(i32x4, S32, U32)
COMPARES(i64x2, S64, U64)
COMPARES_U(i8x16, U8)
COMPARES_U(i16x8, U16)
COMPARES_U(i32x4, U32)

LANES1(v128_not, U64, U64, ~x)
LANES2(v128_and, U64, U64, x & y)
LANES2(v128_andnot, U64, U64, x & ~y)
LANES2(v128_or, U64, U64, x | y)
LANES2(v128_xor, U64, U64, x ^ y)
struct v128_bitselect {
  static WHERRY_INLINE Lanes<U64> apply(Lanes<U64> a, Lanes<U64> b, Lanes<U64> mask) {
    for (int i = 0; i < 2; ++i) a.lane[i] = (a.lane[i] & mask.lane[i]) | (b.lane[i] & ~mask.lane[i]);
    return a;
  }
};
struct v128_any_true {
  static WHERRY_INLINE U32 apply(Lanes<U64> a) { return (a.lane[0] | a.lane[1]) != 0; }
};
struct v128_const {
  static WHERRY_INLINE ImmediateBytes apply(ImmediateBytes bytes) { return bytes; }
};

// The result of every lane instruction that has all of them: shape, signed lane, unsigned lane, number of bits.
#define INTS(shape, S, U, bits)                                                   \
  LANES1(shape##_abs, S, U, x < 0 ? U(0) - U(x) : U(x))                           \
  LANES1(shape##_neg, U, U, U(0) - x)                                             \
  LANES2(shape##_add, U, U, x + y)                                                \
  LANES2(shape##_sub, U, U, x - y)                                                \
  struct shape##_all_true {                                                       \
    static WHERRY_INLINE U32 apply(Lanes<U> a) {                                  \
      bool all = true;                                                            \
      for (const U x : a.lane) all &= x != 0;                                     \
      return all;                                                                 \
    }                                                                             \
  };                                                                              \
  struct shape##_bitmask {                                                        \
    static WHERRY_INLINE U32 apply(Lanes<S> a) {                                  \
      U32 mask = 0;                                                               \
      for (int i = 0; i < Lanes<S>::count; ++i) mask |= U32(a.lane[i] < 0) << i;  \
      return mask;                                                                \
    }                                                                             \
  };                                                                              \
  SHIFT(shape##_shl, U, U(x << (by & (bits - 1))))                                \
  SHIFT(shape##_shr_s, S, S(x >> (by & (bits - 1))))                              \
  SHIFT(shape##_shr_u, U, U(x >> (by & (bits - 1))))
#define SHIFT(name, T, expression)                            \
  struct name {                                               \
    static WHERRY_INLINE Lanes<T> apply(Lanes<T> a, U32 by) { \
      for (T& x : a.lane) x = expression;                     \
      return a;                                               \
    }                                                         \
  };
INTS(i8x16, S8, U8, 8)
INTS(i16x8, S16, U16, 16)
INTS(i32x4, S32, U32, 32)
INTS(i64x2, S64, U64, 64)

LANES1(i8x16_popcnt, U8, U8, std::popcount(x))
LANES2(i16x8_mul, U16, U16, U32(x) * U32(y))
LANES2(i32x4_mul, U32, U32, x * y)
LANES2(i64x2_mul, U64, U64, x * y)

#define MIN_MAX(shape, S, U)                      \
  LANES2(shape##_min_s, S, S, x < y ? x : y)      \
  LANES2(shape##_max_s, S, S, x > y ? x : y)      \
  LANES2(shape##_min_u, U, U, x < y ? x : y)      \
  LANES2(shape##_max_u, U, U, x > y ? x : y)
MIN_MAX(i8x16, S8, U8)
MIN_MAX(i16x8, S16, U16)
MIN_MAX(i32x4, S32, U32)

#define SATURATING(shape, S, U)                                       \
  LANES2(shape##_add_sat_s, S, S, saturate<S>(int32_t(x) + y))        \
  LANES2(shape##_add_sat_u, U, U, saturate<U>(int32_t(x) + y))        \
  LANES2(shape##_sub_sat_s, S, S, saturate<S>(int32_t(x) - y))        \
  LANES2(shape##_sub_sat_u, U, U, saturate<U>(int32_t(x) - y))        \
  LANES2(shape##_avgr_u, U, U, (uint32_t(x) + y + 1) / 2)
SATURATING(i8x16, S8, U8)
SATURATING(i16x8, S16, U16)
LANES2(i16x8_q15mulr_sat_s, S16, S16, saturate<S16>((int32_t(x) * y + 0x4000) >> 15))
LANES2(i16x8_relaxed_q15mulr_s, S16, S16, saturate<S16>((int32_t(x) * y + 0x4000) >> 15))

template <typename To, typename From>
WHERRY_INLINE Lanes<To> narrow(Lanes<From> a, Lanes<From> b) {
  Lanes<To> result;
  constexpr int half = Lanes<From>::count;
  for (int i = 0; i < half; ++i) {
    result.lane[i] = saturate<To>(a.lane[i]);
    result.lane[half + i] = saturate<To>(b.lane[i]);
  }
  return result;
}
#define NARROW(name, From, To)                                                                                    \
  struct name {                                                                                                   \
    static WHERRY_INLINE Lanes<To> apply(Lanes<From> a, Lanes<From> b) { return narrow<To>(a, b); }               \
  };
NARROW(i8x16_narrow_i16x8_s, S16, S8)
NARROW(i8x16_narrow_i16x8_u, S16, U8)
NARROW(i16x8_narrow_i32x4_s, S32, S16)
NARROW(i16x8_narrow_i32x4_u, S32, U16)

template <typename To, int first, typename From>
WHERRY_INLINE Lanes<To> extend(Lanes<From> a) {
  Lanes<To> result;
  for (int i = 0; i < Lanes<To>::count; ++i) result.lane[i] = a.lane[first + i];
  return result;
}
template <typename To, int first, typename From>
WHERRY_INLINE Lanes<To> multiply_extended(Lanes<From> a, Lanes<From> b) {
  Lanes<To> result;
  for (int i = 0; i < Lanes<To>::count; ++i) result.lane[i] = To(To(a.lane[first + i]) * To(b.lane[first + i]));
  return result;
}
#define EXTENDS(to, from, To, From, sign)                                                                                     \
  struct to##_extend_low_##from##_##sign {                                                                                    \
    static WHERRY_INLINE Lanes<To> apply(Lanes<From> a) { return extend<To, 0>(a); }                                          \
  };                                                                                                                          \
  struct to##_extend_high_##from##_##sign {                                                                                   \
    static WHERRY_INLINE Lanes<To> apply(Lanes<From> a) { return extend<To, Lanes<To>::count>(a); }                           \
  };                                                                                                                          \
  struct to##_extmul_low_##from##_##sign {                                                                                    \
    static WHERRY_INLINE Lanes<To> apply(Lanes<From> a, Lanes<From> b) { return multiply_extended<To, 0>(a, b); }             \
  };                                                                                                                          \
  struct to##_extmul_high_##from##_##sign {                                                                                   \
    static WHERRY_INLINE Lanes<To> apply(Lanes<From> a, Lanes<From> b) { return multiply_extended<To, Lanes<To>::count>(a, b); } \
  };
EXTENDS(i16x8, i8x16, S16, S8, s)
EXTENDS(i16x8, i8x16, U16, U8, u)
EXTENDS(i32x4, i16x8, S32, S16, s)
EXTENDS(i32x4, i16x8, U32, U16, u)
EXTENDS(i64x2, i32x4, S64, S32, s)
EXTENDS(i64x2, i32x4, U64, U32, u)

#define PAIRWISE(name, To, From)                                                                                      \
  struct name {                                                                                                       \
    static WHERRY_INLINE Lanes<To> apply(Lanes<From> a) {                                                             \
      Lanes<To> result;                                                                                               \
      for (int i = 0; i < Lanes<To>::count; ++i) result.lane[i] = To(To(a.lane[2 * i]) + To(a.lane[2 * i + 1]));      \
      return result;                                                                                                  \
    }                                                                                                                 \
  };
PAIRWISE(i16x8_extadd_pairwise_i8x16_s, S16, S8)
PAIRWISE(i16x8_extadd_pairwise_i8x16_u, U16, U8)
PAIRWISE(i32x4_extadd_pairwise_i16x8_s, S32, S16)
PAIRWISE(i32x4_extadd_pairwise_i16x8_u, U32, U16)

struct i32x4_dot_i16x8_s {
  static WHERRY_INLINE Lanes<U32> apply(Lanes<S16> a, Lanes<S16> b) {
    Lanes<U32> result;
    for (int i = 0; i < 4; ++i) {
      result.lane[i] = U32(S32(a.lane[2 * i]) * b.lane[2 * i]) + U32(S32(a.lane[2 * i + 1]) * b.lane[2 * i + 1]);
    }
    return result;
  }
};
// Relaxed: of the results allowed, those that all processors here can give cheaply: signed times signed, saturated.
struct i16x8_relaxed_dot_i8x16_i7x16_s {
  static WHERRY_INLINE Lanes<S16> apply(Lanes<S8> a, Lanes<S8> b) {
    Lanes<S16> result;
    for (int i = 0; i < 8; ++i) {
      result.lane[i] = saturate<S16>(S32(a.lane[2 * i]) * b.lane[2 * i] + S32(a.lane[2 * i + 1]) * b.lane[2 * i + 1]);
    }
    return result;
  }
};
struct i32x4_relaxed_dot_i8x16_i7x16_add_s {
  static WHERRY_INLINE Lanes<U32> apply(Lanes<S8> a, Lanes<S8> b, Lanes<U32> c) {
    const Lanes<S16> dot = i16x8_relaxed_dot_i8x16_i7x16_s::apply(a, b);
    for (int i = 0; i < 4; ++i) c.lane[i] += U32(S32(dot.lane[2 * i]) + S32(dot.lane[2 * i + 1]));
    return c;
  }
};

#define LANESELECT(name) \
  struct name : v128_bitselect {};
LANESELECT(i8x16_relaxed_laneselect)
LANESELECT(i16x8_relaxed_laneselect)
LANESELECT(i32x4_relaxed_laneselect)
LANESELECT(i64x2_relaxed_laneselect)

struct i8x16_swizzle {
  static WHERRY_INLINE Lanes<U8> apply(Lanes<U8> a, Lanes<U8> by) {
    Lanes<U8> result;
    for (int i = 0; i < 16; ++i) result.lane[i] = by.lane[i] < 16 ? a.lane[by.lane[i] & 15] : 0;
    return result;
  }
};
struct i8x16_relaxed_swizzle : i8x16_swizzle {};
struct i8x16_shuffle {
  static WHERRY_INLINE Lanes<U8> apply(Lanes<U8> a, Lanes<U8> b, ImmediateBytes by) {
    U8 both[32];
    memcpy(both, &a, 16);
    memcpy(both + 16, &b, 16);
    Lanes<U8> result;
    for (int i = 0; i < 16; ++i) result.lane[i] = both[by.bytes[i] & 31];
    return result;
  }
};

#define SPLAT(name, T, Number)                        \
  struct name {                                       \
    static WHERRY_INLINE Lanes<T> apply(Number x) {   \
      Lanes<T> result;                                \
      for (T& lane : result.lane) lane = T(x);        \
      return result;                                  \
    }                                                 \
  };
SPLAT(i8x16_splat, U8, U32)
SPLAT(i16x8_splat, U16, U32)
SPLAT(i32x4_splat, U32, U32)
SPLAT(i64x2_splat, U64, U64)
SPLAT(f32x4_splat, U32, U32)
SPLAT(f64x2_splat, U64, U64)

// Lanes move as bits, so that no NaN changes on its way.
#define EXTRACT(name, T, Number)                                                                          \
  struct name {                                                                                           \
    static WHERRY_INLINE Number apply(Lanes<T> a, LaneIndex index) { return Number(a.lane[index.value % Lanes<T>::count]); } \
  };
EXTRACT(i8x16_extract_lane_s, S8, U32)
EXTRACT(i8x16_extract_lane_u, U8, U32)
EXTRACT(i16x8_extract_lane_s, S16, U32)
EXTRACT(i16x8_extract_lane_u, U16, U32)
EXTRACT(i32x4_extract_lane, U32, U32)
EXTRACT(i64x2_extract_lane, U64, U64)
EXTRACT(f32x4_extract_lane, U32, U32)
EXTRACT(f64x2_extract_lane, U64, U64)
#define REPLACE(name, T, Number)                                                          \
  struct name {                                                                           \
    static WHERRY_INLINE Lanes<T> apply(Lanes<T> a, Number value, LaneIndex index) {      \
      a.lane[index.value % Lanes<T>::count] = T(value);                                   \
      return a;                                                                           \
    }                                                                                     \
  };
REPLACE(i8x16_replace_lane, U8, U32)
REPLACE(i16x8_replace_lane, U16, U32)
REPLACE(i32x4_replace_lane, U32, U32)
REPLACE(i64x2_replace_lane, U64, U64)
REPLACE(f32x4_replace_lane, U32, U32)
REPLACE(f64x2_replace_lane, U64, U64)

}  // namespace op

static constexpr VectorTable make_table() {
  VectorTable table{};
#define RULE(...)
#define OP(code, name, text, immediate, signature, fuel, flow, feature) FILL_VECTOR(code, is_vector_int, name, signature)
#include "wasm/opcode.def"
  return table;
}

constinit const VectorTable vector_int_handlers = make_table();

}  // namespace wherry::interp
