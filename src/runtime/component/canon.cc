#include "runtime/component/canon.h"

#include <fmt/format.h>

#include "runtime/component/bind.h"

namespace wherry::runtime::component {
namespace {

namespace wc = wherry::component;
using Op = wc::def::CanonOp;

Instance::Canon& canon_of(const abi::Func& callee) {
  return *const_cast<Instance::Canon*>(static_cast<const Instance::Canon*>(callee.body));
}

abi::Trap fail(abi::Thread& thread, std::string what) { return bind::end_call(thread, Error{ErrorKind::invalid, std::move(what), ""}); }

// Host functions run on the guest's stack; below the limit lies what they need.
bool stack_is_low(const abi::Thread& thread) { return static_cast<const uint8_t*>(__builtin_frame_address(0)) < thread.native_limit; }

// Null when the component may leave.
const char* why_not_leave(const Instance::Canon& canon) {
  return canon.instance->state(canon.env.component).may_leave ? nullptr : "cannot leave component instance";
}

abi::Trap lower_to_host(abi::Thread& thread, const abi::Func& callee, abi::Slot* values) {
  const Instance::Canon& canon = canon_of(callee);
  if (const char* why = why_not_leave(canon)) return fail(thread, why);
  if (stack_is_low(thread)) return abi::Trap::stack_overflow;
  HostCall call{thread, canon.env, canon.instance->host()};
  return canon.host->call(call, values);
}

// From one component into another: out of the one's memory and handles, into the other's.
abi::Trap lower_to_guest(abi::Thread& thread, const abi::Func& callee, abi::Slot* values) {
  const Instance::Canon& canon = canon_of(callee);
  if (const char* why = why_not_leave(canon)) return fail(thread, why);
  if (stack_is_low(thread)) return abi::Trap::stack_overflow;
  const Plan& plan = canon.instance->linked().plan();
  const wc::FuncType& type = plan.types.func(canon.plan->type);
  Lift from(thread, canon.env);
  const uint32_t result_pointer = type.result_in_memory ? values[type.params_in_memory ? 1 : type.flat_params.size()].u32 : 0;
  const std::vector<Value> args = lift_params(from, plan.types, type, values);
  if (from.failed()) return from.trap();
  Value result;
  if (const abi::Trap trap = canon.instance->call_lift(thread, canon.plan->callee.index, args, result); trap != abi::Trap::none) return trap;
  if (type.result == wc::no_type) return abi::Trap::none;
  Lower to(thread, canon.env);
  if (!type.result_in_memory) {
    lower_flat(to, plan.types, type.result, result, values);
  } else {
    const wc::Type& of = plan.types[type.result];
    if (to.at(result_pointer, of.size, of.align)) store(to, plan.types, type.result, result, result_pointer);
  }
  return to.trap();
}

abi::Trap resource_new(abi::Thread& thread, const abi::Func& callee, abi::Slot* values) {
  const Instance::Canon& canon = canon_of(callee);
  if (const char* why = why_not_leave(canon)) return fail(thread, why);
  Lower to(thread, canon.env);
  values[0].u64 = to.own(values[0].u32, canon.kind);
  return to.trap();
}

abi::Trap resource_rep(abi::Thread& thread, const abi::Func& callee, abi::Slot* values) {
  const Instance::Canon& canon = canon_of(callee);
  const Handle* const handle = canon.instance->state(canon.env.component).handles.find(values[0].u32);
  if (!handle) return fail(thread, fmt::format("unknown handle index {}", values[0].u32));
  if (handle->kind != canon.kind) return fail(thread, fmt::format("handle index {} used with the wrong type", values[0].u32));
  values[0].u64 = uint32_t(handle->rep);
  return abi::Trap::none;
}

abi::Trap resource_drop(abi::Thread& thread, const abi::Func& callee, abi::Slot* values) {
  const Instance::Canon& canon = canon_of(callee);
  if (const char* why = why_not_leave(canon)) return fail(thread, why);
  if (stack_is_low(thread)) return abi::Trap::stack_overflow;
  HandleTable& handles = canon.instance->state(canon.env.component).handles;
  const uint32_t index = values[0].u32;
  const Handle* const found = handles.find(index);
  if (!found) return fail(thread, fmt::format("unknown handle index {}", index));
  if (found->kind != canon.kind) return fail(thread, fmt::format("handle index {} used with the wrong type", index));
  if (found->lends > 0) return fail(thread, fmt::format("cannot remove owned resource while borrowed (handle {})", index));
  const Handle handle = *found;
  handles.remove(index);
  if (!handle.is_own) {
    if (handle.task) --handle.task->borrows;
    return abi::Trap::none;
  }
  // A destructor of another component is a call into it (CanonicalABI.md, canon resource.drop).
  if (handle.kind->destroy || handle.kind->component == canon.env.component) return canon.instance->drop(thread, handle.kind, handle.rep);
  ComponentState& owner = canon.instance->state(handle.kind->component);
  if (owner.entered) return fail(thread, "cannot enter component instance: it is already running");
  owner.entered = true;
  const abi::Trap trap = canon.instance->drop(thread, handle.kind, handle.rep);
  owner.entered = false;
  return trap;
}

abi::Trap context_get(abi::Thread&, const abi::Func& callee, abi::Slot* values) {
  const Instance::Canon& canon = canon_of(callee);
  values[0].u64 = canon.instance->state(canon.env.component).context[canon.plan->value];
  return abi::Trap::none;
}

abi::Trap context_set(abi::Thread&, const abi::Func& callee, abi::Slot* values) {
  const Instance::Canon& canon = canon_of(callee);
  canon.instance->state(canon.env.component).context[canon.plan->value] = values[0].u64;
  return abi::Trap::none;
}

constexpr std::string_view op_texts[] = {
#define CANON(code, name, text, immediates, signature) text,
#include "component/canon.def"
#undef CANON
};

abi::Trap not_yet(abi::Thread& thread, const abi::Func& callee, abi::Slot*) {
  return bind::end_call(thread, Error{ErrorKind::unsupported, fmt::format("the guest called {}: async components can't run yet", op_texts[size_t(canon_of(callee).plan->op)]), ""});
}

}  // namespace

namespace bind {

abi::Trap end_call(abi::Thread& thread, Error error) {
  thread.error = std::make_unique<Error>(std::move(error));
  return abi::Trap::host_error;
}

abi::Trap end_call(abi::Thread& thread, const Ending& ending) {
  thread.exit_code = ending.exit_code;
  return ending.trap;
}

}  // namespace bind

abi::Entry entry_of(const Instance::Canon& canon) {
  switch (canon.plan->op) {
    case Op::lower:
      if (canon.plan->options.is_async) return &not_yet;
      return canon.host ? &lower_to_host : &lower_to_guest;
    case Op::resource_new: return &resource_new;
    case Op::resource_rep: return &resource_rep;
    case Op::resource_drop: return &resource_drop;
    case Op::context_get: return &context_get;
    case Op::context_set: return &context_set;
    default: return &not_yet;
  }
}

}  // namespace wherry::runtime::component
