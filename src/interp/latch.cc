#include "interp/latch.h"

#include "interp/numeric_forms.h"

namespace wherry::interp {
namespace {

template <typename T, bool immediate>
WHERRY_INLINE T latch_operand(const Registers& r, int at) {
  if constexpr (immediate) return T(std::make_signed_t<T>(field<int32_t>(r, at)));
  return read<T>(r.sp + field<uint32_t>(r, at));
}
template <class Compare, bool b_immediate, bool c_immediate>
WHERRY_INLINE bool latch(Registers& r) {
  using T = typename Compare::Operand;
  const T sum = read<T>(&slot_at(r, 10)) + latch_operand<T, b_immediate>(r, 16);
  slot_at(r, 8).u64 = r.acc = sum;
  const bool taken = Compare::apply(sum, latch_operand<T, c_immediate>(r, 20));
  r.pc += 24;
  return taken;
}
template <class Compare>
constexpr LatchForms make_latch() {
  return {handle_branch<latch<Compare, false, false>, 12>, handle_branch<latch<Compare, false, true>, 12>,
          handle_branch<latch<Compare, true, false>, 12>, handle_branch<latch<Compare, true, true>, 12>};
}

template <typename T>
struct Numbers {
  T a, b, c;
};
template <typename T>
WHERRY_INLINE Numbers<T> three(const Registers& r) {
  return {read<T>(&slot_at(r, 10)), read<T>(&slot_at(r, 12)), read<T>(&slot_at(r, 14))};
}
// The product is rounded before the sum: these are two instructions still.
template <typename T, bool to_slot>
WHERRY_INLINE void multiply_add(Registers& r) {
  const auto [a, b, c] = three<T>(r);
  const T product = a * b;
  put<to_slot>(r, T(c + product));
  r.pc += 16;
}
template <typename T, bool to_slot>
WHERRY_INLINE void subtract_product(Registers& r) {
  const auto [a, b, c] = three<T>(r);
  const T product = a * b;
  put<to_slot>(r, T(c - product));
  r.pc += 16;
}
template <typename T, bool to_slot>
WHERRY_INLINE void product_minus(Registers& r) {
  const auto [a, b, c] = three<T>(r);
  const T product = a * b;
  put<to_slot>(r, T(product - c));
  r.pc += 16;
}
template <typename T>
constexpr MultiplyForms make_multiply() {
  return {{handle<multiply_add<T, false>>, handle<multiply_add<T, true>>},
          {handle<subtract_product<T, false>>, handle<subtract_product<T, true>>},
          {handle<product_minus<T, false>>, handle<product_minus<T, true>>}};
}

template <bool to_slot>
WHERRY_INLINE void add_scaled(Registers& r) {
  put<to_slot>(r, slot_at(r, 10).u32 + (slot_at(r, 12).u32 << (field<uint8_t>(r, 14) & 31)));
  r.pc += 16;
}

}  // namespace

constinit const std::array<LatchForms, 10> latch_i32_forms = {
    make_latch<op::i32_eq>(),   make_latch<op::i32_ne>(),   make_latch<op::i32_lt_s>(), make_latch<op::i32_lt_u>(), make_latch<op::i32_gt_s>(),
    make_latch<op::i32_gt_u>(), make_latch<op::i32_le_s>(), make_latch<op::i32_le_u>(), make_latch<op::i32_ge_s>(), make_latch<op::i32_ge_u>()};
constinit const std::array<LatchForms, 10> latch_i64_forms = {
    make_latch<op::i64_eq>(),   make_latch<op::i64_ne>(),   make_latch<op::i64_lt_s>(), make_latch<op::i64_lt_u>(), make_latch<op::i64_gt_s>(),
    make_latch<op::i64_gt_u>(), make_latch<op::i64_le_s>(), make_latch<op::i64_le_u>(), make_latch<op::i64_ge_s>(), make_latch<op::i64_ge_u>()};
constinit const MultiplyForms multiply_f64 = make_multiply<double>();
constinit const MultiplyForms multiply_f32 = make_multiply<float>();
constinit const MultiplyForms multiply_i32 = make_multiply<uint32_t>();
constinit const MultiplyForms multiply_i64 = make_multiply<uint64_t>();
constinit const Pair scaled_add = {handle<add_scaled<false>>, handle<add_scaled<true>>};

}  // namespace wherry::interp
