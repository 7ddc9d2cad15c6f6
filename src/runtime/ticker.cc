#include "runtime/ticker.h"

#include <algorithm>
#include <chrono>

#include "runtime/store.h"

namespace wherry::runtime {
namespace {

int64_t read_clock(clockid_t clock) {
  timespec time{};
  // The watched thread is alive: its watch is removed before it ends.
  return ::clock_gettime(clock, &time) == 0 ? int64_t(time.tv_sec) * sys::ns_per_s + time.tv_nsec : INT64_MIN;
}

constexpr int64_t look_again_ns = sys::ns_per_ms;  // after an interrupt that the guest hasn't met yet

}  // namespace

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Ticker::add(Watch& watch) {
  sys::Instant first = watch.wall;
  if (watch.cpu_ns != INT64_MAX) {
    ::pthread_getcpuclockid(::pthread_self(), &watch.cpu_clock);
    const int64_t used = read_clock(watch.cpu_clock);
    // CPU time never passes faster than the wall's.
    first = std::min(first, sys::now() + watch.cpu_ns);
    watch.cpu_ns += used;
  }
  std::unique_lock lock(mutex_);
  watch.position = watches_.size();
  watches_.push_back(&watch);
  const bool sooner = first < next_look_;
  if (sooner) next_look_ = first;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  lock.unlock();
  if (sooner) changed_.notify_one();
}

void Ticker::remove(Watch& watch) {
  const std::lock_guard lock(mutex_);
  watches_[watch.position] = watches_.back();
  watches_[watch.position]->position = watch.position;
  watches_.pop_back();
}

sys::Instant Ticker::look(sys::Instant now) {
  sys::Instant next = sys::Instant::never();
  for (Watch* watch : watches_) {
    bool overdue = watch->wall <= now;
    if (!overdue) next = std::min(next, watch->wall);
    if (!overdue && watch->cpu_ns != INT64_MAX) {
      const int64_t left = watch->cpu_ns - read_clock(watch->cpu_clock);
      overdue = left <= 0;
      // Not more often than a millisecond: many short sleeps would cost more than the guest.
      if (!overdue) next = std::min(next, now + std::max(left, look_again_ns));
    }
    if (overdue) {
      watch->store->request(Store::interrupt_deadline);
      next = std::min(next, now + look_again_ns);
    }
  }
  return next;
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    const sys::Instant now = sys::now();
    if (next_look_ <= now) {
      next_look_ = look(now);
    } else if (next_look_.is_never()) {
      changed_.wait(lock);
    } else {
      changed_.wait_for(lock, std::chrono::nanoseconds(next_look_ - now));
    }
  }
}

}  // namespace wherry::runtime
