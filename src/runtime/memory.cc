#include "runtime/memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "runtime/errors.h"
#include "runtime/store.h"
#include "runtime/wait_queues.h"

namespace wherry::runtime {
namespace {

// Never more than half of what a pointer can reach, so that sums of an address and a size never wrap.
constexpr uint64_t address_space = sizeof(void*) > 4 ? uint64_t(1) << 46 : uint64_t(1) << 30;
constexpr size_t guard_bytes = 64 * 1024;

// `pages` in bytes, saturating.
uint64_t bytes_of(uint64_t pages, uint8_t page_log2) { return pages > (UINT64_MAX >> page_log2) ? UINT64_MAX : pages << page_log2; }

uint64_t declared_max(const wasm::MemoryType& type) {
  const uint64_t most = type.address == wasm::AddressType::i32 ? uint64_t(1) << 32 : UINT64_MAX;
  return type.pages.max ? std::min(most, bytes_of(*type.pages.max, type.page_bytes_log2)) : most;
}

}  // namespace

MemoryBody::MemoryBody(const wasm::MemoryType& type) : vm{nullptr, 0, type.is_shared}, type(type) {}
MemoryBody::~MemoryBody() = default;

// As much address space as growth may ever need; where that isn't to be had, half of it, and so on.
Result<std::shared_ptr<MemoryBody>> MemoryBody::make(const wasm::MemoryType& type, uint64_t bytes_max) {
  const uint64_t min = bytes_of(type.pages.min, type.page_bytes_log2);
  const uint64_t most = std::min(bytes_max, address_space);
  if (min > most) return std::unexpected(error::too_much("memory", min, most, "bytes"));
  std::shared_ptr<MemoryBody> body(new MemoryBody(type));
  uint64_t capacity = std::max(min, std::min(most, declared_max(type)));
  for (;;) {
    auto map = sys::Map::reserve(sys::round_to_pages(size_t(capacity)) + guard_bytes);
    if (map) {
      body->map_ = std::move(*map);
      break;
    }
    if (capacity <= min) return std::unexpected(map.error());
    capacity = std::max(min, capacity / 2);
  }
  body->capacity_ = size_t(capacity);
  body->accessible_ = sys::round_to_pages(size_t(min));
  TRY(body->map_.make_accessible(0, body->accessible_));
  body->vm.base = body->map_.base();
  body->vm.bytes = size_t(min);
  if (type.is_shared) body->queues_ = std::make_unique<WaitQueues>();
  return body;
}

std::shared_ptr<MemoryBody> MemoryBody::in(const wasm::MemoryType& type, uint8_t* base, size_t capacity) {
  std::shared_ptr<MemoryBody> body(new MemoryBody(type));
  body->capacity_ = body->accessible_ = capacity;
  body->vm.base = base;
  body->vm.bytes = size_t(bytes_of(type.pages.min, type.page_bytes_log2));
  return body;
}

uint64_t MemoryBody::grow(uint64_t delta_pages) {
  const auto grow_now = [&]() -> uint64_t {
    const size_t old = bytes();
    const uint64_t delta = bytes_of(delta_pages, type.page_bytes_log2);
    const uint64_t most = std::min<uint64_t>(capacity_, declared_max(type));
    if (delta > most - std::min<uint64_t>(old, most)) return UINT64_MAX;
    const size_t wanted = sys::round_to_pages(old + size_t(delta));
    if (wanted > accessible_) {
      if (!map_.make_accessible(accessible_, wanted - accessible_)) return UINT64_MAX;
      accessible_ = wanted;
    }
    vm.bytes.store(old + size_t(delta), std::memory_order_release);
    return old >> type.page_bytes_log2;
  };
  if (!type.is_shared) return grow_now();
  const std::lock_guard lock(grow_mutex_);
  return grow_now();
}

wasm::MemoryType Memory::type() const {
  wasm::MemoryType type = body_->type;
  type.pages.min = pages();
  return type;
}

uint64_t Memory::grow(uint64_t delta_pages) {
  const uint64_t delta = bytes_of(delta_pages, body_->type.page_bytes_log2);
  if (!store_.charge_memory(delta)) return UINT64_MAX;
  const uint64_t old = body_->grow(delta_pages);
  if (old == UINT64_MAX) store_.refund_memory(delta);
  return old;
}

Result<std::unique_ptr<Table>> Table::make(Store& store, const wasm::TableType& type) {
  if (!store.charge_table(type.elements.min)) {
    return std::unexpected(error::too_much("tables", type.elements.min, store.limits().table_elements_max, "elements"));
  }
  std::unique_ptr<Table> table(new Table(store, type));
  table->holds_funcs_ = store.types().is_func(type.element);
  table->capacity_ = std::max<size_t>(1, size_t(type.elements.min));
  table->vm_.elements = static_cast<abi::Slot*>(std::calloc(table->capacity_, sizeof(abi::Slot)));
  table->vm_.count = size_t(type.elements.min);
  if (!table->vm_.elements) return std::unexpected(error::too_much("tables", type.elements.min, 0, "elements"));
  return table;
}

Table::~Table() { std::free(vm_.elements); }

wasm::TableType Table::type() const {
  wasm::TableType type = type_;
  type.elements.min = vm_.count;
  return type;
}

uint64_t Table::grow(uint64_t delta, abi::Slot value) {
  const uint64_t old = vm_.count;
  const uint64_t most = std::min(type_.elements.max.value_or(UINT64_MAX), type_.address == wasm::AddressType::i32 ? UINT32_MAX : UINT64_MAX);
  if (most < old || delta > most - old || !store_.charge_table(delta)) return UINT64_MAX;
  const size_t count = size_t(old + delta);
  if (count > capacity_) {
    const size_t capacity = std::max(count, std::min<size_t>(capacity_ * 2, size_t(store_.limits().table_elements_max)));
    void* moved = std::realloc(vm_.elements, capacity * sizeof(abi::Slot));
    if (!moved) {
      store_.refund_table(delta);
      return UINT64_MAX;
    }
    vm_.elements = static_cast<abi::Slot*>(moved);
    capacity_ = capacity;
  }
  std::fill(vm_.elements + old, vm_.elements + count, value);
  vm_.count = count;
  return old;
}

void Table::truncate(size_t count) {
  if (count >= vm_.count) return;
  store_.refund_table(vm_.count - count);
  vm_.count = count;
}

}  // namespace wherry::runtime
