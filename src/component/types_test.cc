#include "component/types.h"

#include <gtest/gtest.h>

namespace wherry::component {
namespace {

TypeId of(Form form) { return Types::primitive(form); }

TEST(Types, equal_types_have_one_id) {
  Types types;
  EXPECT_EQ(types.list(of(Form::u8)).value(), types.list(of(Form::u8)).value());
  EXPECT_NE(types.list(of(Form::u8)).value(), types.list(of(Form::s8)).value());
  EXPECT_NE(types.own(1).value(), types.own(2).value());
}

TEST(Types, fields_lie_at_their_alignment) {
  Types types;
  const Type& record = types[types.record({{"a", of(Form::u8)}, {"b", of(Form::u64)}, {"c", of(Form::u16)}}).value()];
  EXPECT_EQ(record.parts[1].offset, 8u);
  EXPECT_EQ(record.parts[2].offset, 16u);
  EXPECT_EQ(record.size, 24u);
  EXPECT_EQ(record.flat, (std::vector{Flat::i32, Flat::i64, Flat::i32}));
}

TEST(Types, cases_share_core_values_that_can_hold_each) {
  Types types;
  const Type& variant = types[types.variant({{"f", of(Form::f32)}, {"i", of(Form::u32)}, {"l", of(Form::f64)}, {"none"}}).value()];
  EXPECT_EQ(variant.flat, (std::vector{Flat::i32, Flat::i64}));
  EXPECT_EQ(variant.payload_offset, 8u);
  EXPECT_EQ(variant.size, 16u);
}

TEST(Types, many_cases_need_a_larger_number) {
  Types types;
  std::vector<std::string> names;
  for (int i = 0; i < 257; ++i) names.push_back("n" + std::to_string(i));
  EXPECT_EQ(types[types.enumeration(names).value()].size, 2u);
}

TEST(Types, too_many_parameters_go_through_memory) {
  Types types;
  std::vector<Part> params;
  for (int i = 0; i < 9; ++i) params.push_back({"p" + std::to_string(i), of(Form::string)});
  const FuncType& func = types.func(types.function(params, of(Form::string), false).value());
  EXPECT_TRUE(func.params_in_memory);
  EXPECT_TRUE(func.result_in_memory);
  EXPECT_EQ(lowered_signature(func, types).params.size(), 2u);
  EXPECT_EQ(lifted_signature(func, types).results.size(), 1u);
}

TEST(Types, a_value_larger_than_allowed_is_refused) {
  Types types;
  const TypeId large = types.fixed_list(of(Form::u64), 1 << 20).value();
  EXPECT_EQ(types.fixed_list(large, 1 << 20).error().kind, ErrorKind::limit);
}

TEST(Types, nesting_has_a_limit) {
  Types types;
  Result<TypeId> type = of(Form::u8);
  while (type && types[*type].depth < types.depth_max) type = types.option(*type);
  ASSERT_TRUE(type);
  EXPECT_EQ(types.option(*type).error().kind, ErrorKind::limit);
}

}  // namespace
}  // namespace wherry::component
