#include "wasm/dwarf/line_table.h"

#include <gtest/gtest.h>

namespace wherry::wasm::dwarf {
namespace {

using Section = std::vector<uint8_t>;

// What clang-19 -g makes of two small functions in l.c: rows at 3 (line 2), 10 (line 4), 13 (line 5).
const Section debug_line{
    0x4A, 0x00, 0x00, 0x00, 0x04, 0x00, 0x1B, 0x00, 0x00, 0x00, 0x01, 0x01, 0x01, 0xFB, 0x0E, 0x0D, 0x00, 0x01, 0x01, 0x01,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x01, 0x00, 0x6C, 0x2E, 0x63, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x0C, 0x0A,
    0x00, 0x05, 0x02, 0x03, 0x00, 0x00, 0x00, 0x13, 0x05, 0x03, 0x06, 0x58, 0x02, 0x01, 0x00, 0x01, 0x01, 0x00, 0x05, 0x02,
    0x0A, 0x00, 0x00, 0x00, 0x15, 0x05, 0x0A, 0x0A, 0x3D, 0x05, 0x03, 0x06, 0x82, 0x02, 0x01, 0x00, 0x01, 0x01,
};

constexpr size_t code_offset = 0x40;

LineTable table_of(const Section& section) {
  Module module;
  module.code_offset = code_offset;
  module.custom.push_back({".debug_line", {section, 0}, 10});
  return LineTable::read(module);
}

TEST(LineTable, finds_the_line_that_an_instruction_belongs_to) {
  const LineTable table = table_of(debug_line);
  const auto at_divide = table.find(code_offset + 8);
  ASSERT_TRUE(at_divide);
  EXPECT_EQ(at_divide->file, "l.c");
  EXPECT_EQ(at_divide->line, 2u);
  EXPECT_EQ(at_divide->column, 3u);
  EXPECT_EQ(table.find(code_offset + 12)->line, 4u);
  EXPECT_EQ(table.find(code_offset + 14)->line, 5u);
}

TEST(LineTable, knows_nothing_outside_of_its_sequences) {
  const LineTable table = table_of(debug_line);
  EXPECT_FALSE(table.find(code_offset + 2));
  EXPECT_FALSE(table.find(code_offset + 9));
  EXPECT_FALSE(table.find(code_offset + 0x16));
  EXPECT_FALSE(table.find(code_offset - 1));
}

TEST(LineTable, a_module_without_the_section_has_an_empty_table) { EXPECT_TRUE(LineTable::read(Module{}).empty()); }

TEST(LineTable, survives_every_truncation_and_every_changed_byte) {
  for (size_t size = 0; size < debug_line.size(); ++size) {
    const Section truncated(debug_line.begin(), debug_line.begin() + ptrdiff_t(size));
    table_of(truncated).find(code_offset + 8);
  }
  for (size_t at = 0; at < debug_line.size(); ++at) {
    for (const uint8_t changed : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      Section section = debug_line;
      section[at] = changed;
      table_of(section).find(code_offset + 8);
    }
  }
}

}  // namespace
}  // namespace wherry::wasm::dwarf
