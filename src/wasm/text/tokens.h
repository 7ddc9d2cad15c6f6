// Cuts WebAssembly text into tokens (core specification 6.3). The whole text is cut before anything is parsed, so a
// parser may look as far ahead as it likes, and each `(` knows its `)`: parentheses balance, and nest no deeper than
// `limits.text_depth_max`. Tokens are spans of the text, which they borrow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wasm/limits.h"

namespace wherry::wasm::text {

enum class TokenKind : uint8_t { end, open, close, keyword, id, string, number, reserved };

struct Token {
  TokenKind kind;
  bool annotated = false;  // a known annotation stands before it
  uint32_t begin = 0, size = 0;
  uint32_t match = 0;  // open, close: the index of its partner
};

enum class AnnotationKind : uint8_t { custom, name, branch_hint };

// An annotation whose meaning we know; all others are dropped, as the specification allows (6.3.6).
struct Annotation {
  AnnotationKind kind;
  uint32_t begin;                 // of its `(` in the text
  uint32_t before;                // the index of the token that follows it
  std::vector<Token> contents;    // an `end` token is last
};

struct Tokens {
  std::string_view text;
  std::vector<Token> list;  // an `end` token is last
  std::vector<Annotation> annotations;  // by position

  std::string_view operator[](const Token& token) const { return text.substr(token.begin, token.size); }
};

Result<Tokens> tokenize(std::string_view text, const Limits& limits);

// Appends to `bytes` what the string literal at the front of `text` (its opening quote included) stands for; the result
// is the literal's length. Any bytes can come out of escapes: who needs UTF-8 checks it.
Result<size_t> read_string(std::string_view text, size_t at, std::string* bytes);

// "LINE:COLUMN", both from 1; columns count bytes.
std::string position(std::string_view text, size_t at);

}  // namespace wherry::wasm::text
