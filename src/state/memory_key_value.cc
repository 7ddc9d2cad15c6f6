#include "state/memory_key_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "state/rules.h"

namespace wherry::state {

using host::Bytes;
using host::KeyPage;
using host::Kv;

bool StoreGrants::allows(std::string_view identifier) const {
  return any_store || std::find(stores.begin(), stores.end(), identifier) != stores.end();
}

class MemoryBucket final : public host::Bucket {
 public:
  using Shared = MemoryKeyValue::Shared;
  using Map = MemoryKeyValue::Map;
  MemoryBucket(std::shared_ptr<Shared> shared, Map& map) : shared_(std::move(shared)), map_(map) {}

  Kv<std::optional<Bytes>> get(std::string_view key) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(shared_->mutex);
    return find(key);
  }

  Kv<void> set(std::string_view key, std::span<const uint8_t> value) override {
    TRY(check_key(limits(), key));
    TRY(check_value(limits(), value.size()));
    const std::lock_guard lock(shared_->mutex);
    return put(key, value);
  }

  Kv<void> remove(std::string_view key) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(shared_->mutex);
    erase(key);
    return {};
  }

  Kv<bool> exists(std::string_view key) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(shared_->mutex);
    return map_.contains(key);
  }

  Kv<KeyPage> keys(const std::optional<std::string>& cursor) override {
    if (cursor) TRY(check_key(limits(), *cursor));
    const std::lock_guard lock(shared_->mutex);
    KeyPage page;
    auto at = cursor ? map_.upper_bound(*cursor) : map_.begin();
    for (; at != map_.end() && page.keys.size() < limits().page_keys_max; ++at) page.keys.push_back(at->first);
    if (at != map_.end()) page.cursor = page.keys.back();
    return page;
  }

  Kv<int64_t> increment(std::string_view key, int64_t delta) override {
    TRY(check_key(limits(), key));
    const std::lock_guard lock(shared_->mutex);
    const int64_t sum = TRY(add(find(key), delta));
    TRY(put(key, counter_bytes(sum)));
    return sum;
  }

  Kv<bool> compare_and_swap(std::string_view key, const std::optional<Bytes>& expected, std::span<const uint8_t> value) override {
    TRY(check_key(limits(), key));
    TRY(check_value(limits(), value.size()));
    const std::lock_guard lock(shared_->mutex);
    if (find(key) != expected) return false;
    TRY(put(key, value));
    return true;
  }

  Kv<std::vector<std::optional<Bytes>>> get_many(std::span<const std::string> keys) override {
    TRY(check_keys(limits(), keys));
    const std::lock_guard lock(shared_->mutex);
    std::vector<std::optional<Bytes>> values;
    for (const std::string& key : keys) values.push_back(find(key));
    return values;
  }

  Kv<void> set_many(std::span<const Entry> entries) override {
    TRY(check_entries(limits(), entries));
    const std::lock_guard lock(shared_->mutex);
    size_t more = 0;  // at most; asked for beforehand, so that all is set or nothing
    for (const auto& [key, value] : entries) more += key.size() + value.size();
    TRY(check_room(more));
    for (const auto& [key, value] : entries) TRY(put(key, value));
    return {};
  }

  Kv<void> remove_many(std::span<const std::string> keys) override {
    TRY(check_keys(limits(), keys));
    const std::lock_guard lock(shared_->mutex);
    for (const std::string& key : keys) erase(key);
    return {};
  }

 private:
  const host::KeyValueLimits& limits() const { return shared_->options.limits; }

  std::optional<Bytes> find(std::string_view key) const {
    const auto found = map_.find(key);
    if (found == map_.end()) return std::nullopt;
    return found->second;
  }

  Kv<void> check_room(size_t more) const {
    const size_t most = shared_->options.bytes_max;
    if (shared_->bytes <= most && more <= most - shared_->bytes) return {};
    return refused(fmt::format("the key-value store is full; at most {} bytes are allowed", most));
  }

  Kv<void> put(std::string_view key, std::span<const uint8_t> value) {
    const auto found = map_.find(key);
    const size_t before = found == map_.end() ? 0 : key.size() + found->second.size();
    const size_t after = key.size() + value.size();
    if (after > before) TRY(check_room(after - before));
    shared_->bytes = shared_->bytes - before + after;
    if (found == map_.end()) {
      map_.emplace(key, Bytes(value.begin(), value.end()));
    } else {
      found->second.assign(value.begin(), value.end());
    }
    return {};
  }

  void erase(std::string_view key) {
    const auto found = map_.find(key);
    if (found == map_.end()) return;
    shared_->bytes -= key.size() + found->second.size();
    map_.erase(found);
  }

  std::shared_ptr<Shared> shared_;
  Map& map_;  // in `shared_`; a map's nodes don't move
};

Kv<std::shared_ptr<host::Bucket>> MemoryKeyValue::open(std::string_view identifier) {
  TRY(check_identifier(shared_->options.limits, identifier));
  if (!shared_->options.grants.allows(identifier)) return no_such_store(identifier);
  const std::lock_guard lock(shared_->mutex);
  const auto bucket = shared_->buckets.try_emplace(std::string(identifier)).first;
  return std::make_shared<MemoryBucket>(shared_, bucket->second);
}

}  // namespace wherry::state
