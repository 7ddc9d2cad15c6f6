#include "wasm/types.h"

#include <chrono>

#include <gtest/gtest.h>

namespace wherry::wasm {
namespace {

ValType ref(int32_t index) { return ValType::reference({index}, true); }

SubType func(std::vector<ValType> params, std::vector<ValType> results = {}) { return {.params = std::move(params), .results = std::move(results)}; }

SubType open_struct(std::vector<FieldType> fields, std::optional<uint32_t> super = {}) {
  return {.composite = Composite::struct_, .is_final = false, .supertype = super, .fields = std::move(fields)};
}

TEST(Types, equal_types_have_one_canonical_index) {
  TypeSection types;
  types.add({func({types::i32})});
  types.add({func({types::i64})});
  types.add({func({types::i32})});
  EXPECT_EQ(types.canonical(2), 0u);
  EXPECT_TRUE(types.same(0, 2));
  EXPECT_FALSE(types.same(0, 1));
}

TEST(Types, recursive_groups_are_equal_by_position) {
  TypeSection types;
  types.add({func({ref(1)}), func({ref(0)})});
  types.add({func({ref(3)}), func({ref(2)})});
  types.add({func({ref(4)}), func({ref(5)})});
  EXPECT_TRUE(types.same(0, 2));
  EXPECT_TRUE(types.same(1, 3));
  EXPECT_FALSE(types.same(0, 1));
  EXPECT_FALSE(types.same(0, 4));
}

TEST(Types, a_type_alone_differs_from_the_same_in_a_group) {
  TypeSection types;
  types.add({func({})});
  types.add({func({}), func({})});
  EXPECT_FALSE(types.same(0, 1));
  EXPECT_FALSE(types.same(1, 2));
}

TEST(Types, references_to_equal_types_make_equal_types) {
  TypeSection types;
  types.add({func({})});
  types.add({func({})});
  types.add({func({ref(0)})});
  types.add({func({ref(1)})});
  EXPECT_TRUE(types.same(2, 3));
  EXPECT_TRUE(types.is_subtype(ref(2), ref(3)));
}

TEST(Types, finality_supertypes_and_mutability_tell_types_apart) {
  TypeSection types;
  types.add({open_struct({})});
  SubType final_struct = open_struct({});
  final_struct.is_final = true;
  types.add({final_struct});
  types.add({open_struct({{types::i32, false}})});
  types.add({open_struct({{types::i32, true}})});
  types.add({open_struct({}, 0)});
  for (uint32_t i = 0; i < types.count(); ++i) EXPECT_EQ(types.canonical(i), i);
}

TEST(Types, declared_subtyping_is_transitive) {
  TypeSection types;
  types.add({open_struct({})});
  types.add({open_struct({}, 0)});
  types.add({open_struct({}, 1)});
  EXPECT_TRUE(types.is_subtype(2u, 0u));
  EXPECT_FALSE(types.is_subtype(0u, 2u));
  EXPECT_EQ(types.depth(2), 2u);
}

TEST(Types, heap_types_form_four_hierarchies) {
  TypeSection types;
  types.add({open_struct({})});
  types.add({func({})});
  EXPECT_TRUE(types.is_subtype(heap::none, heap::any));
  EXPECT_TRUE(types.is_subtype(heap::none, heap::i31));
  EXPECT_TRUE(types.is_subtype(HeapType{0}, heap::struct_));
  EXPECT_TRUE(types.is_subtype(HeapType{0}, heap::eq));
  EXPECT_FALSE(types.is_subtype(HeapType{0}, heap::array));
  EXPECT_FALSE(types.is_subtype(HeapType{1}, heap::any));
  EXPECT_TRUE(types.is_subtype(HeapType{1}, heap::func));
  EXPECT_TRUE(types.is_subtype(heap::nofunc, HeapType{1}));
  EXPECT_FALSE(types.is_subtype(heap::none, HeapType{1}));
  EXPECT_TRUE(types.is_subtype(heap::none, HeapType{0}));
  EXPECT_FALSE(types.is_subtype(heap::any, heap::eq));
  EXPECT_FALSE(types.is_subtype(heap::noextern, heap::exn));
  EXPECT_EQ(types.top(HeapType{1}), heap::func);
  EXPECT_EQ(types.bottom(heap::i31), heap::none);
  EXPECT_EQ(types.bottom(heap::exn), heap::noexn);
}

TEST(Types, nullability_only_widens) {
  TypeSection types;
  EXPECT_TRUE(types.is_subtype(ValType::reference(heap::func, false), types::funcref));
  EXPECT_FALSE(types.is_subtype(types::funcref, ValType::reference(heap::func, false)));
  EXPECT_TRUE(types.is_subtype(types::bottom, types::i32));
  EXPECT_FALSE(types.is_subtype(types::i32, types::i64));
}

TEST(Types, are_written_as_in_the_text_format) {
  EXPECT_EQ(to_text(types::funcref), "funcref");
  EXPECT_EQ(to_text(ValType::reference(heap::none, true)), "nullref");
  EXPECT_EQ(to_text(ValType::reference(heap::i31, false)), "(ref i31)");
  EXPECT_EQ(to_text(ref(3)), "(ref null 3)");
}

// A chain in which each type is equal to another one: comparing by unfolding would take 2^n steps, or n^2 without hashing.
TEST(Types, many_equal_types_take_linear_time) {
  constexpr int32_t count = 200'000;
  TypeSection types;
  const auto start = std::chrono::steady_clock::now();
  for (int32_t i = 0; i < count; ++i) {
    const ValType before = i < 2 ? ValType(types::i32) : ref(i - 2 + (i % 4 < 2));
    types.add({func({before, before})});
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  EXPECT_TRUE(types.same(0, 1));
}

}  // namespace
}  // namespace wherry::wasm
