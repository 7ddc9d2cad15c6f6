#include "runtime/call.h"

#include <array>
#include <new>

#include <fmt/format.h>

#include "base/sys/fiber.h"
#include "runtime/errors.h"
#include "runtime/stacks.h"

namespace wherry::runtime {
namespace {

// What host functions and builtins may use below the point where tiers stop recursing.
constexpr size_t native_reserve_bytes = 96 * 1024;

CallFailure failure_of(Error error) {
  CallFailure failure;
  failure.trap = abi::Trap::host_error;
  failure.error = std::move(error);
  return failure;
}

bool is_of(const TypeRegistry& types, const Value& value, wasm::ValType type) {
  switch (type.kind()) {
    case wasm::Kind::i32: return value.kind() == Value::Kind::i32;
    case wasm::Kind::i64: return value.kind() == Value::Kind::i64;
    case wasm::Kind::f32: return value.kind() == Value::Kind::f32;
    case wasm::Kind::f64: return value.kind() == Value::Kind::f64;
    case wasm::Kind::v128: return value.kind() == Value::Kind::v128;
    default: break;
  }
  if (value.is_null()) return type.nullable() && (value.kind() == Value::Kind::func) == types.is_func(type);
  if (types.is_func(type)) {
    if (value.kind() != Value::Kind::func) return false;
    return types.matches(wasm::HeapType{int32_t(value.func()->type)}, type.heap());
  }
  return value.kind() == Value::Kind::ref;
}

}  // namespace

Entered::Entered(Store& store) : store_(store) {
  auto stack = store.shared().stacks->take();
  if (!stack) return;
  stack_ = std::move(*stack);
  thread_.store = &store.vm();
  thread_.stack_begin = thread_.stack_top = reinterpret_cast<abi::Slot*>(stack_.base());
  thread_.stack_end = thread_.stack_begin + stack_.bytes() / sizeof(abi::Slot);
  thread_.native_limit = reinterpret_cast<const uint8_t*>(sys::stack_limit() + native_reserve_bytes);
  thread_.depth_max = store.limits().call_depth_max;
  running_ = {&thread_, store.running, INT64_MAX};
  store.running = &running_;
  const Deadline& deadline = store.deadline();
  if (!deadline.wall.is_never() || deadline.cpu_ns != INT64_MAX) {
    watch_ = {&store, deadline.wall, deadline.cpu_ns, 0, 0};
    store.shared().ticker->add(watch_);
    running_.cpu_until_ns = watch_.cpu_ns;
  }
}

Entered::~Entered() {
  if (!stack_) return;
  if (watch_.store) store_.shared().ticker->remove(watch_);
  store_.running = running_.outer;
  store_.shared().stacks->give(std::move(stack_));
}

abi::Trap call_slots(abi::Thread& thread, const abi::Func& func, abi::Slot* values) {
  if (thread.depth >= thread.depth_max || static_cast<const uint8_t*>(__builtin_frame_address(0)) < thread.native_limit) return abi::Trap::stack_overflow;
  abi::Vm* const caller = thread.caller;
  abi::Slot* const top = thread.stack_top;
  ++thread.depth;
  thread.caller = nullptr;
  const abi::Trap trap = func.entry(thread, func, values);
  --thread.depth;
  thread.caller = caller;
  thread.stack_top = top;
  return trap;
}

CallFailure take_failure(abi::Thread& thread, abi::Trap trap) {
  CallFailure failure;
  failure.trap = trap;
  failure.trace = Backtrace(thread.trace);
  thread.trace.clear();
  if (trap == abi::Trap::exit) failure.exit_code = thread.exit_code;
  if (thread.error) failure.error = std::move(*thread.error);
  thread.error.reset();
  if (trap == abi::Trap::exception) failure.exception = Store::of(thread).value(thread.exception);
  thread.exception = 0;
  return failure;
}

CallResult call(abi::Thread& thread, const abi::Func& func, std::span<const Value> params) {
  Store& store = Store::of(thread);
  const TypeRegistry& types = store.types();
  const wasm::SubType& type = types.declared(func.type);
  if (params.size() != type.params.size()) return std::unexpected(failure_of(error::wrong_params(types.to_text(types.func_type(func.type)), params.size())));
  const abi::TypeInfo& info = types.info(func.type);
  std::array<abi::Slot, 16> few;
  std::vector<abi::Slot> many;
  const size_t slots = std::max(info.param_slots, info.result_slots);
  if (slots > few.size()) many.resize(slots);
  abi::Slot* const values = slots > few.size() ? many.data() : few.data();
  abi::Slot* next = values;
  for (size_t i = 0; i < params.size(); ++i) {
    if (!is_of(types, params[i], type.params[i])) return std::unexpected(failure_of(error::wrong_param(i + 1, types.to_text(type.params[i]))));
    params[i].store(next);
    next += params[i].slots();
  }
  const abi::Trap trap = call_slots(thread, func, values);
  if (trap != abi::Trap::none) return std::unexpected(take_failure(thread, trap));
  std::vector<Value> results;
  results.reserve(type.results.size());
  next = values;
  for (const wasm::ValType result : type.results) {
    results.push_back(Value::load(next, result, types.is_func(result), result.is_ref() ? store.roots() : nullptr));
    next += slots_of(result);
  }
  return results;
}

CallResult call(Store& store, const abi::Func& func, std::span<const Value> params) {
  if (store.running) return call(*store.running->thread, func, params);
  Entered entered(store);
  if (entered.failed()) return std::unexpected(failure_of(error::no_value_stack()));
  return call(entered.thread(), func, params);
}

std::expected<void, CallFailure> call_slots(Store& store, const abi::Func& func, abi::Slot* values) {
  const auto run = [&](abi::Thread& thread) -> std::expected<void, CallFailure> {
    const abi::Trap trap = call_slots(thread, func, values);
    if (trap != abi::Trap::none) return std::unexpected(take_failure(thread, trap));
    return {};
  };
  if (store.running) return run(*store.running->thread);
  Entered entered(store);
  if (entered.failed()) return std::unexpected(failure_of(error::no_value_stack()));
  return run(entered.thread());
}

std::string to_text(const CallFailure& failure) {
  std::string text(abi::trap_text(failure.trap));
  if (failure.error) {
    text += ": " + failure.error->what;
    if (!failure.error->where.empty()) text += " (" + failure.error->where + ")";
  }
  if (failure.trap == abi::Trap::exit) text += fmt::format(" with code {}", failure.exit_code);
  if (!failure.trace.frames().empty()) text += '\n' + failure.trace.to_text();
  return text;
}

}  // namespace wherry::runtime
