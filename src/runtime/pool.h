// Instances that are ready before they are asked for. A slot is a store with everything that was built in it once; after
// each use it is put back to that state, by bringing back only what was written. One thread uses a pool: there is one a core.
//
// What is put back: memories (the pages that the kernel says are dirty), their sizes, globals, tables, dropped segments; the heap
// and the host's references are emptied, budgets and flags are as at first, and what the host added to the store is gone.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/sys/dirty_pages.h"
#include "runtime/instance.h"
#include "runtime/memory_arena.h"
#include "runtime/store.h"

namespace wherry::runtime {

struct PoolSettings {
  StoreLimits limits;
  // How dirty pages are found. With `all` nothing is asked: whole memories go back to the system and come back from the image.
  sys::DirtyWay way = sys::DirtyWay::scan;
  uint32_t slots_max = 1'000'000;
  uint32_t hot_pages_max = 512;    // pages that a slot keeps from one use to the next; what exceeds them is given back
  // An image with data in it is mapped, which shares its pages but takes one of the process's mappings (65,530 by default) for
  // each slot. From so many slots on, images of few pages are copied instead.
  uint32_t mapped_slots_max = 16'000;
  uint32_t copied_pages_max = 16;
};

class Pool {
 public:
  // Makes a store's contents: instantiates and returns the instance that callers want. Called once a slot; must do the same each time.
  using Build = std::function<std::expected<Instance*, InstantiateFailure>(Store&)>;

  // A Slot's store and instance are like new when it is taken.
  class Slot {
   public:
    Store& store() { return store_; }
    Instance& instance() { return *instance_; }

   private:
    friend class Pool;
    Slot(Shared& shared, const StoreLimits& limits) : store_(shared, limits) {}
    Store store_;
    Instance* instance_ = nullptr;
    struct Place {
      uint8_t* base;
      bool is_mapped;  // the image; else anonymous
    };
    std::vector<Place> places_;  // of its memories, in the arenas
    std::unique_ptr<abi::Slot[]> globals_;  // as they were at first
  };

  // Builds the first slot and takes its state as the image. Refuses what can't be reset: shared memories.
  static std::expected<std::unique_ptr<Pool>, InstantiateFailure> make(Shared& shared, Build build, const PoolSettings& settings);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  std::expected<Slot*, InstantiateFailure> take();
  // Puts it back to its first state. Nothing may run in it.
  void give(Slot* slot);
  // How many slots there are, taken or not.
  size_t slots() const { return slots_; }
  sys::DirtyWay way() const { return dirty_.way(); }

 private:
  // What a memory holds at first: the template's own bytes, which nobody writes to.
  struct MemoryImage {
    const uint8_t* content = nullptr;
    size_t bytes = 0;
    std::vector<bool> filled;  // pages that are not zero
    sys::Image mapped;         // not empty: memories are private maps of it
    size_t filled_count = 0;
    std::unique_ptr<MemoryArena> arena;
  };
  struct TableImage {
    std::vector<abi::Slot> elements;  // the template's
    bool is_written = true;           // by code or host, as far as one can tell
  };
  class Source;

  Pool(Shared& shared, Build build, const PoolSettings& settings);
  std::expected<std::unique_ptr<Slot>, InstantiateFailure> build_slot();
  Result<void> take_image();
  Result<void> image_memory(Memory& memory);
  void image_tables();
  void adopt(Slot& slot);
  void reset(Slot& slot);
  void reset_memory(Slot& slot, size_t index);
  void reset_page_range(const MemoryImage& image, uint8_t* base, size_t begin, size_t end);
  void discard(const MemoryImage& image, Slot::Place place, size_t begin, size_t end);
  void give_back(Slot& slot);
  void reset_tables(Slot& slot);
  void reset_instances(Slot& slot);
  abi::Slot moved(const Slot& slot, abi::Slot value) const;

  Shared& shared_;
  Build build_;
  PoolSettings settings_;
  sys::DirtyPages dirty_;
  std::vector<sys::DirtyPages::Range> found_;
  std::unique_ptr<Slot> template_;
  std::vector<MemoryImage> memories_;
  std::vector<TableImage> tables_;
  std::vector<bool> dropped_;  // all instances' data, then element segments
  size_t global_slots_ = 0, store_globals_ = 0, host_funcs_ = 0;
  uint64_t memory_bytes_ = 0, table_elements_ = 0;
  bool has_objects_ = false;  // the first state holds collected objects: slots are built anew
  std::vector<std::unique_ptr<Slot>> idle_;
  size_t slots_ = 0;
};

}  // namespace wherry::runtime
