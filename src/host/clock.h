// What time it is, for guests. Nanoseconds throughout.
#pragma once

#include <cstdint>

#include "base/sys/clock.h"

namespace wherry::host {

enum class ClockId : uint8_t { realtime, monotonic, process_cpu, thread_cpu };

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t now_ns(ClockId id) = 0;  // realtime counts from 1970
  virtual int64_t resolution_ns(ClockId id) = 0;
};

class SystemClock final : public Clock {
 public:
  int64_t now_ns(ClockId id) override;
  int64_t resolution_ns(ClockId id) override;
};

// Stands still until it is moved; for tests.
class ManualClock final : public Clock {
 public:
  int64_t now_ns(ClockId id) override { return id == ClockId::realtime ? realtime_ns : monotonic_ns; }
  int64_t resolution_ns(ClockId) override { return 1; }
  int64_t realtime_ns = 0;
  int64_t monotonic_ns = 0;
};

}  // namespace wherry::host
