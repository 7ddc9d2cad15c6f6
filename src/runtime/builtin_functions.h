// The functions of abi/builtin.def, declared; each is defined in the builtin_*.cc that it belongs to.
#pragma once

#include "abi/builtins.h"
#include "runtime/instance.h"

namespace wherry::runtime::builtin {

using abi::Func, abi::GcRef, abi::MemoryVm, abi::Slot, abi::TableVm, abi::Tag, abi::Thread, abi::Trap, abi::TypeInfo, abi::Vm;
using abi::exception_values_offset;

#define BUILTIN(name, result, parameters) result name parameters;
#include "abi/builtin.def"

// [from, from + count) within `size`, without overflow.
inline bool within(uint64_t from, uint64_t count, uint64_t size) { return from <= size && count <= size - from; }

// After a part of a long operation: whether to go on.
inline Trap asked_to_stop(Thread& thread) {
  return thread.store->interrupt.load(std::memory_order_relaxed) == 0 ? Trap::none : poll(thread);
}

}  // namespace wherry::runtime::builtin
