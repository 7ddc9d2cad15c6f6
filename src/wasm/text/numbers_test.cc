#include "wasm/text/numbers.h"

#include <gtest/gtest.h>

#include <random>

namespace wherry::wasm::text {
namespace {

TEST(Numbers, integers_may_have_a_sign_and_underscores) {
  EXPECT_EQ(parse_integer("-1", 32), 0xFFFFFFFFu);
  EXPECT_EQ(parse_integer("0xffff_ffff", 32), 0xFFFFFFFFu);
  EXPECT_EQ(parse_integer("-0x8000_0000_0000_0000", 64), 0x8000000000000000u);
  EXPECT_EQ(parse_integer("+1_000", 16), 1000u);
}

TEST(Numbers, integers_out_of_range_or_misspelt_are_refused) {
  for (const char* text : {"4294967296", "-2147483649", "1_", "_1", "1__0", "0x", "0xg", "", "-", "1.0", "+-1"}) {
    EXPECT_FALSE(parse_integer(text, 32)) << text;
  }
  EXPECT_FALSE(parse_unsigned("18446744073709551616", UINT64_MAX));
  EXPECT_FALSE(parse_unsigned("+1", 10));
}

TEST(Numbers, halfway_cases_round_to_even) {
  EXPECT_EQ(parse_f32("0x1.000001p0"), 0x3F800000u);
  EXPECT_EQ(parse_f32("0x1.0000010000000000000000000000001p0"), 0x3F800001u);
  EXPECT_EQ(parse_f32("0x1.000003p0"), 0x3F800002u);
  EXPECT_EQ(parse_f32("16777217"), 0x4B800000u);
  EXPECT_EQ(parse_f64("9007199254740993"), 0x4340000000000000u);
}

TEST(Numbers, subnormals_and_what_is_smaller_still) {
  EXPECT_EQ(parse_f32("0x1p-149"), 1u);
  EXPECT_EQ(parse_f32("0x1p-150"), 0u);
  EXPECT_EQ(parse_f32("0x1.8p-150"), 1u);
  EXPECT_EQ(parse_f32("0x0.ffffffp-126"), 0x00800000u);
  EXPECT_EQ(parse_f64("0x1p-1074"), 1u);
  EXPECT_EQ(parse_f64("4.9406564584124654e-324"), 1u);
  EXPECT_EQ(parse_f64("1e-99999999999999999999"), 0u);
  EXPECT_EQ(parse_f64("-0x1p-2000"), 0x8000000000000000u);
}

TEST(Numbers, what_rounds_to_infinity_does_not_fit) {
  EXPECT_EQ(parse_f32("0x1.fffffep127"), 0x7F7FFFFFu);
  EXPECT_EQ(parse_f32("0x1.fffffefp127"), 0x7F7FFFFFu);
  EXPECT_FALSE(parse_f32("0x1.ffffffp127"));
  EXPECT_FALSE(parse_f32("3.5e38"));
  EXPECT_FALSE(parse_f64("1e309"));
  EXPECT_FALSE(parse_f64("1" + std::string(400, '0')));
  EXPECT_EQ(parse_f64("0e99999999999999999999"), 0u);
}

TEST(Numbers, nans_carry_their_payload) {
  EXPECT_EQ(parse_f32("nan"), 0x7FC00000u);
  EXPECT_EQ(parse_f32("-nan:0x1"), 0xFF800001u);
  EXPECT_EQ(parse_f64("nan:0xf_ffff_ffff_ffff"), 0x7FFFFFFFFFFFFFFFu);
  EXPECT_FALSE(parse_f32("nan:0x0"));
  EXPECT_FALSE(parse_f32("nan:0x800000"));
  EXPECT_FALSE(parse_f32("nan:1"));
}

TEST(Numbers, every_float_that_is_printed_reads_back) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t bits = random();
    EXPECT_EQ(parse_f64(print_f64(bits)), bits) << print_f64(bits);
    EXPECT_EQ(parse_f32(print_f32(uint32_t(bits))), uint32_t(bits)) << print_f32(uint32_t(bits));
  }
}

}  // namespace
}  // namespace wherry::wasm::text
