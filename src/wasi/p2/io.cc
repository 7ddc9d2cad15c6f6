#include "wasi/p2/io.h"

#include <fmt/format.h>

#include "wasi/p2/versions.h"

namespace wherry::wasi::p2 {

constinit const rc::ResourceKind IoError::kind = rc::kind_of<IoError>("error");
constinit const rc::ResourceKind Pollable::kind = rc::kind_of<Pollable>("pollable");
constinit const rc::ResourceKind InputStream::kind = rc::kind_of<InputStream>("input-stream");
constinit const rc::ResourceKind OutputStream::kind = rc::kind_of<OutputStream>("output-stream");

bool FdPollable::ready(Context& context) {
  if (is_ready_ && is_ready_()) return true;
  host::FdInterest interest{fd_, for_writing_};
  return context.waiter->wait({&interest, 1}, sys::now());
}

rc::Stop<std::vector<uint32_t>> wait_for(Context& context, std::span<Pollable* const> pollables) {
  std::vector<uint32_t> ready;
  std::vector<host::FdInterest> interests;
  for (;;) {
    for (uint32_t i = 0; i < pollables.size(); ++i)
      if (pollables[i]->ready(context)) ready.push_back(i);
    if (!ready.empty()) return ready;
    if (sys::now() >= context.deadline) return std::unexpected(rc::Ending{abi::Trap::deadline});
    interests.clear();
    sys::Instant deadline = context.deadline;
    for (Pollable* pollable : pollables) pollable->interests(interests, deadline);
    context.waiter->wait(interests, deadline);
  }
}

StreamResult<Bytes> HostInputStream::read(Context& context, uint64_t count, bool wait) {
  if (count == 0) return Bytes();
  if (!wait && input_.wait_fd() >= 0) {
    host::FdInterest interest{input_.wait_fd()};
    if (!context.waiter->wait({&interest, 1}, sys::now())) return Bytes();
  } else if (input_.wait_fd() >= 0) {
    host::FdInterest interest{input_.wait_fd()};
    context.waiter->wait({&interest, 1}, context.deadline);
  }
  Bytes bytes(size_t(std::min<uint64_t>(count, context.read_bytes_max)));
  const auto got = input_.read(std::as_writable_bytes(std::span(bytes)));
  if (!got) return std::unexpected(StreamError::failed(std::string(sys::errno_text(got.error()))));
  if (*got == 0) return std::unexpected(StreamError::closed());
  bytes.resize(*got);
  return bytes;
}

std::unique_ptr<Pollable> HostInputStream::subscribe() {
  if (input_.wait_fd() < 0) return std::make_unique<ReadyPollable>();
  return std::make_unique<FdPollable>(input_.wait_fd(), false);
}

StreamResult<void> HostOutputStream::write(Context& context, ByteView bytes) {
  while (!bytes.empty()) {
    if (output_.wait_fd() >= 0) {
      host::FdInterest interest{output_.wait_fd(), true};
      context.waiter->wait({&interest, 1}, context.deadline);
    }
    const auto wrote = output_.write(std::as_bytes(bytes));
    if (!wrote && wrote.error() == sys::Errno::pipe) return std::unexpected(StreamError::closed());
    if (!wrote) return std::unexpected(StreamError::failed(std::string(sys::errno_text(wrote.error()))));
    bytes = bytes.subspan(*wrote);
  }
  return {};
}

std::unique_ptr<Pollable> HostOutputStream::subscribe() {
  if (output_.wait_fd() < 0) return std::make_unique<ReadyPollable>();
  return std::make_unique<FdPollable>(output_.wait_fd(), true);
}

namespace {

std::string to_debug_string(Context&, IoError& error) { return error.text; }

bool pollable_ready(Context& context, Pollable& pollable) { return pollable.ready(context); }

rc::Stop<void> pollable_block(Context& context, Pollable& pollable) {
  Pollable* const one = &pollable;
  const auto ready = wait_for(context, {&one, 1});
  if (!ready) return std::unexpected(ready.error());
  return {};
}

rc::Stop<std::vector<uint32_t>> poll(Context& context, std::vector<Pollable*> pollables) {
  if (pollables.empty()) return std::unexpected(rc::Ending{abi::Trap::unreachable});  // the interface says: traps
  return wait_for(context, pollables);
}

StreamResult<Bytes> input_read(Context& context, InputStream& stream, uint64_t count) { return stream.read(context, count, false); }
StreamResult<Bytes> input_blocking_read(Context& context, InputStream& stream, uint64_t count) { return stream.read(context, count, true); }

StreamResult<uint64_t> skipped(StreamResult<Bytes> bytes) {
  if (!bytes) return std::unexpected(std::move(bytes).error());
  return uint64_t(bytes->size());
}
StreamResult<uint64_t> input_skip(Context& context, InputStream& stream, uint64_t count) { return skipped(stream.read(context, count, false)); }
StreamResult<uint64_t> input_blocking_skip(Context& context, InputStream& stream, uint64_t count) { return skipped(stream.read(context, count, true)); }
std::unique_ptr<Pollable> input_subscribe(Context&, InputStream& stream) { return stream.subscribe(); }

StreamResult<uint64_t> output_check_write(Context& context, OutputStream& stream) { return stream.check_write(context); }
StreamResult<void> output_write(Context& context, OutputStream& stream, ByteView bytes) { return stream.write(context, bytes); }

StreamResult<void> output_blocking_write_and_flush(Context& context, OutputStream& stream, ByteView bytes) {
  if (auto wrote = stream.write(context, bytes); !wrote) return wrote;
  return stream.flush(context);
}

StreamResult<void> output_flush(Context& context, OutputStream& stream) { return stream.flush(context); }
std::unique_ptr<Pollable> output_subscribe(Context&, OutputStream& stream) { return stream.subscribe(); }

StreamResult<void> output_write_zeroes(Context& context, OutputStream& stream, uint64_t count) {
  static constexpr uint8_t zeroes[4096] = {};
  for (uint64_t left = count; left > 0;) {
    const size_t now = size_t(std::min<uint64_t>(left, sizeof zeroes));
    if (auto wrote = stream.write(context, ByteView(zeroes, now)); !wrote) return wrote;
    left -= now;
  }
  return {};
}

StreamResult<void> output_blocking_write_zeroes_and_flush(Context& context, OutputStream& stream, uint64_t count) {
  if (auto wrote = output_write_zeroes(context, stream, count); !wrote) return wrote;
  return stream.flush(context);
}

StreamResult<uint64_t> splice(Context& context, OutputStream& to, InputStream& from, uint64_t count, bool wait) {
  auto bytes = from.read(context, std::min(count, OutputStream::permit), wait);
  if (!bytes) return std::unexpected(std::move(bytes).error());
  if (auto wrote = to.write(context, *bytes); !wrote) return std::unexpected(std::move(wrote).error());
  return uint64_t(bytes->size());
}
StreamResult<uint64_t> output_splice(Context& context, OutputStream& to, InputStream& from, uint64_t count) { return splice(context, to, from, count, false); }
StreamResult<uint64_t> output_blocking_splice(Context& context, OutputStream& to, InputStream& from, uint64_t count) { return splice(context, to, from, count, true); }

using rc::row;

constexpr rc::HostFunction error_functions[] = {row<&to_debug_string>("[method]error.to-debug-string")};
constexpr const rc::ResourceKind* error_resources[] = {&IoError::kind};

constexpr rc::HostFunction poll_functions[] = {
    row<&pollable_ready>("[method]pollable.ready"),
    row<&pollable_block>("[method]pollable.block"),
    row<&poll>("poll"),
};
constexpr const rc::ResourceKind* poll_resources[] = {&Pollable::kind};

constexpr rc::HostFunction stream_functions[] = {
    row<&input_read>("[method]input-stream.read"),
    row<&input_blocking_read>("[method]input-stream.blocking-read"),
    row<&input_skip>("[method]input-stream.skip"),
    row<&input_blocking_skip>("[method]input-stream.blocking-skip"),
    row<&input_subscribe>("[method]input-stream.subscribe"),
    row<&output_check_write>("[method]output-stream.check-write"),
    row<&output_write>("[method]output-stream.write"),
    row<&output_blocking_write_and_flush>("[method]output-stream.blocking-write-and-flush"),
    row<&output_flush>("[method]output-stream.flush"),
    row<&output_flush>("[method]output-stream.blocking-flush"),
    row<&output_subscribe>("[method]output-stream.subscribe"),
    row<&output_write_zeroes>("[method]output-stream.write-zeroes"),
    row<&output_blocking_write_zeroes_and_flush>("[method]output-stream.blocking-write-zeroes-and-flush"),
    row<&output_splice>("[method]output-stream.splice"),
    row<&output_blocking_splice>("[method]output-stream.blocking-splice"),
};
constexpr const rc::ResourceKind* stream_resources[] = {&InputStream::kind, &OutputStream::kind};

}  // namespace

const rc::HostInterface io_error_interface{"wasi:io/error", oldest, newest, error_functions, error_resources};
const rc::HostInterface io_poll_interface{"wasi:io/poll", oldest, newest, poll_functions, poll_resources};
const rc::HostInterface io_streams_interface{"wasi:io/streams", oldest, newest, stream_functions, stream_resources};

}  // namespace wherry::wasi::p2
