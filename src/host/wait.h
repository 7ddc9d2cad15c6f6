// How host functions wait: in plain blocking style. What waits is a thread here, and a fiber where an event loop runs the guest.
#pragma once

#include <functional>
#include <span>

#include "base/sys/wait.h"

namespace wherry::host {

using sys::FdInterest;

class Waiter {
 public:
  virtual ~Waiter() = default;
  // Until one of the interests is ready, the deadline passes, or for no reason at all. True when one is ready.
  virtual bool wait(std::span<FdInterest> interests, sys::Instant deadline) = 0;
};

class ThreadWaiter final : public Waiter {
 public:
  bool wait(std::span<FdInterest> interests, sys::Instant deadline) override { return sys::wait_any(interests, deadline); }
};

}  // namespace wherry::host
