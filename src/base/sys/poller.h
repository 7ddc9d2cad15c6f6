// Waits for many file descriptors at once: epoll, edge-triggered, and a doorbell that other threads may ring.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/sys/clock.h"
#include "base/sys/socket.h"

namespace wherry::sys {

// What happened to a descriptor since it was last reported. An error sets all of it, so that whoever reads or writes
// next finds out. `closed` means that the peer sends no more: reading never blocks again.
struct Ready {
  void* tag;
  bool readable;
  bool writable;
  bool closed;
};

class Poller {
 public:
  static Result<Poller> create();

  // Reports every change of `fd` until it is closed or removed. Fails for what can't be waited for (regular files).
  Result<void> add(int fd, void* tag);
  void remove(int fd);

  // Waits until something is ready, the deadline passes or a signal arrives; returns how many entries it filled.
  size_t wait(std::span<Ready> ready, Instant deadline);

 private:
  explicit Poller(Fd fd) : fd_(std::move(fd)) {}
  int wait_ns(void* events, int count, int64_t timeout_ns);

  Fd fd_;
  bool has_pwait2_ = true;  // else timeouts are rounded up to milliseconds
};

// A descriptor that becomes readable when somebody rings, from any thread or signal handler.
class Doorbell {
 public:
  static Result<Doorbell> create();
  void ring();
  void silence();  // forgets all rings so far
  int fd() const { return fd_.get(); }

 private:
  explicit Doorbell(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace wherry::sys
