#include "net/loop.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>

namespace wherry::net {
namespace {

using sys::Instant;
using sys::ns_per_ms;
using sys::ns_per_s;

class Loop : public testing::Test {
 protected:
  Loop() {
    auto loop = EventLoop::create(pool_);
    EXPECT_TRUE(loop);
    loop_ = std::move(*loop);
  }
  void spawn(EventLoop::Callback body) { ASSERT_TRUE(loop_->spawn(std::move(body))); }
  void run() {
    loop_->stop();
    loop_->run();
  }

  ThreadPool pool_{3};
  std::unique_ptr<EventLoop> loop_;
};

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    in = sys::Fd(ends[0]);
    out = sys::Fd(ends[1]);
  }
  void put(const char* text) { EXPECT_EQ(write(out.get(), text, 1), 1); }
  sys::Fd in, out;
};

TEST_F(Loop, runs_fibers_in_turn) {
  std::string order;
  for (char name : {'a', 'b', 'c'}) {
    spawn([&order, name, this] {
      order += name;
      loop_->yield();
      order += name;
    });
  }
  run();
  EXPECT_EQ(order, "abcabc");
  EXPECT_EQ(loop_->fibers(), 0u);
}

TEST_F(Loop, sleeps_overlap) {
  const Instant start = sys::now();
  std::string order;
  for (int i = 3; i > 0; --i) {
    spawn([&, i] {
      loop_->sleep_until(start + i * 10 * ns_per_ms);
      EXPECT_GE(sys::now(), start + i * 10 * ns_per_ms);
      order += static_cast<char>('0' + i);
    });
  }
  run();
  EXPECT_EQ(order, "123");
  EXPECT_LT(sys::now() - start, 5 * ns_per_s);
}

TEST_F(Loop, waits_for_descriptors) {
  Pipe pipe;
  bool seen = false;
  spawn([&] {
    EXPECT_TRUE(loop_->wait_writable(pipe.out.get()));
    EXPECT_FALSE(loop_->wait_readable(pipe.in.get(), sys::now()));
    EXPECT_TRUE(loop_->wait_readable(pipe.in.get()));
    seen = true;
  });
  spawn([&] {
    loop_->sleep_until(sys::now() + 5 * ns_per_ms);
    EXPECT_FALSE(seen);
    pipe.put("x");
  });
  run();
  EXPECT_TRUE(seen);
}

TEST_F(Loop, a_wait_ends_at_its_deadline) {
  Pipe pipe;
  spawn([&] {
    const Instant start = sys::now();
    EXPECT_FALSE(loop_->wait_readable(pipe.in.get(), start + 10 * ns_per_ms));
    EXPECT_GE(sys::now() - start, 10 * ns_per_ms);
  });
  run();
}

TEST_F(Loop, waits_for_the_first_of_several) {
  Pipe first, second;
  spawn([&] {
    Interest interests[] = {{first.in.get()}, {second.in.get()}, {second.in.get()}};
    EXPECT_TRUE(loop_->wait_any(interests));
    EXPECT_FALSE(interests[0].ready);
    EXPECT_TRUE(interests[1].ready);
    EXPECT_TRUE(interests[2].ready);  // the same descriptor twice
    EXPECT_FALSE(loop_->wait_any({}, sys::now() + ns_per_ms));
  });
  spawn([&] { second.put("x"); });
  run();
}

TEST_F(Loop, two_fibers_may_wait_for_one_descriptor) {
  Pipe pipe;
  int seen = 0;
  for (int i = 0; i < 2; ++i) {
    spawn([&] {
      EXPECT_TRUE(loop_->wait_readable(pipe.in.get()));
      ++seen;
    });
  }
  spawn([&] { pipe.put("x"); });
  run();
  EXPECT_EQ(seen, 2);
}

TEST_F(Loop, regular_files_are_always_ready) {
  const sys::Fd file(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  spawn([&] { EXPECT_TRUE(loop_->wait_readable(file.get())); });
  run();
}

TEST_F(Loop, work_elsewhere_does_not_hold_up_the_loop) {
  int ticks = 0, ticks_seen = 0;
  std::thread::id there;
  bool working = true;
  spawn([&] {
    const std::string text = loop_->offload([&] {
      there = std::this_thread::get_id();
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      return std::string("done");
    });
    EXPECT_EQ(text, "done");
    ticks_seen = ticks;
    working = false;
  });
  spawn([&] {
    while (working) {
      ++ticks;
      loop_->sleep_until(sys::now() + ns_per_ms);
    }
  });
  run();
  EXPECT_GT(ticks_seen, 3);
  EXPECT_NE(there, std::this_thread::get_id());
}

TEST_F(Loop, more_work_than_threads_is_queued) {
  std::atomic<int> at_once = 0, at_once_max = 0, finished = 0;
  for (int i = 0; i < 50; ++i) {
    spawn([&] {
      loop_->offload([&] {
        const int running = ++at_once;
        for (int seen = at_once_max; running > seen && !at_once_max.compare_exchange_weak(seen, running);) {
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        --at_once;
      });
      ++finished;
    });
  }
  run();
  EXPECT_EQ(finished, 50);
  EXPECT_LE(at_once_max, 3);
}

TEST_F(Loop, other_threads_post) {
  std::thread::id ran_on;
  std::thread runner([&] {
    EXPECT_TRUE(loop_->spawn([&] { loop_->sleep_until(sys::now() + ns_per_ms); }));
    loop_->run();
  });
  std::atomic<int> calls = 0;
  std::vector<std::thread> posters;
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) loop_->post([&] { ++calls; });
    });
  }
  for (std::thread& poster : posters) poster.join();
  loop_->post([&] { ran_on = std::this_thread::get_id(); });
  loop_->stop();
  const auto expected = runner.get_id();
  runner.join();
  EXPECT_EQ(calls, 4000);
  EXPECT_EQ(ran_on, expected);
}

// A wake-up that comes while nobody is parked is kept for the next park.
TEST_F(Loop, no_wake_up_is_lost) {
  Task* sleeper = nullptr;
  bool told = false;
  spawn([&] {
    sleeper = &loop_->current();
    loop_->yield();
    loop_->yield();
    while (!told) loop_->park();
  });
  spawn([&] {
    told = true;
    loop_->wake(*sleeper);
  });
  run();
}

TEST_F(Loop, fibers_spawn_fibers) {
  int count = 0;
  std::function<void(int)> grow = [&](int depth) {
    ++count;
    for (int i = 0; depth > 0 && i < 2; ++i) EXPECT_TRUE(loop_->spawn([&, depth] { grow(depth - 1); }));
  };
  spawn([&] { grow(8); });
  run();
  EXPECT_EQ(count, 511);
}

}  // namespace
}  // namespace wherry::net
