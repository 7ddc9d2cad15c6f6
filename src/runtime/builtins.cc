#include "runtime/builtins.h"

#include "runtime/builtin_functions.h"

namespace wherry::runtime {

const abi::Builtins& builtins() {
  static constexpr abi::Builtins table = {
#define BUILTIN(name, result, parameters) .name = builtin::name,
#include "abi/builtin.def"
  };
  return table;
}

namespace builtin {

const Func* func_ref(Thread&, Vm& vm, uint32_t function) { return Instance::of(vm).func(function); }

// The host's wish is met once; a deadline stays until the host sets another.
Trap poll(Thread& thread) {
  Store& store = Store::of(thread);
  const uint32_t asked = thread.store->interrupt.exchange(0, std::memory_order_relaxed);
  if (asked & Store::interrupt_host) return Trap::interrupted;
  if (asked & Store::interrupt_deadline) return store.is_overdue() ? Trap::deadline : Trap::none;
  return Trap::none;
}

Trap out_of_fuel(Thread&) { return Trap::out_of_fuel; }

}  // namespace builtin
}  // namespace wherry::runtime
