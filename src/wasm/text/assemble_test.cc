#include "wasm/text/assemble.h"

#include <gtest/gtest.h>

namespace wherry::wasm::text {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes assembled(std::string_view text) {
  const auto bytes = assemble(text, Features{}, Limits{});
  EXPECT_TRUE(bytes) << bytes.error().where << ": " << bytes.error().what;
  return bytes.value_or(Bytes{});
}

Error refused(std::string_view text, Features features = {}) {
  const auto bytes = assemble(text, features, Limits{});
  EXPECT_FALSE(bytes) << text;
  return bytes ? Error{} : bytes.error();
}

TEST(Assemble, writes_the_bytes_that_the_specification_shows) {
  EXPECT_EQ(assembled("(module)"), (Bytes{0, 'a', 's', 'm', 1, 0, 0, 0}));
  const Bytes add{0,    'a',  's',  'm',  1,    0,    0,    0,    0x01, 0x07, 0x01, 0x60, 0x02, 0x7F, 0x7F, 0x01, 0x7F, 0x03,
                  0x02, 0x01, 0x00, 0x0A, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x20, 0x01, 0x6A, 0x0B};
  EXPECT_EQ(assembled("(func (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))"), add);
  EXPECT_EQ(assembled("(module (func (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))"), add);
}

TEST(Assemble, folded_and_plain_instructions_are_the_same) {
  EXPECT_EQ(assembled("(func (if (i32.const 1) (then (br 0)) (else (nop))))"),
            assembled("(func i32.const 1 if br 0 else nop end)"));
  EXPECT_EQ(assembled("(func (drop (block (result i32) (br 0 (i32.const 1)))))"),
            assembled("(func block (result i32) i32.const 1 br 0 end drop)"));
}

TEST(Assemble, types_that_are_only_used_come_behind_those_that_are_declared) {
  EXPECT_EQ(assembled("(func (param i64)) (type (func)) (func)"),
            assembled("(type (func)) (type (func (param i64))) (func (type 1)) (func (type 0))"));
}

TEST(Assemble, inline_forms_are_abbreviations) {
  EXPECT_EQ(assembled("(func (export \"a\") (import \"m\" \"f\") (param i32))"),
            assembled("(import \"m\" \"f\" (func (param i32))) (export \"a\" (func 0))"));
  EXPECT_EQ(assembled("(memory (data \"abc\"))"), assembled("(memory 1 1) (data (i32.const 0) \"abc\")"));
  EXPECT_EQ(assembled("(func) (table funcref (elem 0))"),
            assembled("(func) (table 1 1 funcref) (elem (table 0) (i32.const 0) func 0)"));
}

TEST(Assemble, errors_say_where_and_what_was_expected) {
  EXPECT_EQ(refused("(module\n  (func i32.foo))").what, "expected an instruction, found `i32.foo`");
  EXPECT_EQ(refused("(module\n  (func i32.foo))").where, "2:9");
  EXPECT_EQ(refused("(func (call $f))").what, "unknown func `$f`");
  EXPECT_EQ(refused("(func $f) (func $f)").what, "duplicate func `f`");
  EXPECT_EQ(refused("(func (block $a br $b end))").kind, ErrorKind::invalid);
  EXPECT_EQ(refused("(func block $a end $b)").where, "1:20");
  EXPECT_EQ(refused("(func) (import \"m\" \"f\" (func))").kind, ErrorKind::invalid);
}

TEST(Assemble, features_that_are_off_have_no_instructions) {
  Features features;
  features.disable(Feature::simd);
  EXPECT_EQ(refused("(func (drop (v128.const i32x4 0 0 0 0)))", features).kind, ErrorKind::unsupported);
}

TEST(Assemble, nesting_costs_no_stack) {
  std::string blocks, folded;
  for (int i = 0; i < 90'000; ++i) blocks += "block ";
  for (int i = 0; i < 90'000; ++i) blocks += "end ";
  assembled("(func " + blocks + ")");
  for (int i = 0; i < 9'990; ++i) folded += "(i32.eqz ";
  assembled("(func (drop " + folded + "(i32.const 0)" + std::string(9'990, ')') + "))");
}

TEST(Assemble, annotations_in_the_wrong_place_are_refused) {
  EXPECT_EQ(refused("(func (@custom \"x\"))").what, "misplaced annotation");
  EXPECT_EQ(refused("(module (func) (@name \"M\"))").what, "misplaced annotation");
}

TEST(Assemble, a_module_may_be_quoted_or_binary) {
  EXPECT_EQ(assembled("(module quote \"(fu\" \"nc)\")"), assembled("(module (func))"));
  EXPECT_EQ(assembled(R"((module binary "\00asm" "\01\00\00\00"))"), assembled("(module)"));
}

}  // namespace
}  // namespace wherry::wasm::text
