// The machine's clocks. Time is an int64_t of nanoseconds everywhere; a deadline is a point of the monotonic clock.
#pragma once

#include <compare>
#include <cstdint>

namespace wherry::sys {

constexpr int64_t ns_per_us = 1'000;
constexpr int64_t ns_per_ms = 1'000'000;
constexpr int64_t ns_per_s = 1'000'000'000;

// A point of the monotonic clock (its zero is arbitrary). Adding saturates, so `never` stays never.
struct Instant {
  int64_t ns = 0;

  static constexpr Instant never() { return {INT64_MAX}; }
  constexpr bool is_never() const { return ns == INT64_MAX; }
  constexpr auto operator<=>(const Instant&) const = default;
  constexpr Instant operator+(int64_t delta_ns) const {
    int64_t sum = 0;
    if (__builtin_add_overflow(ns, delta_ns, &sum)) return {delta_ns < 0 ? INT64_MIN : INT64_MAX};
    return is_never() ? *this : Instant{sum};
  }
  constexpr int64_t operator-(Instant earlier) const {
    int64_t difference = 0;
    if (__builtin_sub_overflow(ns, earlier.ns, &difference)) return ns < 0 ? INT64_MIN : INT64_MAX;
    return difference;
  }
};

enum class Clock : uint8_t { monotonic, realtime, process_cpu, thread_cpu };

Instant now();                          // the monotonic clock
int64_t clock_ns(Clock clock);          // realtime counts from 1970-01-01T00:00:00Z
int64_t clock_resolution_ns(Clock clock);

}  // namespace wherry::sys
