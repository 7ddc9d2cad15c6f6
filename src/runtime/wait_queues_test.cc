#include "runtime/wait_queues.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace wherry::runtime {
namespace {

using Outcome = WaitQueues::Outcome;
constexpr auto yes = [] { return true; };
constexpr auto no = [] { return false; };

TEST(WaitQueues, do_not_wait_when_the_value_is_another) { EXPECT_EQ(WaitQueues().wait(8, no, sys::Instant::never(), no), Outcome::not_equal); }

TEST(WaitQueues, give_up_when_time_is_over) { EXPECT_EQ(WaitQueues().wait(8, yes, sys::now() + sys::ns_per_ms, no), Outcome::timed_out); }

TEST(WaitQueues, meet_an_interruption) { EXPECT_EQ(WaitQueues().wait(8, yes, sys::Instant::never(), yes), Outcome::interrupted); }

TEST(WaitQueues, wake_as_many_as_asked_at_that_address) {
  WaitQueues queues;
  std::atomic<int> waiting = 0, woken = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const auto counted = [&] { return ++waiting, true; };  // under the queues' lock
      if (queues.wait(8, counted, sys::Instant::never(), no) == Outcome::woken) ++woken;
    });
  }
  while (waiting < 3) std::this_thread::yield();
  EXPECT_EQ(queues.notify(16, 10), 0u);
  EXPECT_EQ(queues.notify(8, 2), 2u);
  while (woken < 2) std::this_thread::yield();
  EXPECT_EQ(queues.notify(8, 10), 1u);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(woken, 3);
}

}  // namespace
}  // namespace wherry::runtime
