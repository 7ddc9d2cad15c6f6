// Threads that wait on addresses of a shared memory (threads proposal, memory.atomic.wait and notify).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/sys/clock.h"

namespace wherry::runtime {

class WaitQueues {
 public:
  enum class Outcome : uint32_t { woken = 0, not_equal = 1, timed_out = 2, interrupted = 3 };

  // Waits at `address` unless `is_equal` says no; both under one lock, so that no notification is lost.
  // `is_interrupted` is asked every few milliseconds.
  Outcome wait(uint64_t address, const std::function<bool()>& is_equal, sys::Instant until, const std::function<bool()>& is_interrupted);
  // Wakes at most `count`, those that wait longest first; says how many.
  uint32_t notify(uint64_t address, uint32_t count);

 private:
  struct Waiter {
    std::condition_variable bell;
    bool woken = false;
  };
  std::mutex mutex_;
  std::unordered_map<uint64_t, std::vector<Waiter*>> waiting_;
};

}  // namespace wherry::runtime
