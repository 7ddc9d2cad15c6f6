#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

using namespace std::literals;

namespace wherry::utf8 {
namespace {

TEST(Utf8, TextOfEverySequenceLengthIsValid) {
  EXPECT_TRUE(valid(""));
  EXPECT_TRUE(valid("a\0b"sv));
  EXPECT_TRUE(valid("\xC2\x80\xDF\xBF"));                  // U+0080, U+07FF
  EXPECT_TRUE(valid("\xE0\xA0\x80\xEF\xBF\xBF"));          // U+0800, U+FFFF
  EXPECT_TRUE(valid("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));  // U+10000, U+10FFFF
}

TEST(Utf8, OverlongFormsAreRefused) {
  EXPECT_FALSE(valid("\xC0\x80"));
  EXPECT_FALSE(valid("\xC1\xBF"));
  EXPECT_FALSE(valid("\xE0\x9F\xBF"));
  EXPECT_FALSE(valid("\xF0\x8F\xBF\xBF"));
}

TEST(Utf8, SurrogatesAreRefused) {
  EXPECT_TRUE(valid("\xED\x9F\xBF"));   // U+D7FF
  EXPECT_FALSE(valid("\xED\xA0\x80"));  // U+D800
  EXPECT_FALSE(valid("\xED\xBF\xBF"));  // U+DFFF
  EXPECT_TRUE(valid("\xEE\x80\x80"));   // U+E000
}

TEST(Utf8, ValuesAboveTheLastCodePointAreRefused) {
  EXPECT_FALSE(valid("\xF4\x90\x80\x80"));
  EXPECT_FALSE(valid("\xF5\x80\x80\x80"));
  EXPECT_FALSE(valid("\xFF"));
}

TEST(Utf8, SequencesCutShortAreRefused) {
  for (const std::string_view whole : {"\xC2\x80"sv, "\xE0\xA0\x80"sv, "\xF0\x90\x80\x80"sv})
    for (size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(valid(whole.substr(0, size)));
  EXPECT_FALSE(valid("\x80"));
  EXPECT_FALSE(valid("\xE0\xA0""a"));
}

}  // namespace
}  // namespace wherry::utf8
