#include "component/wit/lexer.h"

#include <fmt/format.h>

#include <algorithm>

namespace wherry::component::wit {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) { return is_letter(c) || is_digit(c) || c == '-'; }

class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), text_(source.text) {}

  Result<std::vector<Token>> run() {
    for (;;) {
      TRY(skip_blank());
      if (at_ == text_.size()) break;
      TRY(next());
    }
    list_.push_back({Token::Kind::end, "the end", at_});
    return std::move(list_);
  }

 private:
  std::unexpected<Error> fail(std::string what) const { return std::unexpected(Error{ErrorKind::invalid, std::move(what), position(source_, at_)}); }
  bool ahead(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  Result<void> skip_blank() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\n' || c == '\r' || c == '\t') ++at_;
      else if (ahead("//")) at_ = std::min(text_.find('\n', at_), text_.size());
      else if (ahead("/*")) TRY(skip_comment());
      else break;
    }
    return {};
  }

  // Block comments nest.
  Result<void> skip_comment() {
    const size_t begin = at_;
    size_t depth = 0;
    do {
      if (ahead("/*")) ++depth, at_ += 2;
      else if (ahead("*/")) --depth, at_ += 2;
      else ++at_;
      if (at_ >= text_.size() && depth > 0) return at_ = begin, fail("this comment doesn't end");
    } while (depth > 0);
    return {};
  }

  Result<void> next() {
    const size_t begin = at_;
    const char c = text_[at_];
    if (is_letter(c) || c == '%') return name();
    if (is_digit(c)) {
      while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
      list_.push_back({Token::Kind::number, text_.substr(begin, at_ - begin), begin});
      return {};
    }
    if (c == '@' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])) return version();
    if (ahead("->")) return symbol(2);
    if (std::string_view("(){}<>[],;:=./@*_").find(c) != std::string_view::npos) return symbol(1);
    return fail(fmt::format("a character that has no place in WIT: {:?}", std::string_view(&text_[at_], 1)));
  }

  Result<void> symbol(size_t size) {
    list_.push_back({Token::Kind::symbol, text_.substr(at_, size), at_});
    at_ += size;
    return {};
  }

  Result<void> name() {
    const size_t begin = at_;
    const bool is_escaped = text_[at_] == '%';
    if (is_escaped) ++at_;
    const size_t start = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    const std::string_view text = text_.substr(start, at_ - start);
    if (text.empty() || !is_letter(text[0]) || text.ends_with('-') || text.find("--") != text.npos) return at_ = begin, fail("this is not a name in kebab-case");
    list_.push_back({Token::Kind::name, text, begin, is_escaped});
    return {};
  }

  // @1.2.3-pre.4+build; a '.' before a '{' or at the end is not a part of it.
  Result<void> version() {
    const size_t begin = ++at_;
    while (at_ < text_.size() && (is_name_char(text_[at_]) || text_[at_] == '+' ||
                                  (text_[at_] == '.' && at_ + 1 < text_.size() && is_name_char(text_[at_ + 1]))))
      ++at_;
    list_.push_back({Token::Kind::version, text_.substr(begin, at_ - begin), begin - 1});
    return {};
  }

  const Source& source_;
  const std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> list_;
};

}  // namespace

std::string position(const Source& source, size_t offset) {
  const std::string_view before = std::string_view(source.text).substr(0, offset);
  const size_t line = size_t(std::ranges::count(before, '\n')) + 1;
  const size_t newline = before.rfind('\n');
  return fmt::format("{}:{}:{}", source.name, line, offset - (newline == before.npos ? 0 : newline + 1) + 1);
}

Result<std::vector<Token>> tokens(const Source& source) { return Lexer(source).run(); }

}  // namespace wherry::component::wit
