#include "runtime/gc_heap.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace wherry::runtime {
namespace {

constexpr uint64_t region_bytes_max = uint64_t(1) << 32;
constexpr uint64_t collect_after_min_bytes = 4 << 20;

// Object sizes in steps of about an eighth: 16, 32 … 128, 144 … 256, 288 …
std::vector<uint32_t> class_sizes() {
  std::vector<uint32_t> sizes;
  for (uint32_t bytes = GcHeap::granule_bytes; bytes <= GcHeap::small_bytes_max;) {
    sizes.push_back(bytes);
    bytes += std::max(GcHeap::granule_bytes, std::bit_floor(bytes) / 8);
  }
  return sizes;
}

const std::vector<uint32_t>& sizes() {
  static const std::vector<uint32_t> all = class_sizes();
  return all;
}

unsigned class_of(uint64_t bytes) { return unsigned(std::lower_bound(sizes().begin(), sizes().end(), bytes) - sizes().begin()); }

bool test(const auto& bits, uint32_t number) { return bits[number / 64] >> (number % 64) & 1; }
void set(auto& bits, uint32_t number) { bits[number / 64] |= uint64_t(1) << (number % 64); }

}  // namespace

GcHeap::GcHeap(uint64_t bytes_max, const abi::TypeInfo* const* types)
    : bytes_max_(std::min(bytes_max, region_bytes_max)), types_(types), collect_after_bytes_(collect_after_min_bytes) {
  // External objects have blocks of their own, the last class, so that the dead among them are found without looking at others.
  classes_.resize(sizes().size() + 1);
  for (size_t i = 0; i < sizes().size(); ++i) classes_[i].object_bytes = sizes()[i];
  classes_.back().object_bytes = granule_bytes;
}

bool GcHeap::reserve() {
  if (region_.base()) return true;
  blocks_max_ = uint32_t(bytes_max_ / block_bytes);
  if (blocks_max_ == 0) return false;
  auto region = sys::Reservation::make(size_t(blocks_max_) * block_bytes);
  if (!region) return false;
  region_ = std::move(*region);
  return true;
}

abi::GcRef GcHeap::allocate(const abi::TypeInfo& type, uint32_t length, uint64_t bytes) {
  if (!reserve()) return 0;
  const bool external = type.kind == abi::TypeInfo::Kind::external;
  const uint64_t at = bytes > small_bytes_max ? allocate_large(bytes) : allocate_small(external ? unsigned(classes_.size() - 1) : class_of(bytes), external);
  if (at == 0) return 0;
  std::memset(region_.base() + at, 0, size_t(bytes));
  *header(abi::GcRef(at)) = {type.id, length};
  bytes_since_collection_ += bytes;
  return abi::GcRef(at);
}

uint64_t GcHeap::allocate_small(unsigned size_class, bool external) {
  SizeClass& objects = classes_[size_class];
  uint32_t number = 0;
  for (;;) {
    if (objects.open.empty() && !open_block(size_class, external)) return 0;
    const uint32_t index = objects.open.back();
    if (take_from(blocks_[index], number)) {
      used_bytes_ += objects.object_bytes;
      return uint64_t(index) * block_bytes + uint64_t(number) * objects.object_bytes;
    }
    objects.open.pop_back();
  }
}

// The next free object of the block from where the last one was found.
bool GcHeap::take_from(Block& block, uint32_t& number) {
  for (uint32_t word = block.next / 64; word * 64 < block.objects; ++word) {
    const uint64_t free = ~block.bits->used[word];
    if (free == 0) continue;
    number = word * 64 + uint32_t(std::countr_zero(free));
    if (number >= block.objects) break;
    set(block.bits->used, number);
    block.next = number;
    return true;
  }
  return false;
}

bool GcHeap::open_block(unsigned size_class, bool external) {
  const uint32_t index = find_free_run(1);
  if (index == UINT32_MAX) return false;
  Block& block = blocks_[index];
  block.use = Use::small;
  block.external = external;
  block.size_class = uint8_t(size_class);
  block.object_bytes = classes_[size_class].object_bytes;
  block.objects = block_bytes / block.object_bytes;
  block.next = 0;
  block.bits = std::make_unique<Bits>();
  classes_[size_class].open.push_back(index);
  return true;
}

uint64_t GcHeap::allocate_large(uint64_t bytes) {
  const uint64_t run = (bytes + block_bytes - 1) / block_bytes;
  if (run > blocks_max_) return 0;
  const uint32_t first = find_free_run(uint32_t(run));
  if (first == UINT32_MAX) return 0;
  for (uint32_t i = 0; i < run; ++i) blocks_[first + i].use = Use::large_rest;
  blocks_[first].use = Use::large;
  blocks_[first].run_blocks = uint32_t(run);
  used_bytes_ += run * block_bytes;
  return uint64_t(first) * block_bytes;
}

// First fit among the free blocks, then fresh ones. Block 0 is nobody's: offset 0 is the null reference.
uint32_t GcHeap::find_free_run(uint32_t wanted) {
  if (free_blocks_ >= wanted) {
    uint32_t run = 0;
    for (uint32_t i = free_hint_; i < blocks_.size(); ++i) {
      run = blocks_[i].use == Use::free ? run + 1 : 0;
      if (run < wanted) continue;
      free_blocks_ -= wanted;
      if (wanted == 1) free_hint_ = i + 1;
      return i + 1 - wanted;
    }
  }
  if (blocks_.empty()) blocks_.emplace_back().use = Use::large_rest;
  if (wanted > blocks_max_ - blocks_.size()) return UINT32_MAX;
  const uint32_t first = uint32_t(blocks_.size());
  blocks_.resize(blocks_.size() + wanted);
  return first;
}

void GcHeap::free_run(uint32_t first, uint32_t blocks) {
  for (uint32_t i = first; i < first + blocks; ++i) blocks_[i] = Block();
  free_blocks_ += blocks;
  free_hint_ = std::min(free_hint_, first);
}

bool GcHeap::locate(abi::GcRef ref, uint32_t& index, uint32_t& number) const {
  if (ref % granule_bytes != 0) return false;
  index = ref / block_bytes;
  if (index >= blocks_.size()) return false;
  const Block& block = blocks_[index];
  if (block.use == Use::large) return ref % block_bytes == 0;
  if (block.use != Use::small || (ref % block_bytes) % block.object_bytes != 0) return false;
  number = (ref % block_bytes) / block.object_bytes;
  return number < block.objects && test(block.bits->used, number);
}

bool GcHeap::is_object(abi::GcRef ref) const {
  uint32_t index, number;
  return ref != 0 && locate(ref, index, number);
}

size_t GcHeap::object_count() const {
  size_t count = 0;
  for (const Block& block : blocks_) {
    count += block.use == Use::large;
    if (block.use != Use::small) continue;
    for (const uint64_t word : block.bits->used) count += size_t(std::popcount(word));
  }
  return count;
}

void GcHeap::begin_marking() {
  for (Block& block : blocks_) {
    block.large_marked = false;
    if (block.use == Use::small) block.bits->marked.fill(0);
  }
}

void GcHeap::mark(abi::GcRef ref) {
  uint32_t index = 0, number = 0;
  if (ref == 0 || abi::is_i31(ref) || !locate(ref, index, number)) return;
  mark_object(index, number, ref);
  while (!to_trace_.empty()) {
    const abi::GcRef next = to_trace_.back();
    to_trace_.pop_back();
    trace(next);
  }
}

void GcHeap::mark_conservatively(std::span<const abi::Slot> slots) {
  for (const abi::Slot& slot : slots) mark(slot.ref);
}

void GcHeap::mark_object(uint32_t index, uint32_t number, abi::GcRef ref) {
  Block& block = blocks_[index];
  if (block.use == Use::large) {
    if (std::exchange(block.large_marked, true)) return;
  } else {
    if (test(block.bits->marked, number)) return;
    set(block.bits->marked, number);
  }
  to_trace_.push_back(ref);
}

// Marks what the object refers to.
void GcHeap::trace(abi::GcRef ref) {
  const auto visit = [this](const uint8_t* at) {
    abi::GcRef child;
    std::memcpy(&child, at, sizeof child);
    uint32_t index = 0, number = 0;
    if (child != 0 && !abi::is_i31(child) && locate(child, index, number)) mark_object(index, number, child);
  };
  const uint8_t* object = region_.base() + ref;
  const abi::TypeInfo& type = *types_[header(ref)->type];
  switch (type.kind) {
    case abi::TypeInfo::Kind::struct_:
      for (uint32_t i = 0; i < type.ref_count; ++i) visit(object + type.ref_offsets[i]);
      return;
    case abi::TypeInfo::Kind::array:
      if (!type.elements_are_refs) return;
      for (uint32_t i = 0; i < header(ref)->length; ++i) visit(object + type.object_bytes + size_t(i) * sizeof(abi::GcRef));
      return;
    case abi::TypeInfo::Kind::exception:
      // Its values are slots of any type: a number that looks like a reference keeps an object for longer, no more.
      for (uint32_t i = 0; i < header(ref)->length; ++i) visit(object + abi::exception_values_offset + size_t(i) * sizeof(abi::Slot));
      return;
    case abi::TypeInfo::Kind::func:
    case abi::TypeInfo::Kind::external:
      return;
  }
}

void GcHeap::sweep() {
  used_bytes_ = 0;
  for (SizeClass& objects : classes_) objects.open.clear();
  for (uint32_t i = 0; i < blocks_.size(); ++i) {
    Block& block = blocks_[i];
    if (block.use == Use::small) sweep_small(i);
    if (block.use != Use::large) continue;
    if (block.large_marked) used_bytes_ += uint64_t(block.run_blocks) * block_bytes;
    else free_run(i, block.run_blocks);
  }
  bytes_since_collection_ = 0;
  collect_after_bytes_ = std::max(collect_after_min_bytes, used_bytes_);
}

void GcHeap::sweep_small(uint32_t index) {
  Block& block = blocks_[index];
  if (block.external) report_dead(block, index, *block.bits, false);
  uint32_t live = 0;
  for (size_t word = 0; word < bitmap_words; ++word) {
    block.bits->used[word] &= block.bits->marked[word];
    live += uint32_t(std::popcount(block.bits->used[word]));
  }
  if (live == 0) return free_run(index, 1);
  used_bytes_ += uint64_t(live) * block.object_bytes;
  block.next = 0;
  if (live < block.objects) classes_[block.size_class].open.push_back(index);
}

void GcHeap::report_dead(const Block& block, uint32_t index, const Bits& bits, bool all) {
  if (!on_dead_external) return;
  for (uint32_t number = 0; number < block.objects; ++number) {
    if (!test(bits.used, number) || (!all && test(bits.marked, number))) continue;
    uint64_t value;
    std::memcpy(&value, region_.base() + size_t(index) * block_bytes + size_t(number) * block.object_bytes + sizeof(abi::GcHeader), sizeof value);
    on_dead_external(value);
  }
}

void GcHeap::reset(size_t resident_bytes_max) {
  for (uint32_t i = 0; i < blocks_.size(); ++i) {
    if (blocks_[i].use == Use::small && blocks_[i].external) report_dead(blocks_[i], i, *blocks_[i].bits, true);
  }
  const size_t used = blocks_.size() * block_bytes, kept = std::min(used, (resident_bytes_max + block_bytes - 1) / block_bytes * block_bytes);
  region_.discard(kept, used);
  for (SizeClass& objects : classes_) objects.open.clear();
  blocks_.clear();
  free_blocks_ = free_hint_ = 0;
  used_bytes_ = bytes_since_collection_ = 0;
  collect_after_bytes_ = collect_after_min_bytes;
}

}  // namespace wherry::runtime
