#include "base/sys/clock.h"

#include <time.h>

namespace wherry::sys {
namespace {

clockid_t id(Clock clock) {
  switch (clock) {
    case Clock::monotonic: return CLOCK_MONOTONIC;
    case Clock::realtime: return CLOCK_REALTIME;
    case Clock::process_cpu: return CLOCK_PROCESS_CPUTIME_ID;
    case Clock::thread_cpu: return CLOCK_THREAD_CPUTIME_ID;
  }
  return CLOCK_MONOTONIC;
}

int64_t to_ns(const timespec& time) { return int64_t{time.tv_sec} * ns_per_s + time.tv_nsec; }

}  // namespace

int64_t clock_ns(Clock clock) {
  timespec time{};
  clock_gettime(id(clock), &time);  // fails only for clocks that Linux doesn't have
  return to_ns(time);
}

int64_t clock_resolution_ns(Clock clock) {
  timespec time{};
  clock_getres(id(clock), &time);
  return to_ns(time);
}

Instant now() { return {clock_ns(Clock::monotonic)}; }

}  // namespace wherry::sys
