// Key-value stores for guests: an identifier names a store (a bucket), which holds values under keys. Thread-safe.
// The implementations are in state/.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wherry::host {

struct KeyValueError {
  enum class Kind : uint8_t { no_such_store, access_denied, other };
  Kind kind = Kind::other;
  std::string text;
};
template <typename T>
using Kv = std::expected<T, KeyValueError>;

using Bytes = std::vector<uint8_t>;

struct KeyValueLimits {
  size_t identifier_bytes_max = 255;
  size_t key_bytes_max = 1024;
  size_t value_bytes_max = size_t{16} << 20;
  size_t batch_max = 10'000;       // keys in one call
  size_t page_keys_max = 1'000;    // keys that one call lists
};

struct KeyPage {
  std::vector<std::string> keys;      // in byte order
  std::optional<std::string> cursor;  // for the next page; none: that was all
};

class Bucket {
 public:
  virtual ~Bucket() = default;
  virtual Kv<std::optional<Bytes>> get(std::string_view key) = 0;
  virtual Kv<void> set(std::string_view key, std::span<const uint8_t> value) = 0;
  virtual Kv<void> remove(std::string_view key) = 0;  // fine when there is none
  virtual Kv<bool> exists(std::string_view key) = 0;
  virtual Kv<KeyPage> keys(const std::optional<std::string>& cursor) = 0;

  // Atomic. A counter is a decimal number in text; a missing one counts from 0. Overflow is an error.
  virtual Kv<int64_t> increment(std::string_view key, int64_t delta) = 0;
  // Atomic: sets the value if the present one is `expected` (none: there is no value). Returns whether it was.
  virtual Kv<bool> compare_and_swap(std::string_view key, const std::optional<Bytes>& expected, std::span<const uint8_t> value) = 0;

  // Each as one transaction: all or nothing.
  using Entry = std::pair<std::string, Bytes>;
  virtual Kv<std::vector<std::optional<Bytes>>> get_many(std::span<const std::string> keys) = 0;
  virtual Kv<void> set_many(std::span<const Entry> entries) = 0;
  virtual Kv<void> remove_many(std::span<const std::string> keys) = 0;
};

class KeyValue {
 public:
  virtual ~KeyValue() = default;
  virtual Kv<std::shared_ptr<Bucket>> open(std::string_view identifier) = 0;
};

// Has no store at all.
class NoKeyValue final : public KeyValue {
 public:
  Kv<std::shared_ptr<Bucket>> open(std::string_view identifier) override {
    return std::unexpected(KeyValueError{KeyValueError::Kind::no_such_store, "no key-value store '" + std::string(identifier) + "' was granted"});
  }
};

}  // namespace wherry::host
