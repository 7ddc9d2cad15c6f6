// A guest's memory, as far as a call may touch it: every access is checked, in 64 bits, and outside is Errno::fault.
#pragma once

#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "runtime/memory.h"
#include "wasi/p1/layout.h"

namespace wherry::wasi::p1 {

static_assert(std::endian::native == std::endian::little, "wasm's memory is little-endian");

class GuestMemory {
 public:
  // Null: every access is outside.
  explicit GuestMemory(runtime::Memory* memory) : memory_(memory) {}

  Io<std::span<std::byte>> span(uint64_t address, uint64_t count) const {
    if (!memory_) return sys::failed(Errno::fault);
    const auto bytes = memory_->span(address, count);
    if (!bytes) return sys::failed(Errno::fault);
    return std::as_writable_bytes(*bytes);
  }

  template <typename T>
  Io<T> load(uint64_t address) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = TRY(span(address, sizeof(T)));
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  template <typename T>
  Io<void> store(uint64_t address, T value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto bytes = TRY(span(address, sizeof(T)));
    std::memcpy(bytes.data(), &value, sizeof value);
    return {};
  }

  Io<void> store_bytes(uint64_t address, std::span<const std::byte> from) const {
    const auto bytes = TRY(span(address, from.size()));
    if (!from.empty()) std::memcpy(bytes.data(), from.data(), from.size());
    return {};
  }

 private:
  runtime::Memory* memory_;
};

// Fills a record that is then stored in one go; padding is zero.
template <size_t size>
class Record {
 public:
  template <typename T>
  Record& put(size_t offset, T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::memcpy(bytes_ + offset, &value, sizeof value);
    return *this;
  }
  std::span<const std::byte> bytes(size_t count = size) const { return {bytes_, count}; }

 private:
  std::byte bytes_[size] = {};
};

}  // namespace wherry::wasi::p1
