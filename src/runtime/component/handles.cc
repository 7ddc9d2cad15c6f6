#include "runtime/component/handles.h"

namespace wherry::runtime::component {

uint32_t HandleTable::add(const Handle& handle) {
  if (count_ >= count_max_) return 0;
  ++count_;
  if (free_ == 0) {
    handles_.push_back(handle);
    return uint32_t(handles_.size() - 1);
  }
  const uint32_t index = free_;
  free_ = uint32_t(handles_[index].rep);
  handles_[index] = handle;
  return index;
}

void HandleTable::remove(uint32_t index) {
  handles_[index] = {};
  handles_[index].rep = free_;
  free_ = index;
  --count_;
}

void HandleTable::clear() {
  handles_.assign(1, {});
  free_ = count_ = 0;
}

}  // namespace wherry::runtime::component
