#include "runtime/memory_arena.h"

namespace wherry::runtime {
namespace {

// Regions grow with need, up to sizes that a 32-bit machine can still find.
constexpr size_t region_bytes_max = sizeof(void*) > 4 ? size_t(16) << 30 : size_t(64) << 20;
constexpr size_t strides_min = 16;

}  // namespace

Result<uint8_t*> MemoryArena::take() {
  if (!free_.empty()) {
    uint8_t* const base = free_.back();
    free_.pop_back();
    return base;
  }
  if (regions_.empty() || regions_.back().bytes() - used_ < stride_) {
    const size_t last = regions_.empty() ? 0 : regions_.back().bytes();
    size_t strides = std::max<size_t>(1, std::min(region_bytes_max / stride_, std::max(strides_min, last / stride_ * 2)));
    auto region = sys::Map::anonymous(strides * stride_);
    while (!region && strides > 1) region = sys::Map::anonymous((strides /= 2) * stride_);
    if (!region) return std::unexpected(region.error());
    regions_.push_back(std::move(*region));
    used_ = 0;
  }
  uint8_t* const base = regions_.back().base() + used_;
  used_ += stride_;
  return base;
}

void MemoryArena::give(uint8_t* base, bool is_mapped) {
  // What can't be made anonymous again is lost address space, no more.
  if (is_mapped && !sys::map_zero_over({base, stride_})) return;
  if (!is_mapped) sys::discard({base, stride_});
  free_.push_back(base);
}

}  // namespace wherry::runtime
