#include "net/timers.h"

namespace wherry::net {

void Timers::put(size_t place, Timer* timer) {
  heap_[place] = timer;
  timer->place_ = place;
}

void Timers::up(size_t place) {
  Timer* timer = heap_[place];
  while (place > 0) {
    const size_t parent = (place - 1) / 2;
    if (heap_[parent]->deadline_ <= timer->deadline_) break;
    put(place, heap_[parent]);
    place = parent;
  }
  put(place, timer);
}

void Timers::down(size_t place) {
  Timer* timer = heap_[place];
  for (;;) {
    size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->deadline_ < heap_[child]->deadline_) ++child;
    if (timer->deadline_ <= heap_[child]->deadline_) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, timer);
}

void Timers::add(Timer& timer, sys::Instant deadline) {
  remove(timer);
  timer.deadline_ = deadline;
  if (deadline.is_never()) return;
  heap_.push_back(&timer);
  up(heap_.size() - 1);
}

void Timers::remove(Timer& timer) {
  if (!timer.set()) return;
  const size_t place = timer.place_;
  timer.place_ = Timer::nowhere;
  Timer* last = heap_.back();
  heap_.pop_back();
  if (last == &timer) return;
  put(place, last);
  up(place);
  down(last->place_);
}

void Timers::fire(sys::Instant now) {
  while (!heap_.empty() && heap_[0]->deadline_ <= now) {
    Timer& due = *heap_[0];
    remove(due);
    due.fire_(due);
  }
}

}  // namespace wherry::net
