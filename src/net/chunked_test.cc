#include "net/chunked.h"

#include <gtest/gtest.h>

#include <string>

namespace wherry::net {
namespace {

using Step = ChunkDecoder::Step;

Step first(std::string_view bytes, uint64_t* size = nullptr) {
  ChunkDecoder chunks;
  size_t used = 0;
  const Step step = chunks.next(bytes, used);
  if (size != nullptr) *size = chunks.data_left();
  return step;
}

TEST(ChunkDecoder, walks_through_a_body) {
  ChunkDecoder chunks;
  size_t used = 0;
  EXPECT_EQ(chunks.next("5\r\nhello\r\n", used), Step::data);
  EXPECT_EQ(used, 3u);
  EXPECT_EQ(chunks.data_left(), 5u);
  chunks.took(5);
  EXPECT_EQ(chunks.next("\r", used), Step::more);
  EXPECT_EQ(used, 0u);
  EXPECT_EQ(chunks.next("\r\n0", used), Step::more);
  EXPECT_EQ(used, 2u);
  EXPECT_EQ(chunks.next("0\r\n\r\n", used), Step::trailers);
  EXPECT_EQ(used, 3u);
}

TEST(ChunkDecoder, sizes_are_hexadecimal_digits_and_nothing_else) {
  uint64_t size = 0;
  EXPECT_EQ(first("aBc\r\n", &size), Step::data);
  EXPECT_EQ(size, 0xABCu);
  EXPECT_EQ(first("00005\r\n", &size), Step::data);
  EXPECT_EQ(first("FFFFFFFFFFFFFFF\r\n", &size), Step::data);
  for (const char* bad : {"\r\n", "g\r\n", "0x5\r\n", "+5\r\n", "-5\r\n", " 5\r\n", "5 \r\n", "5\n", "5\rx\n", "10000000000000000\r\n",
                          "fffffffffffffffff\r\n", "5 x\r\n", "5,\r\n", "\n"}) {
    EXPECT_EQ(first(bad), Step::bad) << bad;
  }
}

TEST(ChunkDecoder, extensions_are_skipped_and_counted) {
  EXPECT_EQ(first("5;a=b\r\n"), Step::data);
  EXPECT_EQ(first("5 ; a=\"b\"\r\n"), Step::data);
  EXPECT_EQ(first("5;a\x01\r\n"), Step::bad);
  EXPECT_EQ(first("5;a\rb\r\n"), Step::bad);
  EXPECT_EQ(first("5;" + std::string(5000, 'x')), Step::bad);
  ChunkDecoder chunks;
  const std::string line = "1;" + std::string(1000, 'x') + "\r\n";
  Step step = Step::data;
  int count = 0;
  for (; step == Step::data && count < 100; ++count) {
    size_t used = 0;
    step = chunks.next((count == 0 ? "" : "\r\n") + line, used);
    chunks.took(1);
  }
  EXPECT_EQ(step, Step::bad);
  EXPECT_LT(count, 20);
}

TEST(ChunkDecoder, data_ends_in_crlf) {
  for (const char* bad : {"x\r\n", "\n", "\rx", "0\r\n"}) {
    ChunkDecoder chunks;
    size_t used = 0;
    EXPECT_EQ(chunks.next("1\r\n", used), Step::data);
    chunks.took(1);
    EXPECT_EQ(chunks.next(bad, used), Step::bad) << bad;
  }
}

}  // namespace
}  // namespace wherry::net
