#include "wasm/decode/decode.h"

#include <gtest/gtest.h>

#include "wasm/decode/names.h"
#include "wasm/module_testing.h"

namespace wherry::wasm::decode {
namespace {

using namespace testing;

const Bytes nullary{0x60, 0x00, 0x00};

Result<Module> read(const Bytes& bytes, Features features = {}, const Limits& limits = {}) { return decode(shared(bytes), features, limits); }

Error refusal(const Bytes& bytes, Features features = {}, const Limits& limits = {}) {
  auto module = read(bytes, features, limits);
  if (module) return {ErrorKind::unavailable, "no error", ""};
  return module.error();
}

TEST(Decode, the_empty_module_is_a_module) { EXPECT_TRUE(read(module({}))); }

TEST(Decode, what_is_not_wasm_is_refused) {
  EXPECT_EQ(refusal({}).what, "the bytes end where the magic header \\0asm should stand");
  EXPECT_EQ(refusal({'<', 'h', 't', 'm'}).where, "at byte 0x0");
  EXPECT_EQ(refusal({0, 'a', 's', 'm', 0x0D, 0, 1, 0}).what, "expected version 1 of core modules, found a component");
}

TEST(Decode, reads_every_section) {
  const auto read_module = read(module({
      section(1, vec({nullary, {0x60, 0x01, 0x7F, 0x00}})),
      section(2, vec({name("env") + name("f") + Bytes{0x00, 0x00}})),
      section(3, vec({{0x00}})),
      section(4, vec({{0x70, 0x00, 0x01}})),
      section(5, vec({{0x00, 0x01}})),
      section(13, vec({{0x00, 0x01}})),
      section(6, vec({{0x7F, 0x00, 0x41, 0x2A, 0x0B}})),
      section(7, vec({name("m") + Bytes{0x02, 0x00}})),
      section(8, {0x01}),
      section(9, vec({{0x00, 0x41, 0x00, 0x0B, 0x01, 0x01}})),
      section(12, {0x01}),
      section(10, vec({body({})})),
      section(11, vec({{0x00, 0x41, 0x00, 0x0B, 0x02, 'h', 'i'}})),
  }));
  ASSERT_TRUE(read_module) << read_module.error().what;
  const Module& module = *read_module;
  EXPECT_EQ(module.types.count(), 2u);
  ASSERT_EQ(module.imports.size(), 1u);
  EXPECT_EQ(module.imports[0].name, "f");
  EXPECT_EQ(module.imported_functions, 1u);
  ASSERT_EQ(module.functions.size(), 2u);
  EXPECT_EQ(module.functions[1].body.bytes.size(), 2u);
  EXPECT_EQ(module.tables.size(), 1u);
  EXPECT_EQ(module.memories.size(), 1u);
  ASSERT_EQ(module.globals.size(), 1u);
  EXPECT_EQ(module.globals[0].init.bytes.size(), 3u);
  EXPECT_EQ(module.tags.size(), 1u);
  EXPECT_EQ(module.start, 1u);
  ASSERT_EQ(module.elements.size(), 1u);
  EXPECT_EQ(module.elements[0].functions, std::vector<uint32_t>{1});
  EXPECT_EQ(module.data[0].data.bytes.size(), 2u);
  EXPECT_TRUE(check_bodies(module, {}));
}

TEST(Decode, sections_stand_in_order_and_once) {
  EXPECT_EQ(refusal(module({section(5, vec({})), section(4, vec({}))})).what,
            "expected what may follow the memory section, found a table section out of order");
  EXPECT_EQ(refusal(module({section(5, vec({})), section(5, vec({}))})).what,
            "expected what may follow the memory section, found a memory section twice");
  EXPECT_EQ(refusal(module({section(14, {})})).what, "expected a section id, found the byte 0x0e");
}

TEST(Decode, a_section_ends_where_its_size_says) {
  EXPECT_EQ(refusal(module({section(1, vec({nullary}) + Bytes{0x00})})).what, "expected the end of the type section, found more bytes");
  EXPECT_EQ(refusal(module({Bytes{0x01, 0x05, 0x01}})).what, "the bytes end where a section's content should stand");
}

TEST(Decode, functions_and_bodies_are_equally_many) {
  EXPECT_EQ(refusal(module({section(1, vec({nullary})), section(3, vec({{0x00}}))})).what, "expected a code section with 1 bodies, found none");
  EXPECT_EQ(refusal(module({section(10, vec({body({})}))})).what, "expected 0 bodies, as the function section says, found 1");
}

TEST(Decode, the_data_count_holds) {
  EXPECT_EQ(refusal(module({section(12, {0x01})})).what, "expected 1 data segments, as the data count section says, found 0");
}

TEST(Decode, a_limit_names_itself) {
  Limits limits;
  limits.types_max = 1;
  const Error error = refusal(module({section(1, vec({nullary, nullary}))}), {}, limits);
  EXPECT_EQ(error.kind, ErrorKind::limit);
  EXPECT_EQ(error.what, "2 types; at most 1 are allowed");
}

TEST(Decode, a_feature_that_is_off_is_named) {
  Features features;
  features.disable(Feature::threads);
  const Error error = refusal(module({section(5, vec({{0x03, 0x01, 0x01}}))}), features);
  EXPECT_EQ(error.kind, ErrorKind::unsupported);
  EXPECT_EQ(error.what, "a shared memory needs the feature threads, which is switched off; leave out --disable threads");
}

TEST(Decode, a_part_of_a_file_keeps_the_offsets_of_the_file) {
  const Bytes file = Bytes(16, 0xEE) + module({section(1, vec({{0x61}}))});
  const auto part = decode_part(shared(file), 16, file.size() - 16, {}, {});
  ASSERT_FALSE(part);
  EXPECT_EQ(part.error().where, "at byte 0x1b");
}

TEST(Bodies, malformed_ones_are_found) {
  const auto check = [](const Bytes& instructions) {
    const auto module = read(function_module(nullary, instructions));
    EXPECT_TRUE(module);
    const auto checked = check_bodies(*module, {});
    return checked ? "" : checked.error().what;
  };
  EXPECT_EQ(check({0x01}), "");
  EXPECT_EQ(check({0x7C}), "") << "types are not its business";
  EXPECT_EQ(check({0xFF}), "expected an opcode, found the byte 0xff");
  EXPECT_EQ(check({0xFC, 0x40}), "expected an opcode, found 0xfc 64");
  EXPECT_EQ(check({0x05}), "expected another instruction, found an else without its if");
  EXPECT_EQ(check({0x02, 0x40}), "the bytes end where an opcode should stand");
  EXPECT_EQ(check({0x0B}), "expected the end of the body, found more bytes");
  EXPECT_EQ(check({0xFC, 0x09, 0x00}), "expected a data count section, found none, though the body names data segments");
}

TEST(Names, are_found_and_garbage_is_no_error) {
  const Bytes content = section(0, name("app")) + section(1, vec({Bytes{0x02} + name("second"), Bytes{0x00} + name("first")})) +
                        section(2, vec({Bytes{0x02} + vec({Bytes{0x00} + name("x"), Bytes{0x01} + name("y")})})) + section(7, {0x05, 0x00, 0x09});
  const auto read_module = read(module({section(0, name("name") + content)}));
  ASSERT_TRUE(read_module);
  const Names names(*read_module);
  EXPECT_EQ(names.module(), "app");
  EXPECT_EQ(names.function(0), "first");
  EXPECT_EQ(names.function(2), "second");
  EXPECT_EQ(names.function(1), "");
  EXPECT_EQ(names.within(NamedWithin::local, 2, 1), "y");
  EXPECT_EQ(names.within(NamedWithin::local, 2, 9), "");
  EXPECT_EQ(names.within(NamedWithin::local, 0, 0), "");
  EXPECT_EQ(names.of(Named::global, 0), "");
}

}  // namespace
}  // namespace wherry::wasm::decode
