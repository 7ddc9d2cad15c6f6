// wasi:io: errors, pollables and streams, which all other interfaces build on.
#pragma once

#include <expected>
#include <optional>
#include <variant>

#include "runtime/component/bind.h"
#include "wasi/p2/context.h"

namespace wherry::wasi::p2 {

namespace rc = runtime::component;
using rc::None;
using Bytes = std::vector<uint8_t>;
using ByteView = std::span<const uint8_t>;

struct IoError : rc::Resource {
  explicit IoError(std::string text) : text(std::move(text)) {}
  static const rc::ResourceKind kind;
  std::string text;
};

// last-operation-failed and closed.
struct StreamError {
  using variant = std::variant<std::unique_ptr<IoError>, None>;
  variant value;
  static StreamError failed(std::string text) { return {std::make_unique<IoError>(std::move(text))}; }
  static StreamError closed() { return {None{}}; }
};
template <typename T>
using StreamResult = std::expected<T, StreamError>;

// What can be waited for. A pollable may outlive what it came from: it holds what it needs.
class Pollable : public rc::Resource {
 public:
  static const rc::ResourceKind kind;
  virtual bool ready(Context& context) = 0;
  // What makes it ready, besides time: nothing means that only `deadline` does.
  virtual void interests(std::vector<host::FdInterest>&, sys::Instant&) {}
};

class ReadyPollable final : public Pollable {
 public:
  bool ready(Context&) override { return true; }
};

class TimePollable final : public Pollable {
 public:
  explicit TimePollable(sys::Instant when) : when_(when) {}
  bool ready(Context&) override { return sys::now() >= when_; }
  void interests(std::vector<host::FdInterest>&, sys::Instant& deadline) override { deadline = std::min(deadline, when_); }

 private:
  sys::Instant when_;
};

// Ready when a descriptor is, or when `ready` says that it isn't needed.
class FdPollable final : public Pollable {
 public:
  FdPollable(int fd, bool for_writing, std::function<bool()> is_ready = {}) : fd_(fd), for_writing_(for_writing), is_ready_(std::move(is_ready)) {}
  bool ready(Context& context) override;
  void interests(std::vector<host::FdInterest>& list, sys::Instant&) override { list.push_back({fd_, for_writing_}); }

 private:
  int fd_;
  bool for_writing_;
  std::function<bool()> is_ready_;
};

// Waits until one of them is ready or the guest's time is up; which are. An Ending when it is up.
rc::Stop<std::vector<uint32_t>> wait_for(Context& context, std::span<Pollable* const> pollables);

class InputStream : public rc::Resource {
 public:
  static const rc::ResourceKind kind;
  // Up to `count` bytes; without `wait` none when none are there. Closed at the end.
  virtual StreamResult<Bytes> read(Context& context, uint64_t count, bool wait) = 0;
  virtual std::unique_ptr<Pollable> subscribe() { return std::make_unique<ReadyPollable>(); }
};

class OutputStream : public rc::Resource {
 public:
  static const rc::ResourceKind kind;
  static constexpr uint64_t permit = 64 * 1024;
  // How much write() takes now.
  virtual StreamResult<uint64_t> check_write(Context&) { return permit; }
  virtual StreamResult<void> write(Context& context, ByteView bytes) = 0;
  virtual StreamResult<void> flush(Context&) { return {}; }
  virtual std::unique_ptr<Pollable> subscribe() { return std::make_unique<ReadyPollable>(); }
};

// Over what host/ calls a stream, which somebody else owns.
class HostInputStream final : public InputStream {
 public:
  explicit HostInputStream(host::Input& input) : input_(input) {}
  StreamResult<Bytes> read(Context& context, uint64_t count, bool wait) override;
  std::unique_ptr<Pollable> subscribe() override;

 private:
  host::Input& input_;
};

class HostOutputStream final : public OutputStream {
 public:
  explicit HostOutputStream(host::Output& output) : output_(output) {}
  StreamResult<void> write(Context& context, ByteView bytes) override;
  std::unique_ptr<Pollable> subscribe() override;

 private:
  host::Output& output_;
};

extern const rc::HostInterface io_error_interface, io_poll_interface, io_streams_interface;

}  // namespace wherry::wasi::p2

namespace wherry::runtime::component {
template <>
struct Shape<wasi::p2::StreamError> {
  static constexpr Form form = Form::variant;
  static constexpr std::string_view names[] = {"last-operation-failed", "closed"};
};
}  // namespace wherry::runtime::component
