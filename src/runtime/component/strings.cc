#include "runtime/component/strings.h"

namespace wherry::runtime::component {
namespace {

void append_utf8(std::string& out, char32_t code) {
  if (code < 0x80) {
    out += char(code);
  } else if (code < 0x800) {
    out += {char(0xC0 | code >> 6), char(0x80 | (code & 0x3F))};
  } else if (code < 0x10000) {
    out += {char(0xE0 | code >> 12), char(0x80 | (code >> 6 & 0x3F)), char(0x80 | (code & 0x3F))};
  } else {
    out += {char(0xF0 | code >> 18), char(0x80 | (code >> 12 & 0x3F)), char(0x80 | (code >> 6 & 0x3F)), char(0x80 | (code & 0x3F))};
  }
}

// The character that begins at `at`, which moves on. The text is valid.
char32_t next(std::string_view text, size_t& at) {
  const uint8_t first = uint8_t(text[at++]);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  char32_t code = first & (0x3F >> more);
  for (int i = 0; i < more; ++i) code = code << 6 | (uint8_t(text[at++]) & 0x3F);
  return code;
}

}  // namespace

std::optional<std::string> utf8_from_utf16(std::span<const uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size() / 2);
  const size_t units = bytes.size() / 2;
  const auto unit = [&](size_t i) { return char32_t(bytes[2 * i] | bytes[2 * i + 1] << 8); };
  for (size_t i = 0; i < units; ++i) {
    char32_t code = unit(i);
    if (code >= 0xD800 && code <= 0xDFFF) {
      if (code >= 0xDC00 || i + 1 == units) return std::nullopt;
      const char32_t low = unit(++i);
      if (low < 0xDC00 || low > 0xDFFF) return std::nullopt;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, code);
  }
  return out;
}

std::string utf8_from_latin1(std::span<const uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const uint8_t byte : bytes) append_utf8(out, byte);
  return out;
}

std::u16string utf16_from_utf8(std::string_view text) {
  std::u16string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char32_t code = next(text, at);
    if (code < 0x10000) {
      out += char16_t(code);
    } else {
      out += char16_t(0xD800 + ((code - 0x10000) >> 10));
      out += char16_t(0xDC00 + ((code - 0x10000) & 0x3FF));
    }
  }
  return out;
}

std::optional<std::string> latin1_from_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const char32_t code = next(text, at);
    if (code > 0xFF) return std::nullopt;
    out += char(code);
  }
  return out;
}

}  // namespace wherry::runtime::component
