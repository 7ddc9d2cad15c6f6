#include "host/clock.h"

namespace wherry::host {
namespace {

sys::Clock system_clock(ClockId id) {
  switch (id) {
    case ClockId::realtime: return sys::Clock::realtime;
    case ClockId::monotonic: return sys::Clock::monotonic;
    case ClockId::process_cpu: return sys::Clock::process_cpu;
    case ClockId::thread_cpu: return sys::Clock::thread_cpu;
  }
  return sys::Clock::monotonic;
}

}  // namespace

int64_t SystemClock::now_ns(ClockId id) { return sys::clock_ns(system_clock(id)); }
int64_t SystemClock::resolution_ns(ClockId id) { return sys::clock_resolution_ns(system_clock(id)); }

}  // namespace wherry::host
