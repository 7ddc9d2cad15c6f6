// One event loop a worker thread. Code on its fibers is written in plain blocking style: where it would wait, the fiber
// is parked and the loop goes on with the others. Everything here belongs to the loop's thread but post() and stop().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/sys/clock.h"
#include "base/sys/fiber.h"
#include "base/sys/poller.h"
#include "net/thread_pool.h"
#include "net/timers.h"

namespace wherry::net {

class EventLoop;

// A fiber as the loop knows it.
class Task : Timer {
  friend class EventLoop;
  explicit Task(EventLoop& loop) : Timer(&Task::timed_out), loop_(loop) {}
  static void timed_out(Timer& timer);

  EventLoop& loop_;
  std::unique_ptr<sys::Fiber> fiber_;
  Task* next_ = nullptr;  // in the queue of those that can run
  bool queued_ = false;
  bool woken_ = false;  // since it last parked
};

// A descriptor whose readiness the loop keeps track of. The two flags mean "may be": a flag is cleared by whoever
// found that the call would block, and set when the kernel says that this changed.
// At most one fiber waits for each direction. Destroyed before its descriptor is closed.
class Watch {
 public:
  explicit Watch(EventLoop& loop) : loop_(loop) {}
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  Result<void> start(int fd);
  int fd() const { return fd_; }

  bool readable() const { return readable_; }
  bool writable() const { return writable_; }
  void drained() { readable_ = closed_; }  // nothing left to read for now
  void clogged() { writable_ = false; }    // nothing can be written for now

  // As if the peer had closed: whoever waits goes on, and finds out by itself.
  void nudge();

  // Parks until the flag is set; false when the deadline passed.
  bool wait_readable(sys::Instant deadline);
  bool wait_writable(sys::Instant deadline);

 private:
  friend class EventLoop;
  bool wait(const bool& flag, Task*& waiter, sys::Instant deadline);

  EventLoop& loop_;
  int fd_ = -1;
  bool readable_ = false;
  bool writable_ = false;
  bool closed_ = false;
  Task* reader_ = nullptr;
  Task* writer_ = nullptr;
};

// One of several descriptors that a fiber waits for.
struct Interest {
  int fd;
  bool for_writing = false;
  bool ready = false;  // the answer
};

struct LoopOptions {
  size_t stack_bytes = sys::StackPool::default_bytes;
  size_t stacks_kept_max = 256;
};

class EventLoop {
 public:
  using Callback = std::move_only_function<void()>;

  // `pool` runs what is offloaded; both it and the loop outlive every fiber.
  static Result<std::unique_ptr<EventLoop>> create(ThreadPool& pool, const LoopOptions& options = {});
  ~EventLoop();

  // Runs fibers until stop() was called and the last of them has ended.
  void run();
  // A new fiber, which runs after the caller's next wait.
  Result<void> spawn(Callback body);
  size_t fibers() const { return fibers_; }

  // The time when this round of the loop began; cheaper than asking the clock.
  sys::Instant time() const { return time_; }
  Timers& timers() { return timers_; }

  // From a fiber of this loop. Waiting returns false when the deadline passed.
  Task& current() { return *running_; }
  // Until wake() or the deadline, or for no reason at all: the caller looks whether what it waits for is there.
  void park(sys::Instant deadline = sys::Instant::never());
  void wake(Task& task);
  void yield();  // lets the other fibers that can run have a turn
  void sleep_until(sys::Instant deadline);
  bool wait_readable(int fd, sys::Instant deadline = sys::Instant::never());
  bool wait_writable(int fd, sys::Instant deadline = sys::Instant::never());
  bool wait_any(std::span<Interest> interests, sys::Instant deadline = sys::Instant::never());

  // Runs `work` on a thread of the pool while this fiber is parked, and returns what it returned.
  template <typename Work>
  auto offload(Work&& work) {
    using Value = decltype(work());
    if constexpr (std::is_void_v<Value>) {
      run_elsewhere([&work] { work(); });
    } else {
      std::optional<Value> value;
      run_elsewhere([&] { value.emplace(work()); });
      return std::move(*value);
    }
  }

  // From any thread. `call` runs on the loop's own stack, where nothing may wait.
  void post(Callback call);
  void stop();

 private:
  friend class Task;
  friend class Watch;

  EventLoop(sys::Poller poller, sys::Doorbell bell, ThreadPool& pool, const LoopOptions& options);
  void poll();
  void run_posted();
  void run_ready();
  void resume(Task& task);
  void note(const sys::Ready& ready);
  void run_elsewhere(Callback work);

  sys::Poller poller_;
  sys::Doorbell bell_;
  ThreadPool& pool_;
  sys::StackPool stacks_;
  Timers timers_;
  sys::Instant time_;
  Task* running_ = nullptr;
  Task* ready_first_ = nullptr;
  Task** ready_last_ = &ready_first_;
  size_t fibers_ = 0;
  std::atomic<bool> stopping_ = false;

  std::mutex posted_mutex_;
  std::vector<Callback> posted_;
};

}  // namespace wherry::net
