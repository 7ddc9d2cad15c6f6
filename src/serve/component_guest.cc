#include "serve/component_guest.h"

#include <fmt/format.h>

#include "net/loop.h"

namespace wherry::serve {
namespace {

using wasi::p2::FieldList;

FieldList field_list(std::span<const net::Header> headers) {
  FieldList list;
  list.reserve(headers.size());
  for (const net::Header& header : headers) list.emplace_back(header.name, header.value);
  return list;
}

std::vector<net::Header> headers_of(const FieldList& fields) {
  std::vector<net::Header> headers;
  for (const auto& [name, value] : fields) headers.push_back({name, value});
  return headers;
}

class RequestBody final : public wasi::p2::BodySource {
 public:
  RequestBody(net::BodyReader& reader, int fd) : reader_(reader), fd_(fd) {}
  Result<size_t> read(std::span<std::byte> into) override { return reader_.read(into); }
  bool ready() const override { return reader_.ready(); }
  int wait_fd() const override { return fd_; }
  FieldList trailers() const override { return reader_.ended() ? field_list(reader_.trailers()) : FieldList(); }

 private:
  net::BodyReader& reader_;
  int fd_;
};

class Response final : public wasi::p2::ResponseSink {
 public:
  explicit Response(net::ResponseWriter& writer) : writer_(writer) {}
  Result<void> head(uint16_t status, const FieldList& fields) override { return writer_.head(status, headers_of(fields)); }
  Result<void> write(std::span<const std::byte> bytes) override { return writer_.write(bytes); }
  Result<void> flush() override { return writer_.flush(); }
  Result<void> finish(const FieldList& trailers) override { return writer_.finish(headers_of(trailers)); }
  void abort() override { writer_.abort(); }

 private:
  net::ResponseWriter& writer_;
};

// Where a guest waits, its fiber does, and the worker goes on.
class FiberWaiter final : public host::Waiter {
 public:
  FiberWaiter(net::EventLoop& loop, net::ResponseWriter& response) : loop_(loop), response_(response) {}
  bool wait(std::span<host::FdInterest> interests, sys::Instant deadline) override {
    // Who waits may be waited for: what was written goes out first.
    if (response_.status() != 0 && !response_.finished()) (void)response_.flush();
    if (interests.empty()) return loop_.sleep_until(deadline), false;
    std::vector<net::Interest> list;
    for (const host::FdInterest& interest : interests) list.push_back({interest.fd, interest.for_writing});
    const bool ready = loop_.wait_any(list, deadline);
    for (size_t i = 0; i < list.size(); ++i) interests[i].ready = list[i].ready;
    return ready;
  }

 private:
  net::EventLoop& loop_;
  net::ResponseWriter& response_;
};

// A guest's output, a line of the log each. Its lines can't be taken for ours: control characters are escaped.
class LogLines final : public host::Output {
 public:
  LogLines(Log& log, uint64_t request, std::string_view stream) : log_(log), request_(request), stream_(stream) {}
  ~LogLines() override {
    if (!line_.empty()) end_line();
  }
  host::Io<size_t> write(std::span<const std::byte> bytes) override {
    for (const std::byte byte : bytes) {
      if (char(byte) == '\n' || line_.size() >= line_bytes_max) end_line();
      if (char(byte) != '\n') line_ += char(byte);
    }
    return bytes.size();
  }

 private:
  static constexpr size_t line_bytes_max = 4096, bytes_max = 1 << 20;
  void end_line() {
    bytes_ += line_.size() + 1;
    if (bytes_ <= bytes_max) {
      std::string text = fmt::format("request {:x} {} ", request_, stream_);
      append_quoted(text, line_);
      log_.line(text);
    }
    line_.clear();
  }
  Log& log_;
  uint64_t request_;
  std::string_view stream_;
  std::string line_;
  size_t bytes_ = 0;
};

}  // namespace

ComponentGuest::ComponentGuest(engine::Engine& engine, std::shared_ptr<const wasi::p2::Program> program, GuestOptions options, Log& log)
    : engine_(engine), program_(std::move(program)), options_(std::move(options)), log_(log) {}

Result<void> ComponentGuest::handle(net::Request& request, net::ResponseWriter& response) {
  const std::unique_ptr<engine::Store> store = engine_.make_store();
  store->set_deadline({.wall = request.deadline, .cpu_ns = options_.cpu_ns});
  if (options_.fuel) store->set_fuel(int64_t(std::min<uint64_t>(*options_.fuel, INT64_MAX)));

  host::TextInput no_input;
  LogLines output(log_, request.id, "stdout"), errors(log_, request.id, "stderr");
  FiberWaiter waiter(*request.loop, response);
  wasi::p2::Context context;
  context.clock = &clock_;
  context.random = &random_;
  context.waiter = &waiter;
  context.key_value = options_.key_value ? options_.key_value : &no_key_value_;
  context.input = &no_input;
  context.output = &output;
  context.error_output = &errors;
  context.env = options_.env;
  context.preopens = options_.preopens;
  context.deadline = request.deadline;
  context.offload = [loop = request.loop](std::function<void()> work) { loop->offload(work); };

  Response sink(response);
  std::optional<RequestBody> body;
  if (request.has_body && request.body) body.emplace(*request.body, request.fd);
  wasi::p2::HttpRequest incoming{.method = std::string(request.method), .target = std::string(request.target), .scheme = std::string(request.scheme),
                                 .authority = std::string(request.authority), .fields = field_list(request.headers), .body = body ? &*body : nullptr};
  return wasi::p2::handle(*program_, *store, context, std::move(incoming), sink);
}

}  // namespace wherry::serve
