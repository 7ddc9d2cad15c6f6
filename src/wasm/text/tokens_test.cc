#include "wasm/text/tokens.h"

#include <gtest/gtest.h>

namespace wherry::wasm::text {
namespace {

std::vector<TokenKind> kinds(std::string_view text) {
  const auto tokens = tokenize(text, Limits{});
  EXPECT_TRUE(tokens) << tokens.error().what;
  std::vector<TokenKind> list;
  if (tokens) {
    for (const Token& token : tokens->list) list.push_back(token.kind);
  }
  return list;
}

Error refused(std::string_view text) {
  const auto tokens = tokenize(text, Limits{});
  EXPECT_FALSE(tokens) << text;
  return tokens ? Error{} : tokens.error();
}

using enum TokenKind;
using Kinds = std::vector<TokenKind>;

TEST(Tokens, what_touches_is_one_token) {
  EXPECT_EQ(kinds("$a 0 i32.add \"s\""), (Kinds{id, number, keyword, string, end}));
  EXPECT_EQ(kinds("0$a"), (Kinds{number, end}));  // read as a number, which it isn't
  EXPECT_EQ(kinds("\"a\"\"b\""), (Kinds{reserved, end}));
  EXPECT_EQ(kinds("$\"a b\""), (Kinds{id, end}));
  EXPECT_EQ(kinds("[,]"), (Kinds{reserved, reserved, reserved, end}));
}

TEST(Tokens, comments_nest_and_end_at_any_newline) {
  EXPECT_EQ(kinds("(; (; x ;) y ;) 1"), (Kinds{number, end}));
  EXPECT_EQ(kinds(";; a\r1 ;; b\n2;;"), (Kinds{number, number, end}));
  EXPECT_EQ(refused("a (; (; ;)").where, "1:3");
}

TEST(Tokens, parentheses_know_their_partner) {
  const auto tokens = tokenize("(a (b) c)", Limits{});
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->list[0].match, 6u);
  EXPECT_EQ(tokens->list[2].match, 4u);
  EXPECT_EQ(refused("(a").where, "1:1");
  EXPECT_EQ(refused("(a))").where, "1:4");
}

TEST(Tokens, depth_has_a_limit) {
  EXPECT_EQ(refused(std::string(10'001, '(')).kind, ErrorKind::limit);
  EXPECT_EQ(refused("(@a " + std::string(10'001, '(')).kind, ErrorKind::limit);
}

TEST(Tokens, unknown_annotations_vanish_and_known_ones_are_kept_aside) {
  EXPECT_EQ(kinds("(a (@x (y) \")\") b)"), (Kinds{open, keyword, keyword, close, end}));
  const auto tokens = tokenize("(func (@name \"f\") (nop))", Limits{});
  ASSERT_TRUE(tokens);
  ASSERT_EQ(tokens->annotations.size(), 1u);
  EXPECT_EQ(tokens->annotations[0].before, 2u);
  EXPECT_TRUE(tokens->list[2].annotated);
}

TEST(Tokens, errors_name_line_and_column) {
  EXPECT_EQ(refused("a\n  \"\\zz\"").where, "2:4");
  EXPECT_EQ(refused("a\nb \x01").where, "2:3");
  EXPECT_EQ(refused("ok\n\xFF").where, "2:1");
}

TEST(Tokens, escapes_stand_for_any_bytes) {
  std::string bytes;
  ASSERT_TRUE(read_string(R"("\t\41\u{20AC}\ff")", 0, &bytes));
  EXPECT_EQ(bytes, "\tA\xE2\x82\xAC\xFF");
  EXPECT_FALSE(read_string(R"("\u{d800}")", 0, &bytes));
  EXPECT_FALSE(read_string(R"("\u{110000}")", 0, &bytes));
}

}  // namespace
}  // namespace wherry::wasm::text
