// Translation and dispatch without the runtime: a store with nothing in it but what a test puts there. What whole
// modules do is tested by the specification's suite.
#include <gtest/gtest.h>

#include "interp/code.h"
#include "interp/module_code.h"
#include "interp/translate.h"
#include "wasm/decode/decode.h"
#include "wasm/validate/validate.h"

namespace wherry::interp {
namespace {

// A module of one function of type (i32, i32) -> i32 with one i32 local and this code, `end` included.
std::vector<uint8_t> module_of(std::vector<uint8_t> code) {
  std::vector<uint8_t> bytes{0, 'a', 's', 'm', 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7F, 0x7F, 1, 0x7F, 3, 2, 1, 0, 10};
  code.insert(code.begin(), {1, 1, 0x7F});
  bytes.push_back(uint8_t(code.size() + 2));
  bytes.push_back(1);
  bytes.push_back(uint8_t(code.size()));
  bytes.insert(bytes.end(), code.begin(), code.end());
  return bytes;
}

Trap poll_says_stop(Thread&) { return Trap::interrupted; }
Trap fuel_is_out(Thread&) { return Trap::out_of_fuel; }

class Interp : public ::testing::Test {
 protected:
  void load(std::vector<uint8_t> code, abi::CodeSettings settings = {}) {
    auto bytes = std::make_shared<const std::vector<uint8_t>>(module_of(std::move(code)));
    auto module = wasm::decode::decode(std::move(bytes), {}, {});
    ASSERT_TRUE(module) << module.error().what;
    auto valid = wasm::validate::validate(*std::move(module), {}, {});
    ASSERT_TRUE(valid) << valid.error().what << ' ' << valid.error().where;
    code_ = make_code(std::make_shared<wasm::ValidModule>(*std::move(valid)), settings);
    builtins_.poll = poll_says_stop;
    builtins_.out_of_fuel = fuel_is_out;
    store_.builtins = &builtins_;
    vm_.store = &store_;
    vm_.code = code_.get();
    func_ = {0, 0, &vm_, code_->entry(), code_->body(0)};
    thread_.store = &store_;
    thread_.stack_begin = thread_.stack_top = stack_;
    thread_.stack_end = stack_ + std::size(stack_);
    thread_.depth_max = 10;
  }
  Trap call(uint32_t a, uint32_t b) {
    values_[0].u32 = a;
    values_[1].u32 = b;
    return func_.entry(thread_, func_, values_);
  }
  uint32_t result() const { return values_[0].u32; }

  std::shared_ptr<abi::Code> code_;
  abi::Builtins builtins_{};
  abi::StoreVm store_{};
  Vm vm_{};
  abi::Func func_{};
  Thread thread_{};
  Slot stack_[200]{};
  Slot values_[4]{};
};

TEST_F(Interp, a_pushed_local_keeps_its_value_when_it_is_set) {
  // local.get 0; i32.const 7; local.set 0; local.get 0; i32.sub
  load({0x20, 0, 0x41, 7, 0x21, 0, 0x20, 0, 0x6B, 0x0B});
  ASSERT_EQ(call(10, 0), Trap::none);
  EXPECT_EQ(result(), 3u);
}

TEST_F(Interp, a_loop_whose_end_is_one_instruction_counts_right) {
  // loop: local 2 += local 0; local 1 -= 1, again unless it is 0
  load({0x03, 0x40, 0x20, 2, 0x20, 0, 0x6A, 0x21, 2, 0x20, 1, 0x41, 0x7F, 0x6A, 0x22, 1, 0x0D, 0, 0x0B, 0x20, 2, 0x0B});
  ASSERT_EQ(call(3, 5), Trap::none);
  EXPECT_EQ(result(), 15u);
}

TEST_F(Interp, a_trap_names_the_byte_of_its_instruction) {
  // local.get 0; local.get 1; i32.div_s
  load({0x20, 0, 0x20, 1, 0x6D, 0x0B});
  EXPECT_EQ(call(1, 0), Trap::integer_divide_by_zero);
  ASSERT_EQ(thread_.trace.size(), 1u);
  EXPECT_EQ(thread_.trace[0].offset, 32u);  // 25 bytes up to the body, 3 of locals, 4 of operands
  EXPECT_EQ(call(7, 2), Trap::none);
  EXPECT_EQ(result(), 3u);
}

TEST_F(Interp, recursion_ends_at_the_end_of_the_value_stack) {
  // local.get 0; local.get 1; call 0
  load({0x20, 0, 0x20, 1, 0x10, 0, 0x0B});
  EXPECT_EQ(call(1, 2), Trap::stack_overflow);
  EXPECT_EQ(thread_.stack_top, stack_);
  EXPECT_GT(thread_.trace.size(), 10u);
}

TEST_F(Interp, a_tail_call_needs_no_stack_and_can_be_interrupted) {
  // local.get 0; local.get 1; return_call 0
  load({0x20, 0, 0x20, 1, 0x12, 0, 0x0B});
  store_.interrupt = 1;
  EXPECT_EQ(call(1, 2), Trap::interrupted);
}

TEST_F(Interp, an_endless_loop_polls) {
  load({0x03, 0x40, 0x0C, 0, 0x0B, 0x00, 0x0B});
  store_.interrupt = 1;
  EXPECT_EQ(call(1, 2), Trap::interrupted);
}

TEST_F(Interp, fuel_is_charged_for_each_turn_of_a_loop) {
  // loop: local 1 -= 1, again unless it is 0; local.get 1. A turn costs 5, the rest 1.
  load({0x03, 0x40, 0x20, 1, 0x41, 0x7F, 0x6A, 0x22, 1, 0x0D, 0, 0x0B, 0x20, 1, 0x0B}, {.metered = true});
  store_.fuel = 100;
  ASSERT_EQ(call(0, 10), Trap::none);
  EXPECT_EQ(store_.fuel, 100 - 10 * 5 - 1);
  store_.fuel = 20;
  EXPECT_EQ(call(0, 10), Trap::out_of_fuel);
}

}  // namespace
}  // namespace wherry::interp
