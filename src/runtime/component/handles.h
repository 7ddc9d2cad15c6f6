// The handles of one component instance: small numbers that stand for resources (CanonicalABI.md, Table). Index 0 is never used.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/component/interface.h"

namespace wherry::runtime::component {

// A call into a component: borrowed handles live no longer than it.
struct Task {
  uint32_t borrows = 0;  // handles made for this call that are still there
};

struct Handle {
  const ResourceKind* kind = nullptr;  // null: a free place
  uint64_t rep = 0;                    // what the owner of the type knows the resource by; free: the next free place
  bool is_own = false;
  uint32_t lends = 0;   // own: how many calls have it borrowed
  Task* task = nullptr;  // borrow: the call that it was made for
};

class HandleTable {
 public:
  explicit HandleTable(uint32_t count_max) : count_max_(count_max) {}

  // 0 when there are too many.
  uint32_t add(const Handle& handle);
  Handle* find(uint32_t index) { return index < handles_.size() && handles_[index].kind ? &handles_[index] : nullptr; }
  void remove(uint32_t index);
  uint32_t count() const { return count_; }
  std::vector<Handle>& all() { return handles_; }
  void clear();

 private:
  std::vector<Handle> handles_ = std::vector<Handle>(1);
  uint32_t free_ = 0;  // first free place, 0: none
  uint32_t count_ = 0;
  uint32_t count_max_;
};

}  // namespace wherry::runtime::component
