#include "net/loop.h"

#include <deque>

namespace wherry::net {

using sys::Instant;

// ---- Watch

Watch::~Watch() {
  if (fd_ >= 0) loop_.poller_.remove(fd_);
}

Result<void> Watch::start(int fd) {
  TRY(loop_.poller_.add(fd, this));
  fd_ = fd;
  return {};
}

void Watch::nudge() { loop_.note({this, true, true, true}); }

bool Watch::wait(const bool& flag, Task*& waiter, Instant deadline) {
  waiter = &loop_.current();
  while (!flag && loop_.time() < deadline) loop_.park(deadline);
  waiter = nullptr;
  return flag;
}

bool Watch::wait_readable(Instant deadline) { return readable_ || wait(readable_, reader_, deadline); }
bool Watch::wait_writable(Instant deadline) { return writable_ || wait(writable_, writer_, deadline); }

// ---- EventLoop

Result<std::unique_ptr<EventLoop>> EventLoop::create(ThreadPool& pool, const LoopOptions& options) {
  sys::Poller poller = TRY(sys::Poller::create());
  sys::Doorbell bell = TRY(sys::Doorbell::create());
  TRY(poller.add(bell.fd(), nullptr));  // the only one whose tag is null
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(poller), std::move(bell), pool, options));
}

EventLoop::EventLoop(sys::Poller poller, sys::Doorbell bell, ThreadPool& pool, const LoopOptions& options)
    : poller_(std::move(poller)),
      bell_(std::move(bell)),
      pool_(pool),
      stacks_(options.stack_bytes, options.stacks_kept_max),
      time_(sys::now()) {}

// Fibers that were spawned but never ran end here without having run.
EventLoop::~EventLoop() {
  const std::lock_guard lock(posted_mutex_);  // whoever posted last has left
  while (ready_first_ != nullptr) {
    Task* task = ready_first_;
    ready_first_ = task->next_;
    delete task;
  }
}

void EventLoop::run() {
  time_ = sys::now();
  while (!stopping_.load(std::memory_order_relaxed) || fibers_ > 0) {
    run_ready();
    poll();
    timers_.fire(time_);
  }
  run_posted();
}

Result<void> EventLoop::spawn(Callback body) {
  std::unique_ptr<Task> task(new Task(*this));
  task->fiber_ = TRY(sys::Fiber::create(stacks_, std::move(body)));
  ++fibers_;
  wake(*task.release());
  return {};
}

// Only those that could run when the round began, so that fibers which wake each other don't starve the sockets.
void EventLoop::run_ready() {
  Task* task = std::exchange(ready_first_, nullptr);
  ready_last_ = &ready_first_;
  while (task != nullptr) {
    Task* next = task->next_;
    task->queued_ = false;
    resume(*task);
    task = next;
  }
}

void EventLoop::resume(Task& task) {
  running_ = &task;
  task.fiber_->resume();
  running_ = nullptr;
  if (!task.fiber_->done()) return;
  --fibers_;
  delete &task;
}

void EventLoop::poll() {
  sys::Ready ready[128];
  const bool more = ready_first_ != nullptr || (stopping_.load(std::memory_order_relaxed) && fibers_ == 0);
  const size_t count = poller_.wait(ready, more ? Instant{0} : timers_.next());
  time_ = sys::now();
  // Events only set flags and queue fibers: nothing runs, and no Watch ends, before all of them are noted.
  bool rung = false;
  for (size_t i = 0; i < count; ++i) {
    if (ready[i].tag == nullptr) {
      rung = true;
    } else {
      note(ready[i]);
    }
  }
  if (rung) {
    bell_.silence();
    run_posted();
  }
}

void EventLoop::note(const sys::Ready& ready) {
  Watch& watch = *static_cast<Watch*>(ready.tag);
  watch.readable_ |= ready.readable;
  watch.writable_ |= ready.writable;
  watch.closed_ |= ready.closed;
  if (watch.readable_ && watch.reader_ != nullptr) wake(*watch.reader_);
  if (watch.writable_ && watch.writer_ != nullptr) wake(*watch.writer_);
}

void EventLoop::run_posted() {
  std::vector<Callback> calls;
  {
    const std::lock_guard lock(posted_mutex_);
    calls.swap(posted_);
  }
  for (Callback& call : calls) call();
}

void EventLoop::post(Callback call) {
  // The bell is rung under the lock, so that the loop can't end between the two.
  const std::lock_guard lock(posted_mutex_);
  posted_.push_back(std::move(call));
  if (posted_.size() == 1) bell_.ring();
}

void EventLoop::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  bell_.ring();
}

// ---- what fibers call

void EventLoop::wake(Task& task) {
  task.woken_ = true;
  if (task.queued_ || &task == running_) return;
  task.queued_ = true;
  task.next_ = nullptr;
  *ready_last_ = &task;
  ready_last_ = &task.next_;
}

void Task::timed_out(Timer& timer) {
  Task& task = static_cast<Task&>(timer);
  task.loop_.wake(task);
}

void EventLoop::park(Instant deadline) {
  Task& task = *running_;
  if (!std::exchange(task.woken_, false)) {
    timers_.add(task, deadline);
    sys::Fiber::suspend();
    timers_.remove(task);
  }
  task.woken_ = false;
}

void EventLoop::yield() {
  Task& task = *running_;
  running_ = nullptr;  // so that wake() queues it though it runs
  wake(task);
  running_ = &task;
  sys::Fiber::suspend();
  task.woken_ = false;
}

void EventLoop::sleep_until(Instant deadline) {
  while (sys::now() < deadline) park(deadline);
}

bool EventLoop::wait_readable(int fd, Instant deadline) {
  Interest interest{fd, false};
  return wait_any({&interest, 1}, deadline);
}

bool EventLoop::wait_writable(int fd, Instant deadline) {
  Interest interest{fd, true};
  return wait_any({&interest, 1}, deadline);
}

namespace {

struct Waiting {
  explicit Waiting(EventLoop& loop) : watch(loop) {}
  sys::Fd copy;  // where the descriptor is being watched already: an epoll takes each only once
  Watch watch;   // ends before the copy is closed
};

}  // namespace

// What can't be watched (a regular file, a closed descriptor) counts as ready: reading it doesn't block.
bool EventLoop::wait_any(std::span<Interest> interests, Instant deadline) {
  std::deque<Waiting> all;
  bool any = false;
  for (Interest& interest : interests) {
    Waiting& one = all.emplace_back(*this);
    interest.ready = false;
    if (one.watch.start(interest.fd)) continue;
    one.copy = sys::duplicate(interest.fd);
    if (!one.copy || !one.watch.start(one.copy.get())) any = interest.ready = true;
  }
  for (size_t i = 0; i < interests.size(); ++i) (interests[i].for_writing ? all[i].watch.writer_ : all[i].watch.reader_) = running_;
  for (bool expired = false; !any && !expired;) {
    expired = sys::now() >= deadline;
    // Even with a deadline that has passed the poller is asked once.
    park(expired ? time_ : deadline);
    for (size_t i = 0; i < interests.size(); ++i) {
      interests[i].ready = interests[i].for_writing ? all[i].watch.writable() : all[i].watch.readable();
      any |= interests[i].ready;
    }
  }
  return any;
}

void EventLoop::run_elsewhere(Callback work) {
  struct Elsewhere : ThreadPool::Job {
    EventLoop& loop;
    Task& task;
    Callback& work;
    bool done = false;  // written and read on the loop's thread
  } job{{[](ThreadPool::Job& base) {
           auto& self = static_cast<Elsewhere&>(base);
           self.work();
           self.loop.post([&self] {
             self.done = true;
             self.loop.wake(self.task);
           });
         }},
        *this,
        *running_,
        work};
  pool_.submit(job);
  while (!job.done) park();
}

}  // namespace wherry::net
