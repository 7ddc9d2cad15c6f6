// Value stacks for guests. An instance that nobody calls has none: they belong to who is running. Kept for the next
// caller, up to a number; thread-safe.
#pragma once

#include <mutex>
#include <vector>

#include "base/sys/map.h"

namespace wherry::runtime {

class ValueStacks {
 public:
  explicit ValueStacks(size_t stack_bytes, size_t kept_max = 64) : bytes_(sys::round_to_pages(stack_bytes)), kept_max_(kept_max) {}

  Result<sys::Map> take();
  void give(sys::Map stack);

 private:
  const size_t bytes_, kept_max_;
  std::mutex mutex_;
  std::vector<sys::Map> kept_;
};

}  // namespace wherry::runtime
