#include "runtime/wait_queues.h"

#include <algorithm>
#include <chrono>

namespace wherry::runtime {

WaitQueues::Outcome WaitQueues::wait(uint64_t address, const std::function<bool()>& is_equal, sys::Instant until,
                                     const std::function<bool()>& is_interrupted) {
  constexpr int64_t look_ns = 5 * sys::ns_per_ms;
  std::unique_lock lock(mutex_);
  if (!is_equal()) return Outcome::not_equal;
  Waiter waiter;
  waiting_[address].push_back(&waiter);
  Outcome outcome = Outcome::timed_out;
  for (;;) {
    if (waiter.woken) return Outcome::woken;  // taken off the queue by whoever woke it
    const int64_t left = until - sys::now();
    if (left <= 0) break;
    if (is_interrupted()) {
      outcome = Outcome::interrupted;
      break;
    }
    waiter.bell.wait_for(lock, std::chrono::nanoseconds(std::min(left, look_ns)));
  }
  auto& queue = waiting_[address];
  std::erase(queue, &waiter);
  if (queue.empty()) waiting_.erase(address);
  return outcome;
}

uint32_t WaitQueues::notify(uint64_t address, uint32_t count) {
  const std::lock_guard lock(mutex_);
  const auto found = waiting_.find(address);
  if (found == waiting_.end()) return 0;
  auto& queue = found->second;
  const uint32_t woken = uint32_t(std::min<size_t>(count, queue.size()));
  for (uint32_t i = 0; i < woken; ++i) {
    queue[i]->woken = true;
    queue[i]->bell.notify_one();
  }
  queue.erase(queue.begin(), queue.begin() + woken);
  if (queue.empty()) waiting_.erase(found);
  return woken;
}

}  // namespace wherry::runtime
