// Fibers: functions with a stack of their own, switched by hand on one thread, so that code which has to wait can be
// written as if it blocked. A fiber stays on the thread that first resumed it. Exceptions never leave one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/sys/context.h"

namespace wherry::sys {

// The usable part of a stack: `base` is its lowest byte, below it lies a guard that faults.
struct Stack {
  std::byte* base = nullptr;
  size_t bytes = 0;
};

// Stacks of one size. Address space is reserved at once, memory is committed by the kernel as it is touched; a stack
// that comes back is kept for the next fiber (with the pages that were touched), up to `kept_max` of them.
// Used by one thread. All stacks must have come back before the pool ends.
class StackPool {
 public:
  static constexpr size_t default_bytes = 256 * 1024;

  explicit StackPool(size_t stack_bytes = default_bytes, size_t kept_max = 256);
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  Result<Stack> take();
  void give(Stack stack);
  size_t taken() const { return taken_; }

 private:
  const size_t bytes_;
  const size_t kept_max_;
  size_t taken_ = 0;
  std::vector<Stack> kept_;
};

class Fiber {
 public:
  using Body = std::move_only_function<void()>;

  // The pool must outlive the fiber. `how` is for tests of the switches themselves.
  static Result<std::unique_ptr<Fiber>> create(StackPool& stacks, Body body, const ContextSwitch& how = default_switch);
  // A fiber that was started must be done; one that never ran may be dropped.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs the fiber until it suspends or ends. Called from the thread's own stack or from another fiber.
  void resume();
  // Goes back to whoever resumed the running fiber. Not inside a catch block or a destructor.
  static void suspend();

  static Fiber* current();  // null on the thread's own stack
  bool done() const { return done_; }
  Stack stack() const { return stack_; }

 private:
  Fiber(StackPool& stacks, Stack stack, Body body, const ContextSwitch& how);
  static void enter(Transfer arrived) noexcept;
  void leave(bool for_good);

  StackPool& stacks_;
  Stack stack_;
  Body body_;
  const ContextSwitch& how_;
  void* context_ = nullptr;  // where to go on with the fiber
  void* resumer_ = nullptr;  // where to go back to
  Fiber* outer_ = nullptr;   // the fiber that resumed this one
  bool started_ = false;
  bool done_ = false;
  // What the sanitizers are told about the switch; unused without them.
  void* fake_stack_ = nullptr;
  const void* resumer_stack_ = nullptr;
  size_t resumer_stack_bytes_ = 0;
  void* tsan_fiber_ = nullptr;
  void* tsan_resumer_ = nullptr;
};

// The lowest address that the current fiber's or thread's stack may use. Compare it with
// __builtin_frame_address(0) to see how much is left before calling into code that needs room.
uintptr_t stack_limit();
inline size_t stack_left() {
  const uintptr_t here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const uintptr_t limit = stack_limit();
  return here > limit ? here - limit : 0;
}

}  // namespace wherry::sys
