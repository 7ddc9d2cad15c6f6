#include "base/sys/fiber.h"

#include <gtest/gtest.h>

#include <cfenv>
#include <cstring>
#include <string>
#include <thread>

namespace wherry::sys {
namespace {

// Every test runs over both ways to switch stacks.
class Fibers : public testing::TestWithParam<const ContextSwitch*> {
 protected:
  std::unique_ptr<Fiber> make(Fiber::Body body) {
    auto fiber = Fiber::create(stacks_, std::move(body), *GetParam());
    EXPECT_TRUE(fiber) << fiber.error().what;
    return std::move(*fiber);
  }
  StackPool stacks_;
};

std::vector<const ContextSwitch*> switches() {
  std::vector<const ContextSwitch*> all{&default_switch};
  if (own_switch != nullptr) all.push_back(own_switch);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Switch, Fibers, testing::ValuesIn(switches()), [](const auto& info) {
  return std::string(info.param == own_switch ? "own" : "library");
});

TEST_P(Fibers, takes_turns_with_its_resumer) {
  std::string order;
  auto fiber = make([&] {
    order += 'b';
    Fiber::suspend();
    order += 'd';
  });
  order += 'a';
  fiber->resume();
  order += 'c';
  EXPECT_FALSE(fiber->done());
  fiber->resume();
  EXPECT_TRUE(fiber->done());
  EXPECT_EQ(order, "abcd");
}

TEST_P(Fibers, nests) {
  std::string order;
  auto inner = make([&] {
    order += 'b';
    Fiber::suspend();
    order += 'd';
  });
  auto outer = make([&] {
    Fiber* self = Fiber::current();
    order += 'a';
    inner->resume();
    EXPECT_EQ(Fiber::current(), self);
    order += 'c';
    Fiber::suspend();
    inner->resume();
    order += 'e';
  });
  EXPECT_EQ(Fiber::current(), nullptr);
  outer->resume();
  EXPECT_EQ(Fiber::current(), nullptr);
  outer->resume();
  EXPECT_EQ(order, "abcde");
  EXPECT_TRUE(inner->done());
}

// A suspended fiber may be resumed from another place than the first time.
TEST_P(Fibers, goes_back_to_the_latest_resumer) {
  int steps = 0;
  auto worker = make([&] {
    for (int i = 0; i < 4; ++i) {
      ++steps;
      Fiber::suspend();
    }
  });
  worker->resume();
  auto other = make([&] {
    worker->resume();
    EXPECT_EQ(steps, 2);
    Fiber::suspend();
    worker->resume();
    EXPECT_EQ(steps, 4);
  });
  other->resume();
  worker->resume();
  EXPECT_EQ(steps, 3);
  other->resume();
  worker->resume();
  EXPECT_TRUE(worker->done());
}

TEST_P(Fibers, keeps_locals_and_floating_point_across_switches) {
  double sum = 0;
  auto fiber = make([&] {
    double x = 0.5;
    char text[64];
    std::strcpy(text, "still here");
    for (int i = 0; i < 10; ++i) {
      x *= 2;
      Fiber::suspend();
    }
    EXPECT_STREQ(text, "still here");
    sum = x;
  });
  double y = 3.25;
  while (!fiber->done()) {
    fiber->resume();
    y += 1;
  }
  EXPECT_EQ(sum, 512.0);
  EXPECT_EQ(y, 14.25);
}

TEST_P(Fibers, a_new_fiber_has_an_aligned_stack_and_the_default_rounding) {
  auto fiber = make([] {
    alignas(16) volatile char buffer[64] = {};
    EXPECT_EQ(reinterpret_cast<uintptr_t>(&buffer) % 16, 0u);
    EXPECT_EQ(std::fegetround(), FE_TONEAREST);
    char printed[64];
    std::snprintf(printed, sizeof printed, "%.3f", 1.0 / 3);  // variadic floats need the ABI's alignment
    EXPECT_STREQ(printed, "0.333");
  });
  fiber->resume();
  EXPECT_TRUE(fiber->done());
}

TEST_P(Fibers, exceptions_stay_inside) {
  bool caught = false;
  auto fiber = make([&] {
    try {
      throw 1;
    } catch (int) {
      caught = true;
    }
    Fiber::suspend();
  });
  fiber->resume();
  fiber->resume();
  EXPECT_TRUE(caught);
}

TEST_P(Fibers, stacks_are_reused) {
  std::byte* first = nullptr;
  for (int i = 0; i < 1000; ++i) {
    auto fiber = make([] { Fiber::suspend(); });
    fiber->resume();
    fiber->resume();
    if (first == nullptr) first = fiber->stack().base;
    ASSERT_EQ(fiber->stack().base, first);
  }
  EXPECT_EQ(stacks_.taken(), 0u);
}

TEST_P(Fibers, many_live_at_once) {
  std::vector<std::unique_ptr<Fiber>> fibers;
  int finished = 0;
  for (int i = 0; i < 500; ++i) {
    fibers.push_back(make([&finished] {
      Fiber::suspend();
      ++finished;
    }));
  }
  for (auto& fiber : fibers) fiber->resume();
  for (auto& fiber : fibers) fiber->resume();
  EXPECT_EQ(finished, 500);
}

TEST_P(Fibers, one_that_never_ran_may_be_dropped) {
  auto held = std::make_shared<int>(7);
  { auto fiber = make([held] { FAIL(); }); }
  EXPECT_EQ(held.use_count(), 1);
}

TEST_P(Fibers, a_body_releases_what_it_captured_when_it_ends) {
  auto held = std::make_shared<int>(7);
  auto fiber = make([held] {});
  EXPECT_EQ(held.use_count(), 2);
  fiber->resume();
  EXPECT_EQ(held.use_count(), 1);
}

TEST_P(Fibers, know_how_much_stack_is_left) {
  const uintptr_t outside = stack_limit();
  auto fiber = make([&] {
    EXPECT_EQ(stack_limit(), reinterpret_cast<uintptr_t>(Fiber::current()->stack().base));
    EXPECT_LE(stack_left(), StackPool::default_bytes);
    EXPECT_GT(stack_left(), StackPool::default_bytes - 64 * 1024);
  });
  fiber->resume();
  EXPECT_EQ(stack_limit(), outside);
  EXPECT_GT(stack_left(), 64u * 1024);
}

TEST(StackLimit, lies_below_the_frames_of_every_thread) {
  std::thread([] {
    EXPECT_NE(stack_limit(), 0u);
    EXPECT_LT(stack_limit(), reinterpret_cast<uintptr_t>(__builtin_frame_address(0)));
    EXPECT_GT(stack_left(), 16u * 1024);
  }).join();
}

using FiberDeath = Fibers;
INSTANTIATE_TEST_SUITE_P(Switch, FiberDeath, testing::Values(&default_switch));

TEST_P(FiberDeath, an_overflow_hits_the_guard) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto fiber = make([] {
          volatile char* below = reinterpret_cast<volatile char*>(stack_limit()) - 1;
          *below = 1;
        });
        fiber->resume();
      },
      "");
}

TEST_P(FiberDeath, an_exception_that_escapes_ends_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto fiber = make([] { throw 1; });
        fiber->resume();
      },
      "");
}

TEST_P(FiberDeath, a_suspended_fiber_must_not_be_destroyed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto fiber = make([] { Fiber::suspend(); });
        fiber->resume();
        fiber.reset();
      },
      "destroyed while suspended");
}

}  // namespace
}  // namespace wherry::sys
