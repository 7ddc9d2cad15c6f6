#include "wasm/text/print.h"

#include <gtest/gtest.h>

#include "wasm/decode/decode.h"
#include "wasm/text/assemble.h"

namespace wherry::wasm::text {
namespace {

std::string printed(std::string_view text) {
  const auto bytes = assemble(text, Features{}, Limits{});
  EXPECT_TRUE(bytes) << bytes.error().where << ": " << bytes.error().what;
  if (!bytes) return {};
  const auto module = decode::decode(std::make_shared<const std::vector<uint8_t>>(*bytes), Features{}, Limits{});
  EXPECT_TRUE(module) << module.error().what;
  if (!module) return {};
  const auto out = print(*module, Limits{});
  EXPECT_TRUE(out) << out.error().what;
  return out.value_or("");
}

void expect_stable(std::string_view text) {
  const std::string first = printed(text);
  EXPECT_EQ(printed(first), first);
}

TEST(Print, shows_names_and_indices) {
  EXPECT_EQ(printed("(module $m (func $f (export \"f\") (param $x i32) (result i32) local.get $x))"), R"((module $m
  (type (;0;) (func (param i32) (result i32)))
  (export "f" (func $f))
  (func $f (;0;) (type 0) (param $x i32) (result i32)
    local.get $x))
)");
}

TEST(Print, a_name_that_comes_twice_stays_what_it_was) {
  expect_stable("(func $a) (func (@name \"a\")) (func $a#1) (func $\"with space\") (func (call 1))");
  expect_stable("(func (param $x i32) (local $y (@name \"x\") i32) block $l block $m (@name \"l\") br 1 end end)");
}

TEST(Print, keeps_all_kinds_of_segments) {
  expect_stable(R"((table 2 funcref) (table $t 2 externref) (memory 1) (memory $m i64 1) (func $f)
    (elem (i32.const 0) $f) (elem (table $t) (i32.const 0) externref (ref.null extern)) (elem declare func $f)
    (elem funcref (item ref.func $f) (ref.null func)) (data "p\00\ff\22") (data (memory $m) (i64.const 1) "x")
    (data (offset (i32.add (i32.const 1) (i32.const 2))) "y") (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0))))");
}

TEST(Print, keeps_recursive_types_and_fields) {
  expect_stable(R"((rec (type $a (sub (struct (field $x (mut i8)) (field (ref null $b)))))
    (type $b (sub final $a (struct (field $x (mut i8)) (field (ref null $b)) (field f64))))) (rec)
    (func (param (ref $b)) (result i32) (struct.get_s $b $x (local.get 0))))");
}

TEST(Print, keeps_custom_sections_and_hints) {
  expect_stable(R"((@custom "a" (before first) "\00") (@custom "b" (after func) "x") (@custom "c")
    (func (param i32) (@metadata.code.branch_hint "\01") (if (local.get 0) (then))))");
}

TEST(Print, deep_nesting_stays_small) {
  std::string blocks;
  for (int i = 0; i < 50'000; ++i) blocks += "block ";
  for (int i = 0; i < 50'000; ++i) blocks += "end ";
  EXPECT_LT(printed("(func " + blocks + ")").size(), 10'000'000u);
}

}  // namespace
}  // namespace wherry::wasm::text
