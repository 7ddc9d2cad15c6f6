#include "abi/gc_layout.h"

#include <gtest/gtest.h>

namespace wherry::abi {
namespace {

using wasm::Composite;
using wasm::SubType;
namespace types = wasm::types;

SubType struct_of(std::vector<wasm::ValType> fields) {
  SubType type;
  type.composite = Composite::struct_;
  for (const wasm::ValType field : fields) type.fields.push_back({field, true});
  return type;
}

TEST(GcLayout, fields_follow_the_header_with_natural_alignment) {
  const wasm::TypeSection section;
  const SubType type = struct_of({types::i8, types::i16, types::i8, types::i64, types::anyref, types::funcref, types::v128});
  const GcLayout layout = gc_layout(section, type);
  EXPECT_EQ(layout.field_offsets, (std::vector<uint32_t>{8, 10, 12, 16, 24, 32, 48}));
  EXPECT_EQ(layout.ref_offsets, (std::vector<uint32_t>{24}));
  EXPECT_EQ(layout.object_bytes, 64u);
  for (uint32_t i = 0; i < 7; ++i) EXPECT_EQ(field_offset(section, type, i), layout.field_offsets[i]);
}

TEST(GcLayout, elements_of_vectors_start_at_16) {
  SubType type;
  type.composite = Composite::array;
  type.fields = {{types::v128, true}};
  EXPECT_EQ(gc_layout({}, type).object_bytes, 16u);
  EXPECT_EQ(gc_layout({}, type).element_bytes_log2, 4);
  type.fields = {{types::externref, true}};
  EXPECT_EQ(gc_layout({}, type).object_bytes, 8u);
  EXPECT_TRUE(gc_layout({}, type).elements_are_refs);
}

}  // namespace
}  // namespace wherry::abi
