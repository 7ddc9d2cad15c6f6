// TCP sockets for guests. Nothing here waits: what can't go on at once is Errno::again, and `wait_fd` says when to try again.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/sys/errno.h"
#include "base/sys/files.h"
#include "base/sys/socket.h"

namespace wherry::host {

using sys::ConstPieces;
using sys::Errno;
using sys::Io;
using sys::Pieces;

class Socket {
 public:
  virtual ~Socket() = default;
  virtual Io<size_t> receive(Pieces into, bool peek, bool wait_all) = 0;  // 0: the peer sends no more
  virtual Io<size_t> send(ConstPieces pieces) = 0;
  virtual Io<void> shutdown(bool receive, bool send) = 0;
  virtual int wait_fd() const = 0;
};

class Listener {
 public:
  virtual ~Listener() = default;
  virtual Io<std::unique_ptr<Socket>> accept() = 0;
  virtual int wait_fd() const = 0;
};

class SystemSocket final : public Socket {
 public:
  explicit SystemSocket(sys::Fd fd) : fd_(std::move(fd)) {}
  Io<size_t> receive(Pieces into, bool peek, bool wait_all) override { return sys::socket_receive(fd_.get(), into, peek, wait_all); }
  Io<size_t> send(ConstPieces pieces) override { return sys::socket_send(fd_.get(), pieces); }
  Io<void> shutdown(bool receive, bool send) override { return sys::socket_shutdown(fd_.get(), receive, send); }
  int wait_fd() const override { return fd_.get(); }

 private:
  sys::Fd fd_;
};

class SystemListener final : public Listener {
 public:
  // "127.0.0.1:80", "[::1]:80".
  static Result<std::unique_ptr<SystemListener>> open(const std::string& address);
  Io<std::unique_ptr<Socket>> accept() override;
  int wait_fd() const override { return fd_.get(); }
  std::string address() const;  // with the port that was picked for port 0

 private:
  explicit SystemListener(sys::Fd fd) : fd_(std::move(fd)) {}
  sys::Fd fd_;
};

}  // namespace wherry::host
