#include "wasm/text/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/utf8.h"
#include "wasm/text/errors.h"

namespace wherry::wasm::text {
namespace {

// The characters of identifiers and keywords (6.3.5): printable ASCII but space, quotes, commas, semicolons, brackets.
constexpr std::array<bool, 256> make_id_characters() {
  std::array<bool, 256> set{};
  for (int c = 0x21; c < 0x7F; ++c) set[c] = std::string_view("\",;()[]{}").find(char(c)) == std::string_view::npos;
  return set;
}
constexpr auto id_characters = make_id_characters();
bool is_id_character(char c) { return id_characters[uint8_t(c)]; }

std::optional<uint8_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += char(code);
  } else if (code < 0x800) {
    out += {char(0xC0 | code >> 6), char(0x80 | (code & 0x3F))};
  } else if (code < 0x10000) {
    out += {char(0xE0 | code >> 12), char(0x80 | (code >> 6 & 0x3F)), char(0x80 | (code & 0x3F))};
  } else {
    out += {char(0xF0 | code >> 18), char(0x80 | (code >> 12 & 0x3F)), char(0x80 | (code >> 6 & 0x3F)),
            char(0x80 | (code & 0x3F))};
  }
}

// `\u{hexnum}`, `at` behind the `u`; the result is the position behind the brace (6.3.3).
Result<size_t> read_unicode_escape(std::string_view text, size_t at, std::string* bytes) {
  const size_t start = at;
  if (at >= text.size() || text[at] != '{') return error::invalid(text, start, "expected `{` in a unicode escape");
  uint32_t code = 0;
  bool digit_before = false;
  for (++at; at < text.size() && text[at] != '}'; ++at) {
    if (text[at] == '_' && digit_before) {
      digit_before = false;
      continue;
    }
    const auto digit = hex_digit(text[at]);
    if (!digit) return error::invalid(text, at, "expected a hexadecimal digit in a unicode escape");
    code = code << 4 | *digit;
    if (code > 0x10FFFF) return error::invalid(text, start, "a unicode escape above U+10FFFF");
    digit_before = true;
  }
  if (at >= text.size() || !digit_before) return error::invalid(text, start, "malformed unicode escape");
  if (code >= 0xD800 && code < 0xE000) return error::invalid(text, start, "a unicode escape for a surrogate");
  if (bytes) append_utf8(*bytes, code);
  return at + 1;
}

// `at` behind the backslash.
Result<size_t> read_escape(std::string_view text, size_t at, std::string* bytes) {
  static constexpr std::string_view letters = "tnr\"'\\", meanings = "\t\n\r\"'\\";
  if (at >= text.size()) return error::invalid(text, at, "unclosed string");
  if (text[at] == 'u') return read_unicode_escape(text, at + 1, bytes);
  if (const size_t letter = letters.find(text[at]); letter != std::string_view::npos) {
    if (bytes) *bytes += meanings[letter];
    return at + 1;
  }
  const auto high = hex_digit(text[at]);
  const auto low = at + 1 < text.size() ? hex_digit(text[at + 1]) : std::nullopt;
  if (!high || !low) return error::invalid(text, at - 1, "malformed escape in a string");
  if (bytes) *bytes += char(*high << 4 | *low);
  return at + 2;
}

// Where it begins: no character of UTF-8 spans lines.
size_t first_line_that_is_not_utf8(std::string_view text) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (!utf8::valid(text.substr(begin, end - begin))) return begin;
    begin = end + 1;
  }
  return 0;
}

class Lexer {
 public:
  Lexer(std::string_view text, const Limits& limits) : text_(text), limits_(limits) { out_.text = text; }

  Result<Tokens> run() && {
    while (at_ < text_.size()) TRY(step());
    if (annotation_depth_ > 0) return error::invalid(text_, annotation_begin_, "unclosed annotation");
    if (!open_.empty()) return error::invalid(text_, out_.list[open_.back()].begin, "unclosed parenthesis");
    push({TokenKind::end, false, uint32_t(text_.size())});
    return std::move(out_);
  }

 private:
  Result<void> step() {
    const char c = text_[at_];
    switch (c) {
      case ' ': case '\t': case '\n': case '\r': ++at_; return {};
      case '(': return open();
      case ')': return close();
      case ';':
        if (next_is(';')) return skip_line_comment();
        [[fallthrough]];
      case ',': case '[': case ']': case '{': case '}': return single(TokenKind::reserved);
      default:
        if (c == '"' || is_id_character(c)) return run_of_characters();
        return error::invalid(text_, at_, "illegal character");
    }
  }

  bool next_is(char c) const { return at_ + 1 < text_.size() && text_[at_ + 1] == c; }

  Result<void> single(TokenKind kind) {
    push({kind, false, uint32_t(at_), 1});
    ++at_;
    return {};
  }

  Result<void> skip_line_comment() {
    at_ = std::min(text_.find_first_of("\n\r", at_), text_.size());
    return {};
  }

  Result<void> skip_block_comment() {
    const size_t start = at_;
    size_t depth = 0;
    do {
      at_ = text_.find_first_of(";(", at_);
      if (at_ == std::string_view::npos || at_ + 1 >= text_.size()) {
        return error::invalid(text_, start, "unclosed comment");
      }
      const std::string_view two = text_.substr(at_, 2);
      if (two == "(;") ++depth;
      if (two == ";)") --depth;
      at_ += two == "(;" || two == ";)" ? 2 : 1;
    } while (depth > 0);
    return {};
  }

  Result<void> open() {
    if (next_is(';')) return skip_block_comment();
    if (annotation_depth_ == 0 && next_is('@')) return open_annotation();
    const size_t depth = open_.size() + annotation_depth_;
    if (depth >= limits_.text_depth_max) return error::too_deep(text_, at_, limits_.text_depth_max);
    if (annotation_depth_ > 0) {
      ++annotation_depth_;
    } else {
      open_.push_back(uint32_t(out_.list.size()));
    }
    return single(TokenKind::open);
  }

  Result<void> close() {
    if (annotation_depth_ > 0) {
      if (--annotation_depth_ > 0) return single(TokenKind::close);
      push({TokenKind::end, false, uint32_t(at_)}, true);
      ++at_;
      recording_ = nullptr;
      return {};
    }
    if (open_.empty()) return error::invalid(text_, at_, "unexpected token `)`, which closes nothing");
    const uint32_t opening = open_.back(), closing = uint32_t(out_.list.size());
    open_.pop_back();
    out_.list[opening].match = closing;
    push({TokenKind::close, false, uint32_t(at_), 1, opening});
    ++at_;
    return {};
  }

  // `(@id` or `(@"id"`: annotations that we know are recorded, others only skipped (6.3.6).
  Result<void> open_annotation() {
    annotation_begin_ = at_;
    at_ += 2;
    std::string name;
    if (at_ < text_.size() && text_[at_] == '"') {
      at_ = TRY(read_string(text_, at_, &name));
      if (!utf8::valid(name)) return error::invalid(text_, annotation_begin_, "malformed UTF-8 in an annotation's id");
    } else {
      const size_t begin = at_;
      while (at_ < text_.size() && is_id_character(text_[at_])) ++at_;
      name = text_.substr(begin, at_ - begin);
    }
    if (name.empty()) return error::invalid(text_, annotation_begin_, "empty annotation id");
    annotation_depth_ = 1;
    record_annotation(name);
    return {};
  }

  void record_annotation(std::string_view name) {
    static constexpr std::pair<std::string_view, AnnotationKind> known[] = {
        {"custom", AnnotationKind::custom},
        {"name", AnnotationKind::name},
        {"metadata.code.branch_hint", AnnotationKind::branch_hint},
    };
    for (const auto& [text, kind] : known) {
      if (text != name) continue;
      out_.annotations.push_back({kind, uint32_t(annotation_begin_), uint32_t(out_.list.size()), {}});
      recording_ = &out_.annotations.back().contents;
      annotate_next_ = true;
    }
  }

  // A run of id characters and strings without a space between them is one token (6.3.1).
  Result<void> run_of_characters() {
    const size_t begin = at_;
    size_t strings = 0, first_string = 0;
    while (at_ < text_.size() && (text_[at_] == '"' || is_id_character(text_[at_]))) {
      if (text_[at_] != '"') {
        ++at_;
        continue;
      }
      if (strings++ == 0) first_string = at_;
      at_ = TRY(read_string(text_, at_, nullptr));
    }
    const std::string_view token = text_.substr(begin, at_ - begin);
    push({TRY(classify(begin, token, strings, first_string - begin)), false, uint32_t(begin), uint32_t(token.size())});
    return {};
  }

  Result<TokenKind> classify(size_t begin, std::string_view token, size_t strings, size_t first_string) const {
    const char first = token[0];
    if (strings > 0) {
      const bool one = strings == 1 && token.back() == '"';
      if (one && first_string == 0) return TokenKind::string;
      if (one && first_string == 1 && first == '$') return check_quoted_id(begin);
      return TokenKind::reserved;
    }
    if (first == '$') return token.size() > 1 ? TokenKind::id : TokenKind::reserved;
    if (first >= 'a' && first <= 'z') return TokenKind::keyword;
    const bool number = (first >= '0' && first <= '9') || first == '+' || first == '-';
    return number ? TokenKind::number : TokenKind::reserved;
  }

  Result<TokenKind> check_quoted_id(size_t begin) const {
    std::string name;
    TRY(read_string(text_, begin + 1, &name));
    if (name.empty()) return error::invalid(text_, begin, "empty identifier");
    if (!utf8::valid(name)) return error::invalid(text_, begin, "malformed UTF-8 in an identifier");
    return TokenKind::id;
  }

  void push(Token token, bool end_of_annotation = false) {
    if (annotation_depth_ > 0 || end_of_annotation) {
      if (recording_) recording_->push_back(token);
      return;
    }
    token.annotated = std::exchange(annotate_next_, false);
    out_.list.push_back(token);
  }

  std::string_view text_;
  const Limits& limits_;
  size_t at_ = 0;
  Tokens out_;
  std::vector<uint32_t> open_;  // the parentheses around `at_`
  // Inside an annotation: how many parentheses are open, where it began, and where its tokens go, if anywhere.
  size_t annotation_depth_ = 0, annotation_begin_ = 0;
  std::vector<Token>* recording_ = nullptr;
  bool annotate_next_ = false;
};

}  // namespace

Result<size_t> read_string(std::string_view text, size_t at, std::string* bytes) {
  const size_t start = at;
  for (++at; at < text.size();) {
    const char c = text[at];
    if (c == '"') return at + 1;
    if (uint8_t(c) < 0x20 || c == 0x7F) return error::invalid(text, at, "illegal character in a string");
    if (c == '\\') {
      at = TRY(read_escape(text, at + 1, bytes));
      continue;
    }
    if (bytes) *bytes += c;
    ++at;
  }
  return error::invalid(text, start, "unclosed string");
}

std::string position(std::string_view text, size_t at) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  const size_t line = size_t(std::ranges::count(before, '\n')) + 1;
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 == 0
  return fmt::format("{}:{}", line, before.size() - line_start + 1);
}

Result<Tokens> tokenize(std::string_view text, const Limits& limits) {
  const uint64_t bytes_max = std::min<uint64_t>(limits.module_bytes_max, UINT32_MAX - 1);
  if (text.size() > bytes_max) return error::too_large(text.substr(0, 0), 0, "the text is", bytes_max);
  if (!utf8::valid(text)) return error::invalid(text, first_line_that_is_not_utf8(text), "malformed UTF-8 encoding");
  return Lexer(text, limits).run();
}

}  // namespace wherry::wasm::text
