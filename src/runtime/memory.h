// Linear memories, tables, globals and tags: what instances are made of and share. All belong to a Store.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "abi/vm.h"
#include "base/result.h"
#include "base/sys/clock.h"
#include "base/sys/map.h"
#include "runtime/type_registry.h"
#include "wasm/types.h"

namespace wherry::runtime {

class Store;
class WaitQueues;

// A memory's bytes. The base never moves: address space is reserved up to what the type and the limit allow.
// A shared memory may be used by several stores at once and grows atomically.
class MemoryBody {
 public:
  // `bytes_max` bounds growth beyond what the type says.
  static Result<std::shared_ptr<MemoryBody>> make(const wasm::MemoryType& type, uint64_t bytes_max);
  // Within address space that someone else keeps and accounts for: `capacity` accessible bytes at `base`, zero.
  static std::shared_ptr<MemoryBody> in(const wasm::MemoryType& type, uint8_t* base, size_t capacity);
  ~MemoryBody();

  abi::MemoryVm vm;
  const wasm::MemoryType type;

  size_t bytes() const { return vm.bytes.load(std::memory_order_acquire); }
  size_t capacity() const { return capacity_; }
  uint64_t pages() const { return bytes() >> type.page_bytes_log2; }
  // Old size in pages, or UINT64_MAX when refused.
  uint64_t grow(uint64_t delta_pages);
  // Back to `bytes` (what is above is not cleared): for whoever resets an instance.
  void shrink(size_t bytes) { vm.bytes.store(bytes, std::memory_order_release); }
  WaitQueues& queues() { return *queues_; }  // of a shared memory

 private:
  explicit MemoryBody(const wasm::MemoryType& type);
  sys::Map map_;
  size_t capacity_ = 0;
  size_t accessible_ = 0;
  std::mutex grow_mutex_;
  std::unique_ptr<WaitQueues> queues_;
};

class Memory {
 public:
  Memory(Store& store, std::shared_ptr<MemoryBody> body) : store_(store), body_(std::move(body)) {}

  abi::MemoryVm* vm() const { return &body_->vm; }
  // Its type with the current size as the minimum, as import matching wants it (core specification 4.2.8).
  wasm::MemoryType type() const;
  size_t bytes() const { return body_->bytes(); }
  uint8_t* base() const { return body_->vm.base; }
  uint64_t pages() const { return body_->pages(); }
  uint64_t grow(uint64_t delta_pages);  // within the store's limit; UINT64_MAX: refused
  const std::shared_ptr<MemoryBody>& body() const { return body_; }

  // [address, address + count), or nothing when it isn't all inside. Valid until guest code runs.
  std::optional<std::span<uint8_t>> span(uint64_t address, uint64_t count) const {
    const size_t size = bytes();
    if (count > size || address > size - count) return std::nullopt;
    return std::span(base() + address, size_t(count));
  }

 private:
  Store& store_;
  std::shared_ptr<MemoryBody> body_;
};

class Table {
 public:
  // Element type in engine terms. All elements are null.
  static Result<std::unique_ptr<Table>> make(Store& store, const wasm::TableType& type);
  ~Table();

  abi::TableVm* vm() { return &vm_; }
  const abi::TableVm& vm() const { return vm_; }
  wasm::TableType type() const;
  bool holds_funcs() const { return holds_funcs_; }
  size_t count() const { return vm_.count; }
  uint64_t grow(uint64_t delta, abi::Slot value);  // old count; UINT64_MAX: refused
  void truncate(size_t count);

 private:
  Table(Store& store, const wasm::TableType& type) : store_(store), type_(type) {}
  Store& store_;
  wasm::TableType type_;
  abi::TableVm vm_{};
  size_t capacity_ = 0;
  bool holds_funcs_ = false;
};

class Global {
 public:
  Global(wasm::GlobalType type) : type_(type) {}
  // Its value lies in someone else's keeping (an instance's globals lie together).
  Global(wasm::GlobalType type, abi::Slot* slots) : type_(type), slots_(slots) {}
  Global(const Global&) = delete;

  wasm::GlobalType type() const { return type_; }  // in engine terms
  abi::Slot* slots() { return slots_; }

 private:
  wasm::GlobalType type_;
  abi::Slot own_[2] = {};
  abi::Slot* slots_ = own_;
};

struct Tag {
  abi::Tag vm;
  std::shared_ptr<const TypeGroup> group;  // keeps the type
};

}  // namespace wherry::runtime
