// Switching stacks, nothing more. Two implementations of one table: Boost.Context's, and a few lines of our own for
// processors that Debian builds no Boost for. A Fiber is built on this; nobody else needs it.
#pragma once

#include <cstddef>

namespace wherry::sys {

// What the other side sees when control arrives: where it came from, and the pointer that came along.
struct Transfer {
  void* from;
  void* data;
};

struct ContextSwitch {
  // A context that calls `entry` on the stack that ends at `top`; `entry` must never return.
  void* (*make)(void* top, size_t bytes, void (*entry)(Transfer));
  // Leaves this context for `to`; returns when somebody jumps back to the `from` that the other side was given.
  Transfer (*jump)(void* to, void* data);
};

extern const ContextSwitch default_switch;  // Boost's where the build has it, else our own
extern const ContextSwitch* const own_switch;  // null where we have none (it exists for riscv64 and x86-64)

}  // namespace wherry::sys
