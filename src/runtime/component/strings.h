// Strings of guests in their encodings, to and from UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wherry::runtime::component {

// Nothing when a surrogate stands alone.
std::optional<std::string> utf8_from_utf16(std::span<const uint8_t> little_endian);
std::string utf8_from_latin1(std::span<const uint8_t> bytes);
// Valid UTF-8 only.
std::u16string utf16_from_utf8(std::string_view text);
// Nothing when a character is above U+00FF.
std::optional<std::string> latin1_from_utf8(std::string_view text);

}  // namespace wherry::runtime::component
