// Key-value stores in memory: for tests, and for guests whose state need not outlive the process.
#pragma once

#include <map>
#include <mutex>

#include "host/key_value.h"

namespace wherry::state {

struct StoreGrants {
  std::vector<std::string> stores = {"default"};  // the identifiers that may be opened
  bool any_store = false;                         // or all of them
  bool allows(std::string_view identifier) const;
};

struct MemoryKeyValueOptions {
  StoreGrants grants;
  host::KeyValueLimits limits;
  size_t bytes_max = size_t{256} << 20;  // keys and values of all stores
};

class MemoryKeyValue final : public host::KeyValue {
 public:
  explicit MemoryKeyValue(MemoryKeyValueOptions options = {}) : shared_(std::make_shared<Shared>(std::move(options))) {}
  host::Kv<std::shared_ptr<host::Bucket>> open(std::string_view identifier) override;

 private:
  friend class MemoryBucket;
  using Map = std::map<std::string, host::Bytes, std::less<>>;
  struct Shared {
    explicit Shared(MemoryKeyValueOptions options) : options(std::move(options)) {}
    const MemoryKeyValueOptions options;
    std::mutex mutex;
    std::map<std::string, Map, std::less<>> buckets;
    size_t bytes = 0;
  };
  std::shared_ptr<Shared> shared_;
};

}  // namespace wherry::state
