#include "serve/gate.h"

namespace wherry::serve {

bool Gate::enter(net::EventLoop& loop, sys::Instant deadline) {
  if (inside() < inside_max_) {
    add(inside_, 1);
    return true;
  }
  if (waiting() >= waiting_max_) return false;
  Waiter self{loop.current(), last_};
  (last_ != nullptr ? last_->next : first_) = &self;
  last_ = &self;
  add(waiting_, 1);
  while (!self.let_in && sys::now() < deadline) loop.park(deadline);
  if (!self.let_in) unlink(self);
  return self.let_in;
}

// Whoever leaves hands its place to the one that waits longest.
void Gate::leave(net::EventLoop& loop) {
  if (first_ == nullptr) {
    add(inside_, size_t(-1));
    return;
  }
  Waiter& next = *first_;
  unlink(next);
  next.let_in = true;
  loop.wake(next.task);
}

void Gate::unlink(Waiter& waiter) {
  (waiter.previous != nullptr ? waiter.previous->next : first_) = waiter.next;
  (waiter.next != nullptr ? waiter.next->previous : last_) = waiter.previous;
  add(waiting_, size_t(-1));
}

}  // namespace wherry::serve
