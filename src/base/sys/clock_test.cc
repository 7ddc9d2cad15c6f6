#include "base/sys/clock.h"

#include <gtest/gtest.h>

namespace wherry::sys {
namespace {

TEST(Clock, the_monotonic_clock_never_goes_back) {
  Instant last = now();
  for (int i = 0; i < 1000; ++i) {
    const Instant next = now();
    ASSERT_GE(next, last);
    last = next;
  }
}

TEST(Clock, never_is_later_than_everything_and_stays_never) {
  EXPECT_GT(Instant::never(), now());
  EXPECT_EQ(Instant::never() + ns_per_s, Instant::never());
  EXPECT_EQ(Instant::never() + -ns_per_s, Instant::never());
  EXPECT_EQ(Instant{INT64_MAX - 1} + 100, Instant::never());
  EXPECT_EQ(Instant::never() - Instant{-5}, INT64_MAX);
}

TEST(Clock, realtime_counts_from_1970) {
  EXPECT_GT(clock_ns(Clock::realtime), 1'600'000'000 * ns_per_s);
  EXPECT_LT(clock_ns(Clock::realtime), 9'000'000'000 * ns_per_s);
}

TEST(Clock, resolutions_are_positive) {
  for (Clock clock : {Clock::monotonic, Clock::realtime, Clock::process_cpu, Clock::thread_cpu}) {
    EXPECT_GT(clock_resolution_ns(clock), 0);
    EXPECT_GE(clock_ns(clock), 0);
  }
}

}  // namespace
}  // namespace wherry::sys
