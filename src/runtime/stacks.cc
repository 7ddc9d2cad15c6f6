#include "runtime/stacks.h"

namespace wherry::runtime {

Result<sys::Map> ValueStacks::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!kept_.empty()) {
      sys::Map stack = std::move(kept_.back());
      kept_.pop_back();
      return stack;
    }
  }
  return sys::Map::anonymous(bytes_);
}

void ValueStacks::give(sys::Map stack) {
  const std::lock_guard lock(mutex_);
  if (kept_.size() < kept_max_) kept_.push_back(std::move(stack));
}

}  // namespace wherry::runtime
