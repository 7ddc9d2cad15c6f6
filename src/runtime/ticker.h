// The one thread that watches deadlines. It sleeps until the next one could be due and then raises the interrupt flag of
// each store that is overdue; guests that run in time cost nothing.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <pthread.h>

#include "base/sys/clock.h"

namespace wherry::runtime {

class Store;

class Ticker {
 public:
  struct Watch {
    Store* store = nullptr;
    sys::Instant wall = sys::Instant::never();
    int64_t cpu_ns = INT64_MAX;  // as a point of the running thread's own clock
    clockid_t cpu_clock = 0;
    size_t position = 0;  // the ticker's
  };

  ~Ticker();
  // The watch must stay where it is until it is removed. Called by the thread that will run the guest.
  // `cpu_ns` counts from now when it is added.
  void add(Watch& watch);
  void remove(Watch& watch);

 private:
  void run();
  // Raises what is overdue; says when to look again.
  sys::Instant look(sys::Instant now);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Watch*> watches_;
  sys::Instant next_look_ = sys::Instant::never();
  bool ending_ = false;
  std::thread thread_;  // started with the first watch
};

}  // namespace wherry::runtime
