// Values of constant expressions (core specification 4.5.1 and 3.4.15).
#pragma once

#include "abi/vm.h"
#include "wasm/module.h"

namespace wherry::runtime {

class Instance;

// `expression` was validated. The value goes to `result` (room for two slots); fails only with out_of_memory or
// stack_overflow. Intermediate values lie on the thread's value stack, where the collector sees them.
abi::Trap evaluate(abi::Thread& thread, Instance& instance, const wasm::ConstExpr& expression, abi::Slot* result);

}  // namespace wherry::runtime
