#include "runtime/host_func.h"

#include <utility>

#include "runtime/builtins.h"
#include "runtime/instance.h"

namespace wherry::runtime {

Instance* Caller::instance() const { return thread_.caller ? &Instance::of(*thread_.caller) : nullptr; }

Memory* Caller::memory(std::string_view name) const {
  Instance* instance = this->instance();
  return instance ? instance->find_memory(name) : nullptr;
}

abi::Trap Caller::fail(Error error) const {
  thread_.error = std::make_unique<Error>(std::move(error));
  return abi::Trap::host_error;
}

abi::Trap Caller::exit(int32_t code) const {
  thread_.exit_code = code;
  return abi::Trap::exit;
}

abi::Trap HostFunc::enter(abi::Thread& thread, const abi::Func& callee, abi::Slot* values) {
  // Every way from guest to host makes sure that enough host stack is left.
  if (static_cast<const uint8_t*>(__builtin_frame_address(0)) < thread.native_limit) return abi::Trap::stack_overflow;
  const auto* self = static_cast<const HostFunc*>(callee.body);
  abi::Vm* const caller_vm = thread.caller;
  Caller caller(thread);
  abi::Trap trap = self->body_(caller, values);
  thread.caller = caller_vm;
  // A host function may have taken long: a deadline is met here, not at the guest's next loop.
  if (trap == abi::Trap::none && thread.store->interrupt.load(std::memory_order_relaxed) != 0) trap = thread.store->builtins->poll(thread);
  if (trap != abi::Trap::none && trap != abi::Trap::exit && trap != abi::Trap::exception && thread.trace.empty()) {
    // Frames of the host have no function index: the address of the function itself leads to its name.
    thread.trace.push_back({nullptr, 0, reinterpret_cast<uintptr_t>(self)});
  }
  return trap;
}

const HostFunc* HostFunc::of(const abi::Func& func) { return func.entry == enter ? static_cast<const HostFunc*>(func.body) : nullptr; }

Result<std::shared_ptr<const HostFunc>> HostFunc::make(TypeRegistry& types, const FuncType& type, HostBody body, std::string name) {
  std::shared_ptr<HostFunc> func(new HostFunc);
  func->group_ = TRY(types.add(type, func->func_.type));
  func->func_.entry = enter;
  func->func_.body = func.get();
  func->body_ = std::move(body);
  func->name_ = std::move(name);
  return std::shared_ptr<const HostFunc>(std::move(func));
}

Result<std::shared_ptr<const HostFunc>> make_host_func(TypeRegistry& types, const FuncType& type, HostBody body, std::string name) {
  return HostFunc::make(types, type, std::move(body), std::move(name));
}

namespace {

Value zero_of(const TypeRegistry& types, wasm::ValType type) {
  static constexpr abi::Slot zero[2] = {};
  return Value::load(zero, type, types.is_func(type), nullptr);
}

}  // namespace

Result<std::shared_ptr<const HostFunc>> make_host_values_func(TypeRegistry& types, const FuncType& type, HostValuesBody body, std::string name) {
  auto adapter = [type, body = std::move(body)](Caller& caller, abi::Slot* slots) {
    Store& store = caller.store();
    const TypeRegistry& types = store.types();
    std::vector<Value> params, results;
    const abi::Slot* next = slots;
    for (const wasm::ValType param : type.params) {
      params.push_back(Value::load(next, param, types.is_func(param), store.roots()));
      next += slots_of(param);
    }
    for (const wasm::ValType result : type.results) results.push_back(zero_of(types, result));
    const abi::Trap trap = body(caller, params, results);
    if (trap != abi::Trap::none) return trap;
    for (size_t i = 0; i < results.size(); ++i) {
      if (results[i].kind() != zero_of(types, type.results[i]).kind()) {
        return caller.fail({ErrorKind::invalid, "a host function returned a value of another type than it declared", ""});
      }
      results[i].store(slots);
      slots += results[i].slots();
    }
    return abi::Trap::none;
  };
  return HostFunc::make(types, type, std::move(adapter), std::move(name));
}

}  // namespace wherry::runtime
