// The garbage-collected heap of a store: structs, arrays, exceptions and references to host objects (core specification 4.2.1).
// Objects never move. A reference is an object's offset in a reserved region, 32 bits wide, so that even a wrong one stays inside the
// guest's own heap. What the collector knows about objects lies outside of the region.
//
// Mark and sweep, not incremental: pauses are bounded by the heap's budget. Objects of up to `small_bytes_max` lie in blocks of one
// size class, larger ones in runs of whole blocks. New objects are all zero.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "abi/vm.h"
#include "base/sys/reservation.h"

namespace wherry::runtime {

class GcHeap {
 public:
  static constexpr uint32_t block_bytes = 64 * 1024;
  static constexpr uint32_t granule_bytes = 16;  // objects begin at multiples of it
  static constexpr uint32_t small_bytes_max = 8 * 1024;

  // `bytes_max` is the budget, 4 GiB at most. `types` is indexed by TypeInfo id and must outlive the heap.
  // No address space is taken before the first object.
  GcHeap(uint64_t bytes_max, const abi::TypeInfo* const* types);

  // The region's start; null before the first object, and the same from then on.
  uint8_t* base() const { return region_.base(); }

  // A new object: header written, the rest zero. `bytes` counts the header. 0 when there is no room: collect, then try again; 0 once more means
  // that the budget is used up. 
  abi::GcRef allocate(const abi::TypeInfo& type, uint32_t length, uint64_t bytes);
  // Whether enough was allocated since the last collection that the next one pays.
  bool wants_collection() const { return bytes_since_collection_ >= collect_after_bytes_; }

  // Called for each external object that dies, with the eight bytes after its header.
  std::function<void(uint64_t)> on_dead_external;

  // Marking happens between begin_marking() and sweep(): give it all roots.
  void begin_marking();
  void mark(abi::GcRef ref);  // null and i31 are fine
  // Any slot whose lower half names an object's start keeps that object alive.
  void mark_conservatively(std::span<const abi::Slot> slots);
  // Frees everything that no root reaches.
  void sweep();

  // Forgets all objects (external ones are reported dead) and keeps at most `resident_bytes_max` of memory for the next user.
  void reset(size_t resident_bytes_max);

  // Whether an object begins at `ref`.
  bool is_object(abi::GcRef ref) const;
  uint64_t live_bytes() const { return used_bytes_; }
  size_t object_count() const;

 private:
  enum class Use : uint8_t { free, small, large, large_rest };
  static constexpr size_t bitmap_words = block_bytes / granule_bytes / 64;
  struct Bits {
    std::array<uint64_t, bitmap_words> used{}, marked{};  // one bit an object, by its number in the block
  };
  struct Block {
    Use use = Use::free;
    bool external = false;      // small: objects with a value to report when they die
    bool large_marked = false;  // large
    uint8_t size_class = 0;     // small
    uint32_t object_bytes = 0;  // small
    uint32_t objects = 0;       // small: how many fit
    uint32_t next = 0;          // small: the search for a free one goes on here
    uint32_t run_blocks = 0;    // large
    std::unique_ptr<Bits> bits; // small
  };
  struct SizeClass {
    uint32_t object_bytes = 0;
    std::vector<uint32_t> open;  // blocks that may have room; the last one is in use
  };

  bool reserve();
  uint64_t allocate_small(unsigned size_class, bool external);
  uint64_t allocate_large(uint64_t bytes);
  bool take_from(Block& block, uint32_t& number);
  bool open_block(unsigned size_class, bool external);
  uint32_t find_free_run(uint32_t blocks);
  void free_run(uint32_t first, uint32_t blocks);
  // The block of an object and its number in it; false if there is none at `ref`.
  bool locate(abi::GcRef ref, uint32_t& block, uint32_t& number) const;
  void mark_object(uint32_t block, uint32_t number, abi::GcRef ref);
  void trace(abi::GcRef ref);
  void sweep_small(uint32_t index);
  void report_dead(const Block& block, uint32_t index, const Bits& bits, bool all);
  abi::GcHeader* header(abi::GcRef ref) const { return reinterpret_cast<abi::GcHeader*>(region_.base() + ref); }

  uint64_t bytes_max_;
  const abi::TypeInfo* const* types_;
  sys::Reservation region_;
  std::vector<Block> blocks_;      // as far as the region was ever used
  std::vector<SizeClass> classes_;
  uint32_t blocks_max_ = 0;
  uint32_t free_blocks_ = 0;       // of blocks_
  uint32_t free_hint_ = 0;         // no free block before this one
  uint64_t used_bytes_ = 0;
  uint64_t bytes_since_collection_ = 0, collect_after_bytes_;
  std::vector<abi::GcRef> to_trace_;
};

}  // namespace wherry::runtime
