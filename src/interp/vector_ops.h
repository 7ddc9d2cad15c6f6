// What a vector is to the handlers, and how they are made from operations: a struct whose `apply` takes lanes and
// returns lanes or a number. The loops over the lanes are what compilers turn into vector instructions.
#pragma once

#include "interp/forms.h"
#include "interp/numeric.h"

namespace wherry::interp {

template <typename T>
struct Lanes {
  static constexpr int count = 16 / sizeof(T);
  T lane[count];
};
// An instruction's lane index, and its 16 immediate bytes.
struct LaneIndex {
  uint8_t value;
};
struct ImmediateBytes {
  uint8_t bytes[16];
};

template <typename T>
WHERRY_INLINE T vector_operand(const Registers& r, int at) {
  if constexpr (std::is_same_v<T, LaneIndex>) {
    return {field<uint8_t>(r, 14)};
  } else if constexpr (std::is_same_v<T, ImmediateBytes>) {
    return field<ImmediateBytes>(r, 16);
  } else {
    return read<T>(&slot_at(r, at));
  }
}
template <typename T>
WHERRY_INLINE void vector_result(Registers& r, int at, T value) {
  Slot& slot = slot_at(r, at);
  if constexpr (sizeof(T) == 16) {
    write(&slot, value);
  } else if constexpr (sizeof(T) == 4) {
    slot.u64 = std::bit_cast<uint32_t>(value);
  } else {
    slot.u64 = std::bit_cast<uint64_t>(value);
  }
}

template <class Op, typename R, typename... A, size_t... i>
WHERRY_INLINE void apply_vector(Registers& r, R (*)(A...), std::index_sequence<i...>) {
  vector_result(r, 8, Op::apply(vector_operand<A>(r, 10 + 2 * int(i))...));
  r.pc += (std::is_same_v<A, ImmediateBytes> || ...) ? 32 : 16;
}
template <typename R, typename... A>
constexpr size_t arity(R (*)(A...)) {
  return sizeof...(A);
}
template <class Op>
WHERRY_INLINE void vector_op(Registers& r) {
  apply_vector<Op>(r, &Op::apply, std::make_index_sequence<arity(&Op::apply)>());
}

using VectorTable = std::array<Handler, vector_count>;

}  // namespace wherry::interp

namespace wherry::interp::op {

// x, y: the operands' lanes. Result lanes of type R.
#define LANES1(name, T, R, expression)                                         \
  struct name {                                                                \
    static WHERRY_INLINE Lanes<R> apply(Lanes<T> a) {                          \
      Lanes<R> result;                                                         \
      for (int i = 0; i < Lanes<T>::count; ++i) {                              \
        const T x = a.lane[i];                                                 \
        result.lane[i] = R(expression);                                        \
      }                                                                        \
      return result;                                                           \
    }                                                                          \
  };
#define LANES2(name, T, R, expression)                                         \
  struct name {                                                                \
    static WHERRY_INLINE Lanes<R> apply(Lanes<T> a, Lanes<T> b) {              \
      Lanes<R> result;                                                         \
      for (int i = 0; i < Lanes<T>::count; ++i) {                              \
        const T x = a.lane[i], y = b.lane[i];                                  \
        result.lane[i] = R(expression);                                        \
      }                                                                        \
      return result;                                                           \
    }                                                                          \
  };

template <typename T>
WHERRY_INLINE T saturate(int64_t value) {
  constexpr int64_t min = std::numeric_limits<T>::min(), max = std::numeric_limits<T>::max();
  return T(value < min ? min : value > max ? max : value);
}

}  // namespace wherry::interp::op
