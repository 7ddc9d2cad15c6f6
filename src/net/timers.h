// Deadlines in a heap. A timer lives in its owner; the heap only points to it.
#pragma once

#include <cstddef>
#include <vector>

#include "base/sys/clock.h"

namespace wherry::net {

class Timer {
 public:
  using Fire = void(Timer&);

  explicit Timer(Fire* fire) : fire_(fire) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  bool set() const { return place_ != nowhere; }
  sys::Instant deadline() const { return deadline_; }

 private:
  friend class Timers;
  static constexpr size_t nowhere = SIZE_MAX;
  Fire* const fire_;
  sys::Instant deadline_{};
  size_t place_ = nowhere;  // in the heap
};

class Timers {
 public:
  void add(Timer& timer, sys::Instant deadline);  // a timer that is set is moved; `never` just clears it
  void remove(Timer& timer);                      // nothing happens when it isn't set
  sys::Instant next() const { return heap_.empty() ? sys::Instant::never() : heap_[0]->deadline_; }
  // Calls what is due by `now`, each timer removed before its call, which may add and remove others.
  void fire(sys::Instant now);
  size_t count() const { return heap_.size(); }

 private:
  void put(size_t place, Timer* timer);
  void up(size_t place);
  void down(size_t place);

  std::vector<Timer*> heap_;
};

}  // namespace wherry::net
