#include "component/plan.h"

#include <gtest/gtest.h>

#include <string_view>

#include "component/decode.h"

namespace wherry::component {
namespace {

using Bytes = std::vector<uint8_t>;
constexpr std::string_view preamble{"\0asm\x0d\0\x01\0", 8};
// (core module (func (export "f"))) (core instance (instantiate 0)) (alias core export 0 "f")
constexpr std::string_view with_f{"\x01\x1f\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x05\x01\x01""f\0\0\x0a\x04\x01\x02\0\x0b"
                                  "\x02\x04\x01\0\0\0" "\x06\x07\x01\0\0\x01\0\x01""f", 33 + 6 + 9};
// (type (func)) (func (canon lift (core func 0))) (export "f" (func 0))
constexpr std::string_view lifted{"\x07\x05\x01\x40\0\x01\0" "\x08\x06\x01\0\0\0\0\0" "\x0b\x07\x01\0\x01""f\x01\0\0", 7 + 8 + 9};

Bytes bytes_of(std::initializer_list<std::string_view> parts) {
  Bytes bytes(preamble.begin(), preamble.end());
  for (const std::string_view part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return bytes;
}

Result<std::shared_ptr<const Plan>> plan_of(Bytes bytes) {
  const Limits limits;
  const auto decoded = TRY(decode(std::make_shared<const Bytes>(std::move(bytes)), limits));
  return plan(decoded, {});
}

TEST(Plan, an_empty_component_does_nothing) {
  const auto made = plan_of(bytes_of({}));
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_TRUE((*made)->steps.empty());
}

TEST(Plan, a_lifted_function_is_an_export) {
  const auto made = plan_of(bytes_of({with_f, lifted}));
  ASSERT_TRUE(made) << made.error().what << made.error().where;
  const Plan& plan = **made;
  EXPECT_EQ(plan.steps.size(), 1u);
  ASSERT_EQ(plan.lifts.size(), 1u);
  ASSERT_TRUE(plan.exports.contains("f"));
  EXPECT_EQ(plan.exports.find("f")->second.func.kind, FuncSource::Kind::lift);
}

TEST(Plan, a_wrong_core_signature_is_refused) {
  // The type is (func (param "p" u32)), the core function takes nothing.
  const std::string_view other{"\x07\x08\x01\x40\x01\x01p\x79\x01\0" "\x08\x06\x01\0\0\0\0\0", 10 + 8};
  const auto made = plan_of(bytes_of({with_f, other}));
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().what.find("needs (i32)"), std::string::npos) << made.error().what;
}

TEST(Plan, an_index_out_of_range_says_where) {
  const auto made = plan_of(bytes_of({{"\x08\x06\x01\0\0\x07\0\0", 8}}));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().what, "core func index 7 is out of range: there are 0 here");
  EXPECT_EQ(made.error().where, "at byte 0xb");
}

TEST(Plan, a_core_module_is_validated) {
  // A function of type () -> (i32) with an empty body.
  const std::string_view wrong{"\x01\x18\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7f\x03\x02\x01\0\x0a\x04\x01\x02\0\x0b", 2 + 8 + 7 + 4 + 6};
  Bytes bytes = bytes_of({wrong});
  bytes[9] = uint8_t(wrong.size() - 2);
  EXPECT_FALSE(plan_of(bytes));
}

TEST(Decode, every_cut_is_refused_or_read_and_never_more) {
  const Bytes whole = bytes_of({with_f, lifted});
  for (size_t size = 0; size < whole.size(); ++size) (void)plan_of(Bytes(whole.begin(), whole.begin() + long(size)));
  EXPECT_FALSE(plan_of(Bytes(whole.begin(), whole.end() - 1)));
}

TEST(Decode, a_changed_byte_never_breaks_us) {
  const Bytes whole = bytes_of({with_f, lifted});
  size_t refused = 0;
  for (size_t at = 8; at < whole.size(); ++at) {
    for (const uint8_t value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      Bytes bytes = whole;
      bytes[at] = value;
      refused += !plan_of(std::move(bytes));
    }
  }
  EXPECT_GT(refused, 100u);
}

TEST(Decode, a_core_module_is_no_component) {
  const Bytes module{0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
  EXPECT_FALSE(is_component(module));
  EXPECT_FALSE(plan_of(module));
}

}  // namespace
}  // namespace wherry::component
