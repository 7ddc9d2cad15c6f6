// A wasm value in the host's hands. References to objects of the garbage-collected heap are rooted while a Value holds them.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "abi/vm.h"
#include "wasm/types.h"

namespace wherry::runtime {

// The references that a store's host holds. Emptied when the store is reset or ends: its Roots are null from then on.
class RootTable {
 public:
  uint32_t add(abi::GcRef ref);
  void remove(uint32_t index);
  abi::GcRef operator[](uint32_t index) const { return index < refs_.size() ? refs_[index] : 0; }
  void clear() { refs_.clear(), free_.clear(), ++generation_; }
  uint32_t generation() const { return generation_; }
  const std::vector<abi::GcRef>& refs() const { return refs_; }

 private:
  std::vector<abi::GcRef> refs_;
  std::vector<uint32_t> free_;
  uint32_t generation_ = 0;
};

// A GcRef that the collector sees. Not thread-safe: used by the thread that runs the store.
class Root {
 public:
  Root() = default;
  Root(std::shared_ptr<RootTable> table, abi::GcRef ref);
  Root(const Root& other) : Root(other.table_, other.get()) {}
  Root(Root&& other) noexcept { swap(other); }
  Root& operator=(Root other) noexcept { return swap(other), *this; }
  ~Root();

  abi::GcRef get() const;
  const std::shared_ptr<RootTable>& table() const { return table_; }

 private:
  void swap(Root& other) noexcept {
    std::swap(table_, other.table_), std::swap(index_, other.index_), std::swap(generation_, other.generation_);
    std::swap(plain_, other.plain_);
  }
  std::shared_ptr<RootTable> table_;  // null: `plain_`, which is null or an i31, needs no root
  uint32_t index_ = 0, generation_ = 0;
  abi::GcRef plain_ = 0;
};

class Value {
 public:
  // `func` is a reference to a function, `ref` any other reference.
  enum class Kind : uint8_t { i32, i64, f32, f64, v128, func, ref };

  Value() : Value(int32_t(0)) {}
  Value(int32_t value) : kind_(Kind::i32) { set(value); }
  Value(int64_t value) : kind_(Kind::i64) { set(value); }
  Value(float value) : kind_(Kind::f32) { set(value); }
  Value(double value) : kind_(Kind::f64) { set(value); }
  Value(std::array<uint8_t, 16> value) : kind_(Kind::v128) { set(value); }
  Value(const abi::Func* value) : kind_(Kind::func) { set(value); }
  Value(Root value) : kind_(Kind::ref), root_(std::move(value)) {}
  static Value null_ref() { return Value(Root()); }
  static Value null_func() { return Value(static_cast<const abi::Func*>(nullptr)); }
  static Value i31(int32_t value) { return Value(Root(nullptr, abi::i31_ref(value))); }

  Kind kind() const { return kind_; }
  int32_t i32() const { return get<int32_t>(); }
  uint32_t u32() const { return get<uint32_t>(); }
  int64_t i64() const { return get<int64_t>(); }
  uint64_t u64() const { return get<uint64_t>(); }
  float f32() const { return get<float>(); }
  double f64() const { return get<double>(); }
  uint32_t f32_bits() const { return get<uint32_t>(); }
  uint64_t f64_bits() const { return get<uint64_t>(); }
  std::array<uint8_t, 16> v128() const { return bytes_; }
  const abi::Func* func() const { return get<const abi::Func*>(); }
  abi::GcRef ref() const { return root_.get(); }
  bool is_null() const { return kind_ == Kind::func ? !func() : kind_ == Kind::ref && !ref(); }

  // How it stands in slots (v128: two).
  uint32_t slots() const { return kind_ == Kind::v128 ? 2 : 1; }
  void store(abi::Slot* slots) const;
  static Value load(const abi::Slot* slots, wasm::ValType type, bool is_func, const std::shared_ptr<RootTable>& roots);

 private:
  template <typename T>
  T get() const {
    T value;
    std::memcpy(&value, bytes_.data(), sizeof value);
    return value;
  }
  template <typename T>
  void set(const T& value) { std::memcpy(bytes_.data(), &value, sizeof value); }

  Kind kind_;
  alignas(8) std::array<uint8_t, 16> bytes_{};
  Root root_;
};

}  // namespace wherry::runtime
