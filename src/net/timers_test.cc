#include "net/timers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

namespace wherry::net {
namespace {

std::vector<int64_t> fired;
void record(Timer& timer) { fired.push_back(timer.deadline().ns); }

class TimersTest : public testing::Test {
 protected:
  void SetUp() override { fired.clear(); }
  Timers timers_;
};

TEST_F(TimersTest, fire_in_order_and_only_when_due) {
  Timer a(record), b(record), c(record);
  timers_.add(a, {30});
  timers_.add(b, {10});
  timers_.add(c, {20});
  EXPECT_EQ(timers_.next().ns, 10);
  timers_.fire({20});
  EXPECT_EQ(fired, (std::vector<int64_t>{10, 20}));
  EXPECT_TRUE(a.set());
  EXPECT_FALSE(b.set());
}

TEST_F(TimersTest, never_is_no_timer) {
  Timer a(record);
  timers_.add(a, {5});
  timers_.add(a, sys::Instant::never());
  EXPECT_FALSE(a.set());
  EXPECT_TRUE(timers_.next().is_never());
}

TEST_F(TimersTest, keep_their_order_through_random_additions_and_removals) {
  std::mt19937 random(1);
  std::vector<std::unique_ptr<Timer>> all;
  for (int i = 0; i < 300; ++i) all.push_back(std::make_unique<Timer>(record));
  for (int i = 0; i < 5000; ++i) {
    Timer& timer = *all[random() % all.size()];
    if (random() % 3 == 0) {
      timers_.remove(timer);
    } else {
      timers_.add(timer, {static_cast<int64_t>(random() % 100000)});
    }
  }
  std::vector<int64_t> expected;
  for (const auto& timer : all) {
    if (timer->set()) expected.push_back(timer->deadline().ns);
  }
  std::sort(expected.begin(), expected.end());
  timers_.fire({100000});
  EXPECT_EQ(fired, expected);
  EXPECT_EQ(timers_.count(), 0u);
}

}  // namespace
}  // namespace wherry::net
