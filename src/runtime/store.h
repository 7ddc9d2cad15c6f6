// A Store owns everything that its instances are made of, and the limits on it. One thread runs a store at a time.
#pragma once

#include <any>
#include <memory>
#include <optional>
#include <vector>

#include "abi/builtins.h"
#include "abi/vm.h"
#include "base/result.h"
#include "base/sys/clock.h"
#include "runtime/memory.h"
#include "runtime/type_registry.h"
#include "runtime/value.h"

namespace wherry::runtime {

class GcHeap;
class HostFunc;
class Instance;
class Module;
class Ticker;
class ValueStacks;

struct StoreLimits {
  uint64_t memory_bytes_max = uint64_t(4) << 30;   // all memories together
  uint64_t table_elements_max = 10'000'000;        // all tables together
  uint32_t instances_max = 10'000;
  uint32_t memories_max = 10'000, tables_max = 100'000;
  uint64_t gc_heap_bytes_max = sizeof(void*) > 4 ? uint64_t(1) << 30 : uint64_t(128) << 20;
  uint32_t call_depth_max = 1'000;                 // nested entries host -> guest
};

// Where a store's memories come from, if not from the system one by one.
class MemorySource {
 public:
  virtual ~MemorySource() = default;
  virtual Result<std::shared_ptr<MemoryBody>> memory(const wasm::MemoryType& type, uint64_t bytes_max) = 0;
};

// What stores share; must outlive them.
struct Shared {
  TypeRegistry types;
  std::unique_ptr<ValueStacks> stacks;
  std::unique_ptr<Ticker> ticker;

  explicit Shared(size_t value_stack_bytes = 1 << 20);
  ~Shared();
};

// When the host wants a store's running guest to stop.
struct Deadline {
  sys::Instant wall = sys::Instant::never();
  int64_t cpu_ns = INT64_MAX;  // CPU time of the running thread, per outermost call
};

class Store {
  abi::StoreVm vm_{};  // first: `of` goes from its address to the store's

 public:
  Store(Shared& shared, const StoreLimits& limits = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Shared& shared() { return shared_; }
  TypeRegistry& types() { return shared_.types; }
  abi::StoreVm& vm() { return vm_; }
  const StoreLimits& limits() const { return limits_; }
  StoreLimits& limits() { return limits_; }
  static Store& of(abi::StoreVm& vm);
  static Store& of(const abi::Thread& thread) { return of(*thread.store); }

  // Things of the store's own, for the host to hand to guests as imports. Types in engine terms.
  Result<Memory*> make_memory(const wasm::MemoryType& type);
  Result<Memory*> add_memory(std::shared_ptr<MemoryBody> body);  // a shared one, from another store
  Result<Table*> make_table(const wasm::TableType& type, abi::Slot initial = {});
  Global* make_global(const wasm::GlobalType& type, const Value& value);
  Global* add(std::unique_ptr<Global> global);
  Result<Tag*> make_tag(const FuncType& type);
  void keep(std::shared_ptr<const HostFunc> func);  // as long as the store lives
  Instance* add(std::unique_ptr<Instance> instance);
  const std::vector<std::unique_ptr<Instance>>& instances() const { return instances_; }

  // The heap: `external` wraps a number of the host's as an externref; 0 when the heap's budget is used up.
  GcHeap& heap();
  bool has_heap() const { return heap_ != nullptr; }
  abi::GcRef make_external(uint64_t host_value);
  std::optional<uint64_t> external_value(abi::GcRef ref) const;
  const std::shared_ptr<RootTable>& roots();
  Value value(abi::GcRef ref) { return Value(Root(roots(), ref)); }
  void collect();

  // Fuel counts only for modules whose code was made metered.
  void set_fuel(int64_t fuel) { vm_.fuel = fuel; }
  int64_t fuel() const { return vm_.fuel; }
  void set_deadline(Deadline deadline) { deadline_ = deadline; }
  const Deadline& deadline() const { return deadline_; }
  // From any thread: the running guest, or the next that runs, ends with Trap::interrupted.
  void interrupt() { request(interrupt_host); }
  void clear_interrupt() { vm_.interrupt.store(0, std::memory_order_relaxed); }

  // The host's own, for its functions (Caller::data).
  void* data = nullptr;
  std::any owned_data;

  // For the runtime.
  static constexpr uint32_t interrupt_host = 1, interrupt_deadline = 2;
  void request(uint32_t reason) { vm_.interrupt.fetch_or(reason, std::memory_order_relaxed); }
  bool charge_memory(uint64_t bytes);
  void refund_memory(uint64_t bytes) { memory_bytes_ -= bytes; }
  bool charge_table(uint64_t elements);
  void refund_table(uint64_t elements) { table_elements_ -= elements; }
  bool is_overdue() const;  // of the outermost call that runs
  MemorySource* memory_source = nullptr;
  struct Running {  // a thread of this store that is on some native stack
    abi::Thread* thread;
    Running* outer;
    int64_t cpu_until_ns;  // of the native thread's clock
  };
  Running* running = nullptr;
  // Makes room for `bytes`, collecting if that is due or there is none; then as GcHeap::allocate.
  abi::GcRef allocate(uint32_t type, uint32_t length, uint64_t bytes);

 private:
  void mark_roots();
  friend class Pool;
  Shared& shared_;
  StoreLimits limits_;
  Deadline deadline_;
  uint64_t memory_bytes_ = 0, table_elements_ = 0;
  std::vector<std::unique_ptr<Instance>> instances_;
  std::vector<std::unique_ptr<Memory>> memories_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<std::unique_ptr<Global>> globals_;
  std::vector<std::unique_ptr<Tag>> tags_;
  std::vector<std::shared_ptr<const HostFunc>> host_funcs_;
  std::unique_ptr<GcHeap> heap_;
  std::shared_ptr<RootTable> roots_;
};

}  // namespace wherry::runtime
