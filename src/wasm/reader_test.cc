#include "wasm/reader.h"

#include <gtest/gtest.h>

namespace wherry::wasm {
namespace {

using Bytes = std::vector<uint8_t>;

// Reads one item of `bytes`, all of them, without an error.
template <typename Read>
auto read_all(const Bytes& bytes, Read read) {
  Reader in(bytes);
  const auto value = read(in);
  EXPECT_FALSE(in.failed()) << in.error().error().what;
  EXPECT_TRUE(in.done());
  return value;
}

// The error that reading ends in.
template <typename Read>
Error error_of(const Bytes& bytes, Read read, size_t offset = 0) {
  Reader in(bytes, offset);
  read(in);
  if (!in.failed()) return {ErrorKind::unavailable, "no error", ""};
  return in.error().error();
}

const auto u32 = [](Reader& in) { return in.u32("x"); };
const auto u64 = [](Reader& in) { return in.u64("x"); };
const auto s32 = [](Reader& in) { return in.s32("x"); };
const auto s33 = [](Reader& in) { return in.s33("x"); };
const auto s64 = [](Reader& in) { return in.s64("x"); };
const auto val_type = [](Reader& in) { return in.val_type("x"); };

TEST(Reader, reads_integers_of_every_length) {
  EXPECT_EQ(read_all({0x00}, u32), 0u);
  EXPECT_EQ(read_all({0x7F}, u32), 127u);
  EXPECT_EQ(read_all({0xE5, 0x8E, 0x26}, u32), 624485u);
  EXPECT_EQ(read_all({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, u32), UINT32_MAX);
  EXPECT_EQ(read_all({0x80, 0x80, 0x80, 0x80, 0x00}, u32), 0u);
  EXPECT_EQ(read_all({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, u64), UINT64_MAX);
}

TEST(Reader, reads_signed_integers) {
  EXPECT_EQ(read_all({0x7F}, s32), -1);
  EXPECT_EQ(read_all({0x3F}, s32), 63);
  EXPECT_EQ(read_all({0x40}, s32), -64);
  EXPECT_EQ(read_all({0xC0, 0x00}, s32), 64);
  EXPECT_EQ(read_all({0x80, 0x80, 0x80, 0x80, 0x78}, s32), INT32_MIN);
  EXPECT_EQ(read_all({0xFF, 0xFF, 0xFF, 0xFF, 0x07}, s32), INT32_MAX);
  EXPECT_EQ(read_all({0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, s33), int64_t(UINT32_MAX));
  EXPECT_EQ(read_all({0x80, 0x80, 0x80, 0x80, 0x70}, s33), -(int64_t(1) << 32));
  EXPECT_EQ(read_all({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F}, s64), INT64_MIN);
  EXPECT_EQ(read_all({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00}, s64), INT64_MAX);
}

TEST(Reader, refuses_integers_that_do_not_fit) {
  EXPECT_EQ(error_of({0xFF, 0xFF, 0xFF, 0xFF, 0x1F}, u32).what, "expected x, found an integer that is too large");
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, u32).what, "expected x, found an integer that is too long");
  EXPECT_EQ(error_of({0xFF, 0xFF, 0xFF, 0xFF, 0x4F}, s32).kind, ErrorKind::invalid);
  EXPECT_EQ(error_of({0xFF, 0xFF, 0xFF, 0xFF, 0x3F}, s32).kind, ErrorKind::invalid);
  EXPECT_EQ(error_of({0xFF, 0xFF, 0xFF, 0xFF, 0x2F}, s33).kind, ErrorKind::invalid);
  EXPECT_EQ(error_of({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02}, u64).kind, ErrorKind::invalid);
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7E}, s64).kind, ErrorKind::invalid);
}

TEST(Reader, says_what_is_missing_and_where) {
  const Error error = error_of({0x80}, [](Reader& in) { return in.u32("a type index"); }, 0x10);
  EXPECT_EQ(error.what, "the bytes end where a type index should stand");
  EXPECT_EQ(error.where, "at byte 0x11");
}

TEST(Reader, keeps_the_first_error_and_reads_zeros_afterwards) {
  const Bytes bytes{0x05, 0x06};
  Reader in(bytes);
  in.fail({ErrorKind::invalid, "first", ""});
  in.fail({ErrorKind::invalid, "second", ""});
  EXPECT_EQ(in.u32("x"), 0u);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(in.error().error().what, "first");
}

TEST(Reader, a_hostile_count_costs_nothing) {
  EXPECT_EQ(error_of({0xFF, 0xFF, 0x03}, [](Reader& in) { return in.count("types", 1'000'000); }).kind, ErrorKind::invalid);
  Bytes many{0x80, 0x01};
  many.resize(200);
  EXPECT_EQ(error_of(many, [](Reader& in) { return in.count("types", 100); }).kind, ErrorKind::limit);
}

TEST(Reader, names_are_utf8_and_bounded) {
  EXPECT_EQ(read_all({0x03, 0xE2, 0x82, 0xAC}, [](Reader& in) { return in.name("a name", 10); }), "\u20AC");
  EXPECT_EQ(error_of({0x02, 0xC0, 0x80}, [](Reader& in) { return in.name("a name", 10); }).kind, ErrorKind::invalid);
  EXPECT_EQ(error_of({0x02, 'a', 'b'}, [](Reader& in) { return in.name("a name", 1); }).kind, ErrorKind::limit);
}

TEST(Reader, reads_value_types) {
  EXPECT_EQ(read_all({0x7F}, val_type), types::i32);
  EXPECT_EQ(read_all({0x70}, val_type), types::funcref);
  EXPECT_EQ(read_all({0x63, 0x70}, val_type), types::funcref);
  EXPECT_EQ(read_all({0x64, 0x05}, val_type), ValType::reference({5}, false));
  EXPECT_EQ(read_all({0x63, 0x80, 0x01}, val_type), ValType::reference({128}, true));
  EXPECT_EQ(error_of({0x78}, val_type).what, "expected x, found the byte 0x78");
  EXPECT_EQ(error_of({0x64, 0xF0, 0x7F}, val_type).kind, ErrorKind::invalid) << "abstract types take one byte";
}

TEST(Reader, an_index_that_no_module_has_stays_out_of_range) {
  EXPECT_EQ(read_all({0x64, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, val_type).heap().index(), (1u << 23) - 1);
}

}  // namespace
}  // namespace wherry::wasm
