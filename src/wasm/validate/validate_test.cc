#include "wasm/validate/validate.h"

#include <chrono>

#include <gtest/gtest.h>

#include "wasm/decode/decode.h"
#include "wasm/module_testing.h"

namespace wherry::wasm::validate {
namespace {

using namespace testing;

const Bytes nullary{0x60, 0x00, 0x00};

Result<ValidModule> check(const Bytes& bytes, Features features = {}, const Limits& limits = {}, unsigned threads = 1) {
  return validate(TRY(decode::decode(shared(bytes), {}, limits)), features, limits, threads);
}

// What is wrong with a module of one function, "" if nothing.
std::string complaint(const Bytes& instructions, std::initializer_list<Bytes> locals = {}, const Bytes& between = {}, const Bytes& type = nullary,
                      Features features = {}) {
  const auto valid = check(function_module(type, instructions, locals, between), features);
  return valid ? "" : valid.error().what;
}

TEST(Validate, straight_code_is_valid) { EXPECT_EQ(complaint({0x41, 0x01, 0x41, 0x02, 0x6A, 0x1A}), ""); }

TEST(Validate, an_operand_of_another_type_is_named_with_its_place) {
  const auto valid = check(function_module(nullary, {0x41, 0x01, 0x42, 0x02, 0x6A, 0x1A}));
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().what, "i32.add: expected i32, found i64");
  EXPECT_EQ(valid.error().where, "at byte 0x1b, in function 0");
}

TEST(Validate, a_missing_operand_is_named) { EXPECT_EQ(complaint({0x41, 0x01, 0x6A, 0x1A}), "i32.add: expected i32, found nothing on the stack"); }

TEST(Validate, what_is_left_over_is_refused) { EXPECT_EQ(complaint({0x41, 0x01}), "end: expected nothing more on the stack, found i32"); }

TEST(Validate, unreachable_code_has_any_operands) {
  EXPECT_EQ(complaint({0x00, 0x6A, 0x1A}), "");
  EXPECT_EQ(complaint({0x00, 0x42, 0x00, 0x6A, 0x1A}), "i32.add: expected i32, found i64");
}

TEST(Validate, blocks_hide_the_operands_outside) {
  EXPECT_EQ(complaint({0x41, 0x01, 0x02, 0x40, 0x1A, 0x0B, 0x1A}), "drop: expected a value, found nothing on the stack");
}

TEST(Validate, an_if_that_leaves_something_needs_an_else) {
  EXPECT_EQ(complaint({0x41, 0x00, 0x04, 0x7F, 0x41, 0x01, 0x0B, 0x1A}), "end: an if without an else must leave what it takes: expected [i32], found []");
}

TEST(Validate, labels_of_a_br_table_take_equally_many) {
  EXPECT_EQ(complaint({0x02, 0x7F, 0x41, 0x00, 0x41, 0x00, 0x0E, 0x01, 0x00, 0x01, 0x0B, 0x1A}),
            "br_table: the label 0 takes 1 values, the last one 0");
}

TEST(Validate, locals_without_a_default_are_set_before_they_are_read) {
  const Bytes ref_func{0x01, 0x64, 0x70};
  EXPECT_EQ(complaint({0x20, 0x00, 0x1A}, {ref_func}), "local.get: the local 0 has no value here");
  EXPECT_EQ(complaint({0x00, 0x21, 0x00, 0x20, 0x00, 0x1A}, {ref_func}), "");
  EXPECT_EQ(complaint({0x02, 0x40, 0x00, 0x21, 0x00, 0x0B, 0x20, 0x00, 0x1A}, {ref_func}), "local.get: the local 0 has no value here");
}

TEST(Validate, accesses_are_aligned_at_most_naturally) {
  const Bytes memory = section(5, vec({{0x00, 0x01}}));
  EXPECT_EQ(complaint({0x41, 0x00, 0x28, 0x02, 0x00, 0x1A}, {}, memory), "");
  EXPECT_EQ(complaint({0x41, 0x00, 0x28, 0x03, 0x00, 0x1A}, {}, memory), "i32.load: expected an alignment of at most 2^2, found 2^3");
  EXPECT_EQ(complaint({0x41, 0x00, 0xFE, 0x10, 0x01, 0x00, 0x1A}, {}, memory), "i32.atomic.load: expected an alignment of exactly 2^2, found 2^1");
  EXPECT_EQ(complaint({0x41, 0x00, 0x28, 0x02, 0x00, 0x1A}), "i32.load: there is no memory 0, only 0");
}

TEST(Validate, offsets_fit_the_address_type) {
  const Bytes offset{0x80, 0x80, 0x80, 0x80, 0x10};  // 2^32
  EXPECT_EQ(complaint(Bytes{0x41, 0x00, 0x28, 0x02} + offset + Bytes{0x1A}, {}, section(5, vec({{0x00, 0x01}}))),
            "i32.load: expected an offset below 2^32, found 4294967296");
  EXPECT_EQ(complaint(Bytes{0x42, 0x00, 0x28, 0x02} + offset + Bytes{0x1A}, {}, section(5, vec({{0x04, 0x01}}))), "");
}

TEST(Validate, ref_func_needs_a_declaration) {
  EXPECT_EQ(complaint({0xD2, 0x00, 0x1A}), "ref.func: the function 0 is not declared: no export, global or element segment names it");
  EXPECT_EQ(complaint({0xD2, 0x00, 0x1A}, {}, section(7, vec({name("f") + Bytes{0x00, 0x00}}))), "");
}

TEST(Validate, constant_expressions_are_constant) {
  const auto global = [](const Bytes& init) {
    const auto valid = check(module({section(6, vec({Bytes{0x7F, 0x00} + init}))}));
    return valid ? "" : valid.error().what;
  };
  EXPECT_EQ(global({0x41, 0x01, 0x41, 0x02, 0x6A, 0x0B}), "");
  EXPECT_EQ(global({0x41, 0x01, 0x45, 0x0B}), "i32.eqz: expected a constant instruction");
  EXPECT_EQ(global({0x42, 0x01, 0x0B}), "end: expected i32, found i64");
  EXPECT_EQ(global({0x23, 0x00, 0x0B}), "global.get: the global 0 is not yet known here");
}

TEST(Validate, export_names_differ) {
  const auto valid = check(module({section(5, vec({{0x00, 0x00}})), section(7, vec({name("m") + Bytes{0x02, 0x00}, name("m") + Bytes{0x02, 0x00}}))}));
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().what, "two exports are called \"m\"");
}

TEST(Validate, a_shared_memory_has_a_maximum) {
  const auto valid = check(module({section(5, vec({{0x02, 0x01}}))}));
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().what, "a memory: expected a largest size, since it is shared");
}

TEST(Validate, a_feature_that_is_off_is_named_by_its_first_use) {
  Features features;
  features.disable(Feature::sign_extension);
  EXPECT_EQ(complaint({0x41, 0x00, 0xC0, 0x1A}, {}, {}, nullary, features),
            "i32.extend8_s needs the feature sign-extension, which is switched off; leave out --disable sign-extension");
}

TEST(Validate, blocks_with_function_types_need_multi_value) {
  Features features;
  features.disable(Feature::multi_value);
  EXPECT_EQ(complaint({0x02, 0x00, 0x0B}, {}, {}, nullary, features),
            "a block with a function type needs the feature multi-value, which is switched off; leave out --disable multi-value");
  EXPECT_EQ(complaint({0x02, 0x40, 0x0B}, {}, {}, nullary, features), "");
}

TEST(Validate, deep_nesting_has_a_limit) {
  Limits limits;
  limits.block_depth_max = 10;
  Bytes nested;
  for (int i = 0; i < 11; ++i) nested = nested + Bytes{0x02, 0x40};
  for (int i = 0; i < 11; ++i) nested.push_back(0x0B);
  const auto valid = check(function_module(nullary, nested), {}, limits);
  ASSERT_FALSE(valid);
  EXPECT_EQ(valid.error().kind, ErrorKind::limit);
  limits.block_depth_max = 11;
  EXPECT_TRUE(check(function_module(nullary, nested), {}, limits));
}

TEST(Validate, knows_which_functions_escape_and_how_high_stacks_grow) {
  const auto valid = check(module({section(1, vec({nullary})), section(3, vec({{0x00}, {0x00}, {0x00}})), section(7, vec({name("f") + Bytes{0x00, 0x01}})),
                                   section(8, {0x02}), section(10, vec({body({}), body({0x41, 0x01, 0x41, 0x02, 0x6A, 0x1A}), body({})}))}));
  ASSERT_TRUE(valid);
  EXPECT_FALSE(valid->escapes(0));
  EXPECT_TRUE(valid->escapes(1));
  EXPECT_TRUE(valid->escapes(2));
  EXPECT_EQ(valid->operands_max(1), 2u);
}

TEST(Validate, locals_far_behind_can_be_used) {
  const Bytes many{0xA8, 0xC3, 0x01, 0x7F}, one{0x01, 0x7E};  // 25,000 i32, one i64
  EXPECT_EQ(complaint(Bytes{0x20} + u32(24'999) + Bytes{0x1A, 0x42, 0x00, 0x21} + u32(25'000), {many, one}), "");
  EXPECT_EQ(complaint(Bytes{0x20} + u32(25'001) + Bytes{0x1A}, {many, one}), "local.get: there is no local 25001, only 25001");
}

// What a hostile module can make the validator do for each of its bytes is bounded.
TEST(Validate, bodies_that_declare_far_too_many_locals_are_cheap) {
  constexpr uint32_t count = 20'000;
  Bytes functions = u32(count), bodies = u32(count);
  const Bytes one = body({}, {{0xD0, 0x86, 0x03, 0x7F}});
  for (uint32_t i = 0; i < count; ++i) {
    functions.push_back(0x00);
    bodies.insert(bodies.end(), one.begin(), one.end());
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(check(module({section(1, vec({nullary})), section(3, functions), section(10, bodies)})));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST(Validate, a_long_br_table_to_wide_labels_is_cheap) {
  constexpr int depth = 2'000, width = 1'000;
  const Bytes wide = Bytes{0x60, 0x00} + u32(width) + Bytes(width, 0x6E);  // () -> anyref*
  Bytes labels, nested, ends;
  for (int i = 0; i < depth; ++i) {
    nested = nested + Bytes{0x02, 0x01};
    labels = labels + u32(uint32_t(i));
    ends = ends + Bytes{0x0B};
  }
  for (int i = 0; i < width; ++i) nested = nested + Bytes{0xD0, 0x71};  // ref.null none, below anyref
  Bytes instructions = nested + Bytes{0x41, 0x00, 0x0E} + u32(depth) + labels + u32(depth - 1) + ends;
  for (int i = 0; i < width; ++i) instructions.push_back(0x1A);
  const auto start = std::chrono::steady_clock::now();
  const auto valid = check(module({section(1, vec({nullary, wide})), section(3, vec({{0x00}})), section(10, vec({body(instructions)}))}));
  EXPECT_TRUE(valid) << valid.error().what;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

// Many large bodies, two of them wrong: whatever the number of threads, the first is reported.
TEST(Validate, the_error_is_the_first_in_the_file_with_any_number_of_threads) {
  constexpr uint32_t count = 400;
  Bytes long_body;
  for (int i = 0; i < 700; ++i) long_body = long_body + Bytes{0x41, 0x01, 0x1A};
  Bytes functions = u32(count), bodies = u32(count);
  for (uint32_t i = 0; i < count; ++i) {
    functions.push_back(0x00);
    bodies = bodies + (i == 250 || i == 399 ? body({0x6A}) : body(long_body));
  }
  const Bytes bytes = module({section(1, vec({nullary})), section(3, functions), section(10, bodies)});
  for (const unsigned threads : {1u, 2u, 3u, 8u}) {
    const auto valid = check(bytes, {}, {}, threads);
    ASSERT_FALSE(valid);
    EXPECT_TRUE(valid.error().where.ends_with(", in function 250")) << valid.error().where;
  }
}

}  // namespace
}  // namespace wherry::wasm::validate
