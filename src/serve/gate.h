// Lets a bounded number of fibers of one loop in at a time. Those that come later wait in a queue, in order, for a
// bounded time; when the queue is full too, they are turned away at once.
#pragma once

#include <atomic>
#include <cstddef>

#include "net/loop.h"

namespace wherry::serve {

class Gate {
 public:
  Gate(size_t inside_max, size_t waiting_max) : inside_max_(inside_max), waiting_max_(waiting_max) {}

  // True: the caller is in, and calls leave() later.
  bool enter(net::EventLoop& loop, sys::Instant deadline);
  void leave(net::EventLoop& loop);

  // From any thread; what they say may be a moment old.
  size_t inside() const { return inside_.load(std::memory_order_relaxed); }
  size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  struct Waiter {
    net::Task& task;
    Waiter* previous;
    Waiter* next = nullptr;
    bool let_in = false;
  };
  void unlink(Waiter& waiter);
  static void add(std::atomic<size_t>& count, size_t delta) {
    count.store(count.load(std::memory_order_relaxed) + delta, std::memory_order_relaxed);
  }

  const size_t inside_max_;
  const size_t waiting_max_;
  std::atomic<size_t> inside_ = 0;  // written by the loop's thread only
  std::atomic<size_t> waiting_ = 0;
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

}  // namespace wherry::serve
