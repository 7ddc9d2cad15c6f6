#include "state/rules.h"

#include <fmt/format.h>

#include <charconv>

namespace wherry::state {

using host::Kv;

std::unexpected<host::KeyValueError> refused(std::string text) {
  return std::unexpected(host::KeyValueError{host::KeyValueError::Kind::other, std::move(text)});
}

std::unexpected<host::KeyValueError> no_such_store(std::string_view identifier) {
  return std::unexpected(host::KeyValueError{host::KeyValueError::Kind::no_such_store,
                                             fmt::format("there is no key-value store '{}', or it was not granted", identifier)});
}

Kv<void> check_identifier(const host::KeyValueLimits& limits, std::string_view identifier) {
  if (identifier.size() <= limits.identifier_bytes_max) return {};
  return refused(fmt::format("a store's name of {} bytes; at most {} are allowed", identifier.size(), limits.identifier_bytes_max));
}

Kv<void> check_key(const host::KeyValueLimits& limits, std::string_view key) {
  if (key.size() <= limits.key_bytes_max) return {};
  return refused(fmt::format("a key of {} bytes; at most {} are allowed", key.size(), limits.key_bytes_max));
}

Kv<void> check_value(const host::KeyValueLimits& limits, size_t bytes) {
  if (bytes <= limits.value_bytes_max) return {};
  return refused(fmt::format("a value of {} bytes; at most {} are allowed", bytes, limits.value_bytes_max));
}

Kv<void> check_batch(const host::KeyValueLimits& limits, size_t count) {
  if (count <= limits.batch_max) return {};
  return refused(fmt::format("{} keys in one call; at most {} are allowed", count, limits.batch_max));
}

Kv<void> check_keys(const host::KeyValueLimits& limits, std::span<const std::string> keys) {
  TRY(check_batch(limits, keys.size()));
  for (const std::string& key : keys) TRY(check_key(limits, key));
  return {};
}

Kv<void> check_entries(const host::KeyValueLimits& limits, std::span<const host::Bucket::Entry> entries) {
  TRY(check_batch(limits, entries.size()));
  for (const auto& [key, value] : entries) {
    TRY(check_key(limits, key));
    TRY(check_value(limits, value.size()));
  }
  return {};
}

Kv<int64_t> add(const std::optional<host::Bytes>& value, int64_t delta) {
  int64_t counter = 0;
  if (value) {
    const char* begin = reinterpret_cast<const char*>(value->data());
    const auto [end, failure] = std::from_chars(begin, begin + value->size(), counter);
    if (failure != std::errc{} || end != begin + value->size()) return refused("the value is not a counter (a decimal number of 64 bits)");
  }
  int64_t sum = 0;
  if (__builtin_add_overflow(counter, delta, &sum)) return refused("the counter would leave 64 bits");
  return sum;
}

host::Bytes counter_bytes(int64_t counter) {
  const std::string text = std::to_string(counter);
  return {text.begin(), text.end()};
}

}  // namespace wherry::state
