#include "serve/gate.h"

#include <gtest/gtest.h>

#include <string>

namespace wherry::serve {
namespace {

class GateTest : public testing::Test {
 protected:
  GateTest() : loop_(std::move(*net::EventLoop::create(pool_))) {}
  void spawn(net::EventLoop::Callback body) { ASSERT_TRUE(loop_->spawn(std::move(body))); }
  void run() {
    loop_->stop();
    loop_->run();
  }
  net::ThreadPool pool_;
  std::unique_ptr<net::EventLoop> loop_;
};

TEST_F(GateTest, lets_in_as_many_as_allowed_in_order) {
  Gate gate(2, 100);
  size_t inside_max = 0;
  std::string order;
  for (char name = 'a'; name <= 'h'; ++name) {
    spawn([&, name] {
      EXPECT_TRUE(gate.enter(*loop_, sys::Instant::never()));
      inside_max = std::max(inside_max, gate.inside());
      order += name;
      loop_->yield();
      gate.leave(*loop_);
    });
  }
  run();
  EXPECT_EQ(inside_max, 2u);
  EXPECT_EQ(order, "abcdefgh");
  EXPECT_EQ(gate.inside(), 0u);
  EXPECT_EQ(gate.waiting(), 0u);
}

TEST_F(GateTest, turns_away_when_the_queue_is_full) {
  Gate gate(1, 1);
  spawn([&] {
    EXPECT_TRUE(gate.enter(*loop_, sys::Instant::never()));
    loop_->sleep_until(sys::now() + 5 * sys::ns_per_ms);
    gate.leave(*loop_);
  });
  spawn([&] {
    EXPECT_TRUE(gate.enter(*loop_, sys::Instant::never()));
    gate.leave(*loop_);
  });
  spawn([&] { EXPECT_FALSE(gate.enter(*loop_, sys::Instant::never())); });
  run();
}

TEST_F(GateTest, waiting_ends_at_the_deadline_wherever_in_the_queue) {
  Gate gate(1, 10);
  int late = 0, in = 0;
  spawn([&] {
    EXPECT_TRUE(gate.enter(*loop_, sys::Instant::never()));
    loop_->sleep_until(sys::now() + 30 * sys::ns_per_ms);
    gate.leave(*loop_);
  });
  for (int i = 0; i < 5; ++i) {
    spawn([&, i] {
      const bool impatient = i % 2 == 0;
      if (gate.enter(*loop_, impatient ? sys::now() + 5 * sys::ns_per_ms : sys::Instant::never())) {
        EXPECT_FALSE(impatient);
        ++in;
        gate.leave(*loop_);
      } else {
        ++late;
      }
    });
  }
  run();
  EXPECT_EQ(late, 3);
  EXPECT_EQ(in, 2);
  EXPECT_EQ(gate.inside(), 0u);
}

}  // namespace
}  // namespace wherry::serve
