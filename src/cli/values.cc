#include "cli/values.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <optional>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace wherry::cli {
namespace {

using runtime::Value;

std::unexpected<Error> not_a(const runtime::TypeRegistry& types, wasm::ValType type, const std::string& text) {
  return std::unexpected(Error{ErrorKind::invalid, fmt::format("\"{}\" is not a value of type {}", text, types.to_text(type)), ""});
}

// Signed or unsigned, decimal or hexadecimal, in `bits` bits.
std::optional<uint64_t> integer(const std::string& text, int bits) {
  const bool negative = text.starts_with('-');
  const std::string digits = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (digits.empty() || !std::isxdigit(uint8_t(digits[0]))) return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const bool hex = digits.starts_with("0x") || digits.starts_with("0X");
  const uint64_t value = std::strtoull(digits.c_str(), &end, hex ? 16 : 10);
  const uint64_t most = UINT64_MAX >> (64 - bits);
  if (*end != 0 || errno != 0 || value > most || (negative && value > most / 2 + 1)) return std::nullopt;
  return negative ? (0 - value) & most : value;
}

template <typename Float>
std::optional<Float> number(const std::string& text, Float (*read)(const char*, char**)) {
  char* end = nullptr;
  const Float value = read(text.c_str(), &end);
  if (text.empty() || *end != 0 || std::isspace(uint8_t(text[0]))) return std::nullopt;
  return value;
}

std::optional<std::array<uint8_t, 16>> vector(const std::string& text) {
  const std::string digits = text.starts_with("0x") ? text.substr(2) : text;
  if (digits.size() != 32 || !std::all_of(digits.begin(), digits.end(), [](char c) { return std::isxdigit(uint8_t(c)); })) return std::nullopt;
  std::array<uint8_t, 16> bytes;
  // The most significant byte is written first and lies last.
  for (size_t i = 0; i < 16; ++i) bytes[15 - i] = uint8_t(std::strtoul(digits.substr(i * 2, 2).c_str(), nullptr, 16));
  return bytes;
}

std::string ref_text(const runtime::Store& store, const Value& value) {
  if (value.is_null()) return "null";
  if (value.kind() == Value::Kind::func) return "funcref";
  const abi::GcRef ref = value.ref();
  if (abi::is_i31(ref)) return fmt::format("i31 {}", abi::i31_signed(ref));
  if (const auto external = store.external_value(ref)) return fmt::format("extern {}", *external);
  return "ref";
}

}  // namespace

Result<Value> parse_value(const runtime::TypeRegistry& types, wasm::ValType type, const std::string& text) {
  const auto or_error = [&](auto parsed, auto convert) -> Result<Value> {
    if (!parsed) return not_a(types, type, text);
    return Value(convert(*parsed));
  };
  switch (type.kind()) {
    case wasm::Kind::i32: return or_error(integer(text, 32), [](uint64_t value) { return int32_t(value); });
    case wasm::Kind::i64: return or_error(integer(text, 64), [](uint64_t value) { return int64_t(value); });
    case wasm::Kind::f32: return or_error(number<float>(text, std::strtof), [](float value) { return value; });
    case wasm::Kind::f64: return or_error(number<double>(text, std::strtod), [](double value) { return value; });
    case wasm::Kind::v128: return or_error(vector(text), [](std::array<uint8_t, 16> value) { return value; });
    default:
      if (text != "null" || !type.nullable()) return not_a(types, type, text);
      return types.is_func(type) ? Value::null_func() : Value::null_ref();
  }
}

std::string to_text(const runtime::Store& store, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::i32: return fmt::format("{}", value.i32());
    case Value::Kind::i64: return fmt::format("{}", value.i64());
    case Value::Kind::f32: return fmt::format("{}", value.f32());
    case Value::Kind::f64: return fmt::format("{}", value.f64());
    case Value::Kind::v128: {
      std::string text = "0x";
      const auto bytes = value.v128();
      for (size_t i = 16; i-- > 0;) text += fmt::format("{:02x}", bytes[i]);
      return text;
    }
    default: return ref_text(store, value);
  }
}

}  // namespace wherry::cli
