#include "net/thread_pool.h"

namespace wherry::net {

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::submit(Job& job) {
  const std::lock_guard lock(mutex_);
  job.next = nullptr;
  *last_ = &job;
  last_ = &job.next;
  ++queued_;
  if (queued_ > idle_ && threads_.size() < threads_max_) threads_.emplace_back([this] { work(); });
  changed_.notify_one();
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    changed_.wait(lock, [this] { return first_ != nullptr || ending_; });
    --idle_;
    if (first_ == nullptr) return;
    Job& job = *first_;
    first_ = job.next;
    if (first_ == nullptr) last_ = &first_;
    --queued_;
    lock.unlock();
    job.run(job);
    lock.lock();
  }
}

}  // namespace wherry::net
