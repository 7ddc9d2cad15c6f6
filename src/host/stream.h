// Standard input and output of a guest.
#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "base/sys/errno.h"
#include "base/sys/socket.h"

namespace wherry::host {

using sys::Errno;
using sys::Io;

class Input {
 public:
  virtual ~Input() = default;
  // At least one byte, or none at the end. Waits unless `wait_fd` is readable.
  virtual Io<size_t> read(std::span<std::byte> into) = 0;
  virtual int wait_fd() const { return -1; }  // wait for this before reading; -1: never waits
  virtual bool is_terminal() const { return false; }
};

class Output {
 public:
  virtual ~Output() = default;
  // At least one byte of a write that isn't empty.
  virtual Io<size_t> write(std::span<const std::byte> bytes) = 0;
  virtual int wait_fd() const { return -1; }
  // So much is written without waiting once `wait_fd` is writable.
  virtual size_t write_max() const { return std::numeric_limits<size_t>::max(); }
  virtual bool is_terminal() const { return false; }
};

// File descriptors that somebody else owns, such as 0, 1 and 2.
class FdInput final : public Input {
 public:
  explicit FdInput(int fd) : fd_(fd) {}
  Io<size_t> read(std::span<std::byte> into) override;
  int wait_fd() const override { return fd_; }
  bool is_terminal() const override;

 private:
  int fd_;
};

class FdOutput final : public Output {
 public:
  explicit FdOutput(int fd);
  Io<size_t> write(std::span<const std::byte> bytes) override;
  int wait_fd() const override { return fd_; }
  size_t write_max() const override { return write_max_; }
  bool is_terminal() const override;

 private:
  int fd_;
  size_t write_max_;
};

class TextInput final : public Input {
 public:
  explicit TextInput(std::string text = {}) : text_(std::move(text)) {}
  Io<size_t> read(std::span<std::byte> into) override;

 private:
  std::string text_;
  size_t at_ = 0;
};

// Keeps what was written, up to a bound; what exceeds it is refused (nospc).
class TextOutput final : public Output {
 public:
  explicit TextOutput(size_t bytes_max = size_t{64} << 20) : bytes_max_(bytes_max) {}
  Io<size_t> write(std::span<const std::byte> bytes) override;
  const std::string& text() const { return text_; }

 private:
  size_t bytes_max_;
  std::string text_;
};

class NullOutput final : public Output {
 public:
  Io<size_t> write(std::span<const std::byte> bytes) override { return bytes.size(); }
};

}  // namespace wherry::host
