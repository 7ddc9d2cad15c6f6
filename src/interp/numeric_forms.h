// From an operation of numeric.h to its handlers in all forms. For the .cc files that fill the tables of forms.h.
#pragma once

#include "interp/forms.h"
#include "interp/numeric.h"

namespace wherry::interp {

template <class Op>
concept TrapsUnary = requires { typename Op::Out; };
template <class Op>
concept TrapsBinary = requires(typename Op::Operand a) { Op::apply(a, a, a); };

template <class Op, class A, bool to_slot>
WHERRY_INLINE auto unary(Registers& r) {
  const auto a = A::template get<typename Op::Operand>(r);
  if constexpr (TrapsUnary<Op>) {
    typename Op::Out out;
    if (const Trap trap = Op::apply(a, out); trap != Trap::none) [[unlikely]] return trap;
    put<to_slot>(r, out);
    r.pc += 16;
    return Trap::none;
  } else {
    put<to_slot>(r, Op::apply(a));
    r.pc += 16;
  }
}

// The immediate of an operation on T.
template <typename T>
using ImmediateOf = Immediate<sizeof(T) == 4 ? 12 : 16>;
template <class B, typename T>
inline constexpr int binary_bytes = std::is_same_v<B, Immediate<16>> ? 24 : 16;

template <class Op, class A, class B, bool to_slot>
WHERRY_INLINE auto binary(Registers& r) {
  using T = typename Op::Operand;
  const T a = A::template get<T>(r), b = B::template get<T>(r);
  if constexpr (TrapsBinary<Op>) {
    T out;
    if (const Trap trap = Op::apply(a, b, out); trap != Trap::none) [[unlikely]] return trap;
    put<to_slot>(r, out);
    r.pc += binary_bytes<B, T>;
    return Trap::none;
  } else {
    put<to_slot>(r, Op::apply(a, b));
    r.pc += binary_bytes<B, T>;
  }
}

template <class Op, class A>
constexpr Pair unary_pair() {
  return {handle<unary<Op, A, false>>, handle<unary<Op, A, true>>};
}
template <class Op>
constexpr UnaryForms make_unary() {
  return {unary_pair<Op, InSlot<10>>(), unary_pair<Op, InAcc>()};
}
template <class Op, class A, class B>
constexpr Pair binary_pair() {
  return {handle<binary<Op, A, B, false>>, handle<binary<Op, A, B, true>>};
}
template <class Op>
constexpr BinaryForms make_binary() {
  using Imm = ImmediateOf<typename Op::Operand>;
  return {binary_pair<Op, InSlot<10>, InSlot<12>>(), binary_pair<Op, InSlot<10>, Imm>(), binary_pair<Op, InAcc, InSlot<12>>(),
          binary_pair<Op, InAcc, Imm>(), binary_pair<Op, InSlot<10>, InAcc>()};
}

template <class Op, class A, class B, bool wanted>
WHERRY_INLINE bool compare(Registers& r) {
  using T = typename Op::Operand;
  const bool taken = (Op::apply(A::template get<T>(r), B::template get<T>(r)) != 0) == wanted;
  r.pc += std::is_same_v<B, Immediate<16>> ? 24 : 16;
  return taken;
}
template <class Op, bool wanted = true>
constexpr BranchForms make_branch() {
  using A = InSlot<8>;
  using B = InSlot<10>;
  using I = Immediate<16>;
  return {handle_branch<compare<Op, A, B, wanted>, 12>, handle_branch<compare<Op, A, I, wanted>, 12>,
          handle_branch<compare<Op, InAcc, B, wanted>, 12>, handle_branch<compare<Op, InAcc, I, wanted>, 12>,
          handle_branch<compare<Op, A, InAcc, wanted>, 12>};
}

// Fills table[index] with make<op::name>() if `wanted`. A template, so that an operation which isn't wanted needs no definition.
#define FILL(wanted, table, index, make, name)                      \
  [&]<typename Op>(Op*) {                                           \
    if constexpr (wanted) table[index] = make<Op>();                \
  }(static_cast<op::name*>(nullptr))

}  // namespace wherry::interp
