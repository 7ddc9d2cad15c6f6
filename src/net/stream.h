// A connection as a fiber sees it: reading and writing wait without blocking the loop.
#pragma once

#include <span>

#include "net/loop.h"

namespace wherry::net {

// How long a peer may be waited for in all: a grace, and more for every byte that it moved. Keeps a peer that moves a
// byte now and then from holding what waits for it for ever.
class Patience {
 public:
  Patience(int64_t grace_ns, uint64_t rate_min) : grace_ns_(grace_ns), rate_min_(rate_min) {}
  int64_t left_ns() const;  // of one wait
  void moved(uint64_t bytes) { bytes_ += bytes; }
  void waited(int64_t ns) { waited_ns_ += ns; }
  void renew() { bytes_ = 0, waited_ns_ = 0; }

 private:
  int64_t grace_ns_;
  uint64_t rate_min_;  // bytes a second; 0: only single waits are limited
  uint64_t bytes_ = 0;
  int64_t waited_ns_ = 0;
};

class Stream {
 public:
  virtual ~Stream() = default;

  // At least one byte; none and no error at the end of the stream; ETIMEDOUT when the deadline passed.
  virtual sys::Moved read(std::span<std::byte> into, sys::Instant deadline) = 0;
  // All of it, or an error: ETIMEDOUT when the deadline passed or the patience ended. `pieces` are used up.
  virtual sys::Moved write(std::span<iovec> pieces, Patience& patience, sys::Instant deadline) = 0;

  virtual bool may_read() const = 0;  // false: read would wait
  virtual bool wait_readable(sys::Instant deadline) = 0;
  virtual int fd() const = 0;
  virtual void close_write() = 0;
  virtual void abort() = 0;  // ends both directions at once and wakes who waits; callable from other fibers
};

class TcpStream final : public Stream {
 public:
  TcpStream(EventLoop& loop, sys::Fd fd) : loop_(loop), fd_(std::move(fd)), watch_(loop) {}
  Result<void> start();

  sys::Moved read(std::span<std::byte> into, sys::Instant deadline) override;
  sys::Moved write(std::span<iovec> pieces, Patience& patience, sys::Instant deadline) override;
  bool may_read() const override { return watch_.readable(); }
  bool wait_readable(sys::Instant deadline) override { return watch_.wait_readable(deadline); }
  int fd() const override { return fd_.get(); }
  void close_write() override { sys::shutdown_write(fd_.get()); }
  void abort() override { sys::shutdown_both(fd_.get()); }

 private:
  void take_turns();

  EventLoop& loop_;
  sys::Fd fd_;
  Watch watch_;  // ends before the descriptor
  unsigned eager_ = 0;  // calls since this fiber last let others run
};

}  // namespace wherry::net
