// Calls from the host into guests.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "abi/vm.h"
#include "base/sys/map.h"
#include "runtime/backtrace.h"
#include "runtime/store.h"
#include "runtime/ticker.h"
#include "runtime/value.h"

namespace wherry::runtime {

// Why a call didn't return.
struct CallFailure {
  abi::Trap trap = abi::Trap::none;
  Backtrace trace;
  std::optional<Error> error;      // Trap::host_error
  int32_t exit_code = 0;           // Trap::exit
  std::optional<Value> exception;  // Trap::exception: a reference to it
};
// What a person reads: the trap, then the backtrace, a frame a line.
std::string to_text(const CallFailure& failure);

using CallResult = std::expected<std::vector<Value>, CallFailure>;

// Calls `func`, which must belong to `store` (or to the host). The parameters' number and types are checked: a mismatch is
// a host_error. On a new value stack, or, from within a host function, on the one of its caller.
CallResult call(Store& store, const abi::Func& func, std::span<const Value> params);
CallResult call(abi::Thread& thread, const abi::Func& func, std::span<const Value> params);

// The quick way: parameters and results in slots (room for the larger of both), types unchecked.
std::expected<void, CallFailure> call_slots(Store& store, const abi::Func& func, abi::Slot* values);
// From within a host function: the Trap that ends the call, with what belongs to it in the thread, ready to be returned on.
abi::Trap call_slots(abi::Thread& thread, const abi::Func& func, abi::Slot* values);

// A thread of `store` on this native stack, for whoever wants to run several calls on it (or builtins without any).
class Entered {
 public:
  explicit Entered(Store& store);
  ~Entered();
  Entered(const Entered&) = delete;
  abi::Thread& thread() { return thread_; }
  bool failed() const { return !stack_; }  // no value stack could be had

 private:
  Store& store_;
  sys::Map stack_;
  abi::Thread thread_{};
  Store::Running running_{};
  Ticker::Watch watch_;
};
// Takes what the thread holds about `trap`.
CallFailure take_failure(abi::Thread& thread, abi::Trap trap);

}  // namespace wherry::runtime
