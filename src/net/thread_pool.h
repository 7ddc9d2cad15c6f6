// A few threads for what blocks in the kernel or in a library: files, SQLite, name look-ups.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace wherry::net {

class ThreadPool {
 public:
  // Lives with whoever waits for it; the pool only queues a pointer. `run` is called on one of the pool's threads and
  // may let the job go out of existence before it returns.
  struct Job {
    void (*run)(Job&);
    Job* next = nullptr;
  };

  // Threads start when they are first needed.
  explicit ThreadPool(size_t threads_max = 4) : threads_max_(threads_max) {}
  ~ThreadPool();  // runs what is queued, then ends
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void submit(Job& job);  // from any thread

 private:
  void work();

  const size_t threads_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Job* first_ = nullptr;
  Job** last_ = &first_;
  size_t idle_ = 0;
  size_t queued_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace wherry::net
