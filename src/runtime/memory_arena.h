// Address space for the memories of pooled instances, cut into equal strides from large regions, so that a memory costs
// neither a mapping nor page tables of its own. Used by one thread.
#pragma once

#include <algorithm>
#include <vector>

#include "base/result.h"
#include "base/sys/map.h"

namespace wherry::runtime {

class MemoryArena {
 public:
  // Memories that may grow to `capacity` bytes.
  explicit MemoryArena(size_t capacity) : stride_(std::max(sys::round_to_pages(capacity), sys::round_to_pages(1))) {}

  // All zero, anonymous memory.
  Result<uint8_t*> take();
  // `is_mapped`: something was mapped over it.
  void give(uint8_t* base, bool is_mapped);
  size_t stride() const { return stride_; }

 private:
  size_t stride_;
  std::vector<sys::Map> regions_;
  size_t used_ = 0;  // of the last region, in bytes
  std::vector<uint8_t*> free_;
};

}  // namespace wherry::runtime
