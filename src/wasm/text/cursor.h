// A place in a list of tokens, and the questions that every parser asks there.
#pragma once

#include <optional>
#include <string>

#include "wasm/text/errors.h"
#include "wasm/text/tokens.h"

namespace wherry::wasm::text {

class Cursor {
 public:
  explicit Cursor(const Tokens& tokens, size_t at = 0) : tokens_(&tokens), at_(at) {}

  const Tokens& tokens() const { return *tokens_; }
  size_t at() const { return at_; }
  void seek(size_t at) { at_ = at; }
  const Token& peek(size_t ahead = 0) const {
    const size_t index = at_ + ahead;
    return index < tokens_->list.size() ? tokens_->list[index] : tokens_->list.back();
  }
  std::string_view text(const Token& token) const { return (*tokens_)[token]; }
  std::string_view text() const { return text(peek()); }
  const Token& next() {
    const Token& token = peek();
    if (token.kind != TokenKind::end) ++at_;
    return token;
  }

  bool is(TokenKind kind) const { return peek().kind == kind; }
  // At the `)` of the list that the cursor is in, or at the end of the text.
  bool at_list_end() const { return is(TokenKind::close) || is(TokenKind::end); }
  bool is_keyword(std::string_view word, size_t ahead = 0) const {
    return peek(ahead).kind == TokenKind::keyword && text(peek(ahead)) == word;
  }
  // At `(word`.
  bool is_list(std::string_view word) const { return is(TokenKind::open) && is_keyword(word, 1); }

  bool take_keyword(std::string_view word) {
    if (!is_keyword(word)) return false;
    ++at_;
    return true;
  }
  bool take_list(std::string_view word) {
    if (!is_list(word)) return false;
    at_ += 2;
    return true;
  }
  // From `(` to behind its `)`.
  void skip_list() { at_ = peek().match + 1; }

  Result<void> close() {
    if (!is(TokenKind::close)) return expected("`)`");
    ++at_;
    return {};
  }
  Result<void> open(std::string_view word) {
    if (!take_list(word)) return expected("`(" + std::string(word) + "`");
    return {};
  }
  // A string literal's bytes.
  Result<std::string> string(std::string_view what) {
    if (!is(TokenKind::string)) return expected(what);
    std::string bytes;
    TRY(read_string(tokens_->text, next().begin, &bytes));
    return bytes;
  }
  // Any number of string literals, joined.
  Result<std::string> strings() {
    std::string bytes;
    while (is(TokenKind::string)) TRY(read_string(tokens_->text, next().begin, &bytes));
    return bytes;
  }

  error::Failed expected(std::string_view what) const { return error::expected(tokens_->text, peek().begin, what, text()); }
  error::Failed invalid(std::string_view what) const { return error::invalid(tokens_->text, peek().begin, what); }

 private:
  const Tokens* tokens_;
  size_t at_;
};

}  // namespace wherry::wasm::text
