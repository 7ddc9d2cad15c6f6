#include "wasm/text/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>

namespace wherry::wasm::text {
namespace {

// The shape of a binary floating-point format, so that one algorithm does both.
template <typename Float>
struct Format;
template <>
struct Format<float> {
  using Bits = uint32_t;
  static constexpr int fraction_bits = 23, exponent_bias = 127;
};
template <>
struct Format<double> {
  using Bits = uint64_t;
  static constexpr int fraction_bits = 52, exponent_bias = 1023;
};

template <typename Float>
constexpr typename Format<Float>::Bits infinity_bits =
    typename Format<Float>::Bits(2 * Format<Float>::exponent_bias + 1) << Format<Float>::fraction_bits;

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// Moves the digits at the front of `text` to `digits`. One underscore may stand between two digits (6.3.1); false
// where there is no digit or an underscore stands elsewhere.
bool take_digits(std::string_view& text, int base, std::string& digits) {
  bool digit_before = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '_' && digit_before) {
      digit_before = false;
    } else if (digit_value(text[i]) < base) {
      digits += text[i];
      digit_before = true;
    } else {
      break;
    }
  }
  text.remove_prefix(i);
  return digit_before;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The parts of a literal without its sign: digits WHOLE.FRACTION and a power (of ten or two).
struct Parts {
  bool hexadecimal = false;
  std::string whole, fraction, power;  // power with its sign
};

std::optional<Parts> split(std::string_view text) {
  Parts parts;
  parts.hexadecimal = take(text, "0x");
  const int base = parts.hexadecimal ? 16 : 10;
  if (!take_digits(text, base, parts.whole)) return std::nullopt;
  if (take(text, ".") && !text.empty() && digit_value(text[0]) < base) {
    if (!take_digits(text, base, parts.fraction)) return std::nullopt;
  }
  const bool power = parts.hexadecimal ? take(text, "p") || take(text, "P") : take(text, "e") || take(text, "E");
  if (power) {
    if (take(text, "-")) parts.power = "-";
    else take(text, "+");
    if (!take_digits(text, 10, parts.power)) return std::nullopt;
  }
  if (!text.empty()) return std::nullopt;
  return parts;
}

// The power as a number; beyond a billion it is as good as a billion, for literals have at most 2^32 digits.
int64_t clamped_power(const std::string& text) {
  constexpr int64_t huge = int64_t(1) << 40;
  int64_t value = 0;
  const bool negative = !text.empty() && text[0] == '-';
  for (size_t i = negative; i < text.size(); ++i) value = std::min(value * 10 + (text[i] - '0'), huge);
  return negative ? -value : value;
}

// value = mantissa * 2^power, plus a bit of nothing where `sticky`; rounded to nearest, ties to even.
template <typename Float>
typename Format<Float>::Bits round_to_bits(uint64_t mantissa, int64_t power, bool sticky) {
  using Bits = typename Format<Float>::Bits;
  constexpr int fraction = Format<Float>::fraction_bits, bias = Format<Float>::exponent_bias;
  if (mantissa == 0) return 0;
  const int lead = std::countl_zero(mantissa);
  mantissa <<= lead;
  power -= lead;
  int64_t exponent = power + 63;  // of the leading bit
  if (exponent > bias) return infinity_bits<Float>;
  // How many low bits go: those beyond the format's fraction, and more for subnormals.
  int64_t drop = 63 - fraction;
  const bool subnormal = exponent < 1 - bias;
  if (subnormal) drop += (1 - bias) - exponent;
  if (drop > 64) return 0;
  const uint64_t kept = drop == 64 ? 0 : mantissa >> drop;
  const uint64_t half = uint64_t(1) << (drop - 1);
  const uint64_t rest = drop == 64 ? mantissa : mantissa & ((half << 1) - 1);
  const bool up = rest > half || (rest == half && (sticky || (kept & 1)));
  // Adding the exponent to the kept bits minus the implicit one lets a carry run into the exponent, as it should.
  const Bits base = subnormal ? 0 : Bits(exponent + bias - 1) << fraction;
  return base + Bits(kept) + Bits(up);
}

template <typename Float>
typename Format<Float>::Bits hexadecimal_bits(const Parts& parts) {
  uint64_t mantissa = 0;
  int64_t power = clamped_power(parts.power) - 4 * int64_t(parts.fraction.size());
  bool sticky = false;
  for (const std::string* digits : {&parts.whole, &parts.fraction}) {
    for (const char c : *digits) {
      if (mantissa >> 60 == 0) {
        mantissa = mantissa << 4 | uint64_t(digit_value(c));
      } else {
        sticky |= c != '0';
        power += 4;
      }
    }
  }
  return round_to_bits<Float>(mantissa, power, sticky);
}

// Whether a decimal literal, which is known to be out of range, is above it: else it rounds to zero.
bool is_huge(const Parts& parts) {
  const std::string digits = parts.whole + parts.fraction;
  const size_t lead = digits.find_first_not_of('0');
  if (lead == std::string::npos) return false;
  return int64_t(parts.whole.size()) - int64_t(lead) + clamped_power(parts.power) > 0;
}

template <typename Float>
typename Format<Float>::Bits decimal_bits(const Parts& parts) {
  std::string literal = parts.whole + "." + (parts.fraction.empty() ? "0" : parts.fraction);
  if (!parts.power.empty()) literal += fmt::format("e{}", std::clamp<int64_t>(clamped_power(parts.power), -2'000'000'000, 2'000'000'000));
  Float value = 0;
  const auto [end, problem] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  if (problem != std::errc()) return is_huge(parts) ? infinity_bits<Float> : 0;
  return std::bit_cast<typename Format<Float>::Bits>(value);
}

template <typename Float>
std::optional<typename Format<Float>::Bits> parse_nan(std::string_view text) {
  using Bits = typename Format<Float>::Bits;
  constexpr Bits quiet = Bits(1) << (Format<Float>::fraction_bits - 1);
  if (text.empty()) return infinity_bits<Float> | quiet;
  if (!take(text, ":0x")) return std::nullopt;
  const auto payload = parse_unsigned("0x" + std::string(text), quiet * 2 - 1);
  if (!payload || *payload == 0) return std::nullopt;
  return infinity_bits<Float> | Bits(*payload);
}

template <typename Float>
std::optional<typename Format<Float>::Bits> parse_float(std::string_view text) {
  using Bits = typename Format<Float>::Bits;
  const Bits sign = text.starts_with('-') ? Bits(1) << (sizeof(Bits) * 8 - 1) : 0;
  if (!take(text, "-")) take(text, "+");
  if (text == "inf") return infinity_bits<Float> | sign;
  if (take(text, "nan")) {
    const auto nan = parse_nan<Float>(text);
    return nan ? std::optional<Bits>(*nan | sign) : std::nullopt;
  }
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  const Bits bits = parts->hexadecimal ? hexadecimal_bits<Float>(*parts) : decimal_bits<Float>(*parts);
  if (bits == infinity_bits<Float>) return std::nullopt;
  return bits | sign;
}

template <typename Float>
std::string print_float(typename Format<Float>::Bits bits) {
  using Bits = typename Format<Float>::Bits;
  constexpr int fraction = Format<Float>::fraction_bits;
  constexpr Bits sign_bit = Bits(1) << (sizeof(Bits) * 8 - 1), quiet = Bits(1) << (fraction - 1);
  const char* sign = bits & sign_bit ? "-" : "";
  const Bits magnitude = bits & ~sign_bit;
  if (magnitude == infinity_bits<Float>) return fmt::format("{}inf", sign);
  if (magnitude == (infinity_bits<Float> | quiet)) return fmt::format("{}nan", sign);
  if (magnitude > infinity_bits<Float>) return fmt::format("{}nan:{:#x}", sign, magnitude & (quiet * 2 - 1));
  return fmt::format("{}{}", sign, std::bit_cast<Float>(magnitude));  // the shortest that reads back
}

}  // namespace

std::optional<uint64_t> parse_unsigned(std::string_view text, uint64_t max) {
  const uint64_t base = take(text, "0x") ? 16 : 10;
  std::string digits;
  if (!take_digits(text, int(base), digits) || !text.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = uint64_t(digit_value(c));
    if (value > (UINT64_MAX - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return value <= max ? std::optional(value) : std::nullopt;
}

std::optional<uint64_t> parse_integer(std::string_view text, unsigned bits) {
  const uint64_t top = uint64_t(1) << (bits - 1), mask = top | (top - 1);
  if (take(text, "-")) {
    const auto value = parse_unsigned(text, top);
    return value ? std::optional((0 - *value) & mask) : std::nullopt;
  }
  take(text, "+");
  return parse_unsigned(text, mask);
}

std::optional<uint32_t> parse_f32(std::string_view text) { return parse_float<float>(text); }
std::optional<uint64_t> parse_f64(std::string_view text) { return parse_float<double>(text); }
std::string print_f32(uint32_t bits) { return print_float<float>(bits); }
std::string print_f64(uint64_t bits) { return print_float<double>(bits); }

}  // namespace wherry::wasm::text
