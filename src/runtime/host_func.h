// Functions of the host that guests may call.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "abi/vm.h"
#include "runtime/store.h"
#include "runtime/type_registry.h"

namespace wherry::runtime {

class Instance;

// What a host function sees of the call: valid while the call lasts.
class Caller {
 public:
  Caller(abi::Thread& thread) : thread_(thread) {}

  abi::Thread& thread() const { return thread_; }
  Store& store() const { return Store::of(thread_); }
  Instance* instance() const;  // that calls; null: the host itself
  template <typename T>
  T& data() const { return *static_cast<T*>(store().data); }

  // The calling instance's exported memory; null if it has none of that name.
  Memory* memory(std::string_view name = "memory") const;

  // Ways to end the call other than returning: `return caller.fail(...)`.
  abi::Trap fail(Error error) const;
  abi::Trap exit(int32_t code) const;

 private:
  abi::Thread& thread_;
};

// Reads the parameters from `values` and leaves the results there, from the start (abi::Entry). It may call back into
// guests. What it does must not depend on when the collector runs: references that it keeps are rooted (Store::value).
using HostBody = std::function<abi::Trap(Caller&, abi::Slot* values)>;
using HostValuesBody = std::function<abi::Trap(Caller&, std::span<const Value> params, std::span<Value> results)>;

class HostFunc {
 public:
  static Result<std::shared_ptr<const HostFunc>> make(TypeRegistry& types, const FuncType& type, HostBody body, std::string name = {});

  const abi::Func& func() const { return func_; }
  const std::string& name() const { return name_; }  // for backtraces
  static const HostFunc* of(const abi::Func& func);  // null: not a host function

 private:
  HostFunc() = default;
  static abi::Trap enter(abi::Thread& thread, const abi::Func& callee, abi::Slot* values);
  abi::Func func_{};
  std::shared_ptr<const TypeGroup> group_;
  HostBody body_;
  std::string name_;
};

Result<std::shared_ptr<const HostFunc>> make_host_func(TypeRegistry& types, const FuncType& type, HostBody body, std::string name = {});
// The same with Values instead of slots: slower, for embedders. `results` come as zero or null of their types.
Result<std::shared_ptr<const HostFunc>> make_host_values_func(TypeRegistry& types, const FuncType& type, HostValuesBody body, std::string name = {});

}  // namespace wherry::runtime
