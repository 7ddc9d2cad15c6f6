// Number literals of the text format (core specification 6.3.1, 6.3.2): from their text to bits, exactly.
// An absent value: the text is no such literal, or its value doesn't fit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wherry::wasm::text {

// Unsigned, at most `max`.
std::optional<uint64_t> parse_unsigned(std::string_view text, uint64_t max);

// An integer of `bits` bits, with or without a sign, anything from -2^(bits-1) to 2^bits - 1; in two's complement.
std::optional<uint64_t> parse_integer(std::string_view text, unsigned bits);

// Decimal or hexadecimal, rounded to nearest, ties to even; inf, nan, nan:0xN. Values that round to infinity don't fit.
std::optional<uint32_t> parse_f32(std::string_view text);
std::optional<uint64_t> parse_f64(std::string_view text);

// A literal that parses back to the same bits: hexadecimal, or a short decimal where that is exact.
std::string print_f32(uint32_t bits);
std::string print_f64(uint64_t bits);

}  // namespace wherry::wasm::text
