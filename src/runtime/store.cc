#include "runtime/store.h"

#include <algorithm>
#include <cstring>

#include "runtime/builtins.h"
#include "runtime/errors.h"
#include "runtime/gc_heap.h"
#include "runtime/host_func.h"
#include "runtime/instance.h"
#include "runtime/stacks.h"
#include "runtime/ticker.h"

namespace wherry::runtime {

Shared::Shared(size_t value_stack_bytes) : stacks(std::make_unique<ValueStacks>(value_stack_bytes)), ticker(std::make_unique<Ticker>()) {}
Shared::~Shared() = default;

Store::Store(Shared& shared, const StoreLimits& limits) : shared_(shared), limits_(limits) {
  vm_.builtins = &builtins();
  vm_.types = shared.types.table();
}

// Instances first: their segments may hold what the others own. Roots in the host's hands go null.
Store::~Store() {
  if (roots_) roots_->clear();
  instances_.clear();
}

Store& Store::of(abi::StoreVm& vm) {
  // vm_ is the first member.
  return *reinterpret_cast<Store*>(&vm);
}

Result<Memory*> Store::make_memory(const wasm::MemoryType& type) {
  if (memories_.size() >= limits_.memories_max) return std::unexpected(error::too_much("memories", memories_.size() + 1, limits_.memories_max, "in one store"));
  const uint64_t left = limits_.memory_bytes_max - std::min(limits_.memory_bytes_max, memory_bytes_);
  auto body = TRY(memory_source ? memory_source->memory(type, left) : MemoryBody::make(type, left));
  if (!charge_memory(body->bytes())) return std::unexpected(error::too_much("memory", body->bytes(), left, "bytes"));
  memories_.push_back(std::make_unique<Memory>(*this, std::move(body)));
  return memories_.back().get();
}

Result<Memory*> Store::add_memory(std::shared_ptr<MemoryBody> body) {
  if (!charge_memory(body->bytes())) return std::unexpected(error::too_much("memory", body->bytes(), limits_.memory_bytes_max, "bytes"));
  memories_.push_back(std::make_unique<Memory>(*this, std::move(body)));
  return memories_.back().get();
}

Result<Table*> Store::make_table(const wasm::TableType& type, abi::Slot initial) {
  if (tables_.size() >= limits_.tables_max) return std::unexpected(error::too_much("tables", tables_.size() + 1, limits_.tables_max, "in one store"));
  tables_.push_back(TRY(Table::make(*this, type)));
  Table* table = tables_.back().get();
  if (initial.u64 != 0) std::fill_n(table->vm()->elements, table->count(), initial);
  return table;
}

Global* Store::make_global(const wasm::GlobalType& type, const Value& value) {
  Global* global = add(std::make_unique<Global>(type));
  value.store(global->slots());
  return global;
}

Global* Store::add(std::unique_ptr<Global> global) {
  globals_.push_back(std::move(global));
  return globals_.back().get();
}

Result<Tag*> Store::make_tag(const FuncType& type) {
  auto tag = std::make_unique<Tag>();
  tag->group = TRY(types().add(type, tag->vm.type));
  tag->vm.value_slots = slots_of(type.params);
  tags_.push_back(std::move(tag));
  return tags_.back().get();
}

void Store::keep(std::shared_ptr<const HostFunc> func) { host_funcs_.push_back(std::move(func)); }

Instance* Store::add(std::unique_ptr<Instance> instance) {
  instances_.push_back(std::move(instance));
  return instances_.back().get();
}

GcHeap& Store::heap() {
  if (!heap_) heap_ = std::make_unique<GcHeap>(limits_.gc_heap_bytes_max, vm_.types);
  return *heap_;
}

abi::GcRef Store::allocate(uint32_t type, uint32_t length, uint64_t bytes) {
  GcHeap& objects = heap();
  if (bytes > limits_.gc_heap_bytes_max) return 0;
  if (objects.wants_collection()) collect();
  abi::GcRef ref = objects.allocate(types().info(type), length, bytes);
  if (ref == 0) {
    collect();
    ref = objects.allocate(types().info(type), length, bytes);
  }
  vm_.heap = objects.base();
  return ref;
}

abi::GcRef Store::make_external(uint64_t host_value) {
  const abi::GcRef ref = allocate(TypeRegistry::external_id, 0, 16);
  if (ref != 0) std::memcpy(vm_.heap + ref + sizeof(abi::GcHeader), &host_value, sizeof host_value);
  return ref;
}

std::optional<uint64_t> Store::external_value(abi::GcRef ref) const {
  if (ref == 0 || abi::is_i31(ref) || !heap_ || !heap_->is_object(ref)) return std::nullopt;
  abi::GcHeader header;
  std::memcpy(&header, vm_.heap + ref, sizeof header);
  if (header.type != TypeRegistry::external_id) return std::nullopt;
  uint64_t value;
  std::memcpy(&value, vm_.heap + ref + sizeof header, sizeof value);
  return value;
}

const std::shared_ptr<RootTable>& Store::roots() {
  if (!roots_) roots_ = std::make_shared<RootTable>();
  return roots_;
}

void Store::collect() {
  if (!heap_) return;
  heap_->begin_marking();
  mark_roots();
  heap_->sweep();
}

void Store::mark_roots() {
  GcHeap& objects = *heap_;
  for (const Running* run = running; run; run = run->outer) {
    const abi::Thread& thread = *run->thread;
    objects.mark_conservatively({thread.stack_begin, thread.stack_top});
    objects.mark(thread.exception);
  }
  if (roots_) {
    for (const abi::GcRef ref : roots_->refs()) objects.mark(ref);
  }
  for (const auto& global : globals_) {
    if (types().is_gc_ref(global->type().type)) objects.mark(global->slots()->ref);
  }
  for (const auto& table : tables_) {
    if (table->holds_funcs()) continue;
    for (size_t i = 0; i < table->count(); ++i) objects.mark(table->vm()->elements[i].ref);
  }
  for (const auto& instance : instances_) instance->each_ref([&](abi::GcRef ref) { objects.mark(ref); });
}

bool Store::is_overdue() const {
  if (deadline_.wall <= sys::now()) return true;
  return running && running->cpu_until_ns != INT64_MAX && sys::clock_ns(sys::Clock::thread_cpu) >= running->cpu_until_ns;
}

bool Store::charge_memory(uint64_t bytes) {
  if (bytes > limits_.memory_bytes_max || memory_bytes_ > limits_.memory_bytes_max - bytes) return false;
  memory_bytes_ += bytes;
  return true;
}

bool Store::charge_table(uint64_t elements) {
  if (elements > limits_.table_elements_max || table_elements_ > limits_.table_elements_max - elements) return false;
  table_elements_ += elements;
  return true;
}

}  // namespace wherry::runtime
