#include "runtime/type_registry.h"

#include <gtest/gtest.h>

namespace wherry::runtime {
namespace {

using wasm::Composite;
using wasm::SubType;
using wasm::ValType;
namespace types = wasm::types;
namespace heap = wasm::heap;

ValType ref(uint32_t index) { return ValType::reference({int32_t(index)}, true); }

SubType func(std::vector<ValType> params, std::vector<ValType> results = {}) {
  SubType type;
  type.params = std::move(params);
  type.results = std::move(results);
  return type;
}

SubType structure(std::vector<ValType> fields, std::optional<uint32_t> super = {}) {
  SubType type;
  type.composite = Composite::struct_;
  type.is_final = false;
  type.supertype = super;
  for (const ValType field : fields) type.fields.push_back({field, true});
  return type;
}

TEST(TypeRegistry, equal_groups_of_different_modules_share_ids) {
  TypeRegistry registry;
  wasm::TypeSection first, second;
  first.add({structure({types::i32, ref(0)})});
  second.add({func({types::i64})});
  second.add({structure({types::i32, ref(1)})});  // the same recursive type at another index
  std::vector<uint32_t> a, b;
  const auto first_groups = registry.add(first, a), second_groups = registry.add(second, b);
  ASSERT_TRUE(first_groups && second_groups);
  EXPECT_EQ(a[0], b[1]);
  EXPECT_NE(a[0], b[0]);
}

TEST(TypeRegistry, a_position_in_a_group_is_a_part_of_the_type) {
  TypeRegistry registry;
  wasm::TypeSection alone, together;
  alone.add({structure({types::i32})});
  together.add({structure({types::i32}), structure({types::i32})});
  std::vector<uint32_t> a, b;
  const auto groups = registry.add(alone, a);
  const auto others = registry.add(together, b);
  EXPECT_NE(a[0], b[0]);
  EXPECT_NE(b[0], b[1]);
}

TEST(TypeRegistry, knows_declared_supertypes) {
  TypeRegistry registry;
  wasm::TypeSection section;
  section.add({structure({types::i32})});
  section.add({structure({types::i32, types::i64}, 0)});
  std::vector<uint32_t> ids;
  const auto groups = registry.add(section, ids);
  EXPECT_TRUE(registry.matches(ids[1], ids[0]));
  EXPECT_FALSE(registry.matches(ids[0], ids[1]));
  EXPECT_EQ(registry.info(ids[1]).depth, 1u);
  EXPECT_TRUE(registry.matches(ref(ids[1]), ref(ids[0])));
  EXPECT_TRUE(registry.matches(ref(ids[0]), types::anyref));
  EXPECT_FALSE(registry.matches(ref(ids[0]), types::funcref));
  EXPECT_TRUE(registry.matches(ValType::reference(heap::none, true), ref(ids[0])));
}

TEST(TypeRegistry, a_type_that_nothing_holds_is_forgotten_and_its_id_used_again) {
  TypeRegistry registry;
  uint32_t first = 0, second = 0;
  auto group = registry.add(FuncType{{types::i32}, {}}, first);
  group->reset();
  const auto other = registry.add(FuncType{{types::f64}, {}}, second);
  EXPECT_EQ(first, second);
  EXPECT_EQ(registry.func_type(second).params[0], types::f64);
}

TEST(TypeRegistry, groups_keep_what_they_refer_to) {
  TypeRegistry registry;
  wasm::TypeSection section;
  section.add({structure({types::i32})});
  section.add({func({ref(0)})});
  std::vector<uint32_t> ids;
  auto groups = registry.add(section, ids);
  const auto last = groups->back();
  groups->clear();
  EXPECT_EQ(registry.info(ids[0]).kind, abi::TypeInfo::Kind::struct_);
  EXPECT_EQ(registry.func_type(ids[1]).params[0], ref(ids[0]));
}

TEST(TypeRegistry, a_chain_of_a_hundred_thousand_groups_ends_without_recursion) {
  TypeRegistry registry;
  wasm::TypeSection section;
  section.add({structure({types::i32})});
  for (uint32_t i = 1; i < 100'000; ++i) section.add({structure({ref(i - 1)})});
  std::vector<uint32_t> ids;
  auto groups = registry.add(section, ids);
  ASSERT_TRUE(groups);
  auto last = groups->back();
  groups->clear();
  last.reset();
  EXPECT_EQ(registry.table()[ids[0]], nullptr);
}

TEST(TypeRegistry, says_where_an_exceptions_references_are) {
  TypeRegistry registry;
  uint32_t id = 0;
  const auto group = registry.add(FuncType{{types::v128, types::externref, types::funcref, types::anyref}, {}}, id);
  const abi::TypeInfo& info = registry.info(id);
  EXPECT_EQ(info.param_slots, 5u);
  ASSERT_EQ(info.ref_count, 2u);
  EXPECT_EQ(info.ref_offsets[0], 32u);
  EXPECT_EQ(info.ref_offsets[1], 48u);
}

}  // namespace
}  // namespace wherry::runtime
