// What holds for keys, values and counters in every implementation, and the texts of its errors.
#pragma once

#include "base/result.h"
#include "host/key_value.h"

namespace wherry::state {

std::unexpected<host::KeyValueError> refused(std::string text);
std::unexpected<host::KeyValueError> no_such_store(std::string_view identifier);

host::Kv<void> check_identifier(const host::KeyValueLimits& limits, std::string_view identifier);
host::Kv<void> check_key(const host::KeyValueLimits& limits, std::string_view key);
host::Kv<void> check_value(const host::KeyValueLimits& limits, size_t bytes);
host::Kv<void> check_batch(const host::KeyValueLimits& limits, size_t count);
host::Kv<void> check_keys(const host::KeyValueLimits& limits, std::span<const std::string> keys);
host::Kv<void> check_entries(const host::KeyValueLimits& limits, std::span<const host::Bucket::Entry> entries);

// The counter after adding `delta` to the one in `value` (none: 0).
host::Kv<int64_t> add(const std::optional<host::Bytes>& value, int64_t delta);
host::Bytes counter_bytes(int64_t counter);

}  // namespace wherry::state

namespace wherry {

// TRY works for Kv too.
template <typename T>
T unwrap(std::expected<T, host::KeyValueError>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace wherry

