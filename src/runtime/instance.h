// Instances and how they come to be (core specification 4.5.4).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "abi/vm.h"
#include "runtime/call.h"
#include "runtime/extern.h"
#include "runtime/module.h"
#include "runtime/store.h"

namespace wherry::runtime {

class Instance {
 public:
  ~Instance();

  static Instance& of(const abi::Vm& vm) { return *static_cast<Instance*>(vm.instance); }
  abi::Vm& vm() { return vm_; }
  const Module& module() const { return *module_; }
  const std::shared_ptr<const Module>& shared_module() const { return module_; }
  Store& store() const { return store_; }

  std::optional<Extern> find_export(std::string_view name);
  const abi::Func* find_func(std::string_view name);
  Memory* find_memory(std::string_view name);
  Extern at(wasm::ExternKind kind, uint32_t index);

  // By index in the module's spaces. A function must be one that may be
  // referred to (ValidModule::escapes).
  const abi::Func* func(uint32_t index) const;
  Memory* memory(uint32_t index) const { return memories_[index]; }
  Table* table(uint32_t index) const { return tables_[index]; }
  Global* global(uint32_t index);
  const abi::Tag* tag(uint32_t index) const { return tags_[index]; }

  // The bytes or elements of a segment; none once it was dropped.
  std::span<const uint8_t> data_segment(uint32_t index) const;
  bool elem_dropped(uint32_t index) const { return dropped_elems_[index]; }
  void drop_data(uint32_t index) { dropped_data_[index] = true; }
  void drop_elem(uint32_t index);
  uint32_t elem_count(uint32_t index) const;  // 0 once it was dropped
  // Element `position` of segment `index`; its references were made at instantiation.
  abi::Slot elem(uint32_t index, uint32_t position) const;
  // Its references to collected objects: globals and element segments.
  void each_ref(const std::function<void(abi::GcRef)>& visit) const;

 private:
  friend class Instantiation;
  friend class Pool;
  friend class Store;
  Instance(Store& store, std::shared_ptr<const Module> module);

  abi::Vm vm_{};
  Store& store_;
  std::shared_ptr<const Module> module_;
  std::unique_ptr<void*[]> pointers_;         // the arrays of vm_, one behind the other
  std::unique_ptr<abi::Slot[]> global_slots_;  // of its own globals
  std::vector<Memory*> memories_;
  std::vector<Table*> tables_;
  std::vector<Global*> globals_;  // imported ones, and own ones once someone asked for them
  std::vector<const abi::Tag*> tags_;
  std::unique_ptr<abi::Tag[]> own_tags_;
  std::unique_ptr<abi::Func[]> funcs_;  // of its own functions that may be referred to
  std::vector<bool> dropped_data_, dropped_elems_;
  std::vector<std::unique_ptr<abi::Slot[]>> elem_values_;  // of segments with expressions; else empty
};

// Why there is no instance. Where a guest's code failed (a trap in a segment or the start function) `call` says how.
struct InstantiateFailure {
  Error error;
  std::unique_ptr<CallFailure> call;  // null: it doesn't link, or a limit was met
};

// `imports` in the order of the module's imports. Initial contents of memories and tables are written, then the start
// function runs. A failed instance stays in the store: others may already refer to its functions (4.5.4, note).
std::expected<Instance*, InstantiateFailure> instantiate(Store& store, std::shared_ptr<const Module> module, std::span<const Extern> imports);

}  // namespace wherry::runtime
