#include "net/http1.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace wherry::net {

using sys::Instant;

Http1Connection::Http1Connection(Http1Shared& shared, Stream& stream, const sys::Address& peer)
    : shared_(shared),
      stream_(stream),
      peer_(peer),
      in_(shared.blocks),
      writer_(shared.loop, stream, shared.date, shared.limits) {}

void Http1Connection::serve() {
  for (;;) {
    const Next next = read_head();
    if (next == Next::close) return;
    if (next == Next::refuse) return refuse(refusal_);
    answer();
    if (!writer_.keeps_alive()) break;
    // Many small requests come with one read.
    if (requests_ % 16 == 0 && !in_.empty()) shared_.loop.yield();
  }
  if (unread_ && !writer_.broken()) linger();
}

void Http1Connection::drain() {
  if (idle_) stream_.abort();
}

// ---- reading heads

Http1Connection::Next Http1Connection::read_head() {
  if (wait_for_request() == Next::close) return Next::close;
  const Instant deadline = shared_.loop.time() + shared_.limits.head_ns;
  LineScanner lines;
  for (;;) {
    const Next next = skip_empty_lines() ? scan_head(lines) : Next::more;
    if (next != Next::more) return next;
    const auto room = in_.room();
    const sys::Moved moved = stream_.read(room, deadline);
    in_.added(moved.bytes);
    if (moved.bytes > 0) continue;
    if (moved.error != ETIMEDOUT) return Next::close;
    refusal_ = {408, "a request that comes too slowly"};
    return Next::refuse;
  }
}

// Until the first byte of a request. What the connection doesn't need meanwhile, it gives back.
Http1Connection::Next Http1Connection::wait_for_request() {
  if (!in_.empty()) return Next::request;
  if (shared_.draining && requests_ > 0) return Next::close;
  if (stream_.may_read()) return Next::request;
  idle_ = true;
  in_.release();
  writer_.shrink();
  constexpr int64_t while_draining_ns = sys::ns_per_s;
  const bool came = stream_.wait_readable(shared_.loop.time() + (shared_.draining ? while_draining_ns : shared_.limits.idle_ns));
  idle_ = false;
  return came ? Next::request : Next::close;
}

// Some clients send an empty line behind a body (RFC 9112, 2.2). False: more bytes are needed to tell.
bool Http1Connection::skip_empty_lines() {
  while (in_.view().starts_with("\r\n")) in_.consume(2);
  return !in_.empty() && in_.view() != "\r";
}

Http1Connection::Next Http1Connection::scan_head(LineScanner& lines) {
  const HttpLimits& limits = shared_.limits;
  const auto outcome = lines.scan(in_.view());
  if (lines.first_line() > limits.request_line_max) {
    refusal_ = {414, "a request line longer than allowed"};
  } else if (lines.end() > limits.head_bytes_max || lines.lines() > limits.headers_max + 1) {
    refusal_ = {431, "a head longer than allowed"};
  } else if (outcome == LineScanner::Outcome::bad) {
    refusal_ = {400, "a line that doesn't end in CRLF, or is folded"};
  } else if (outcome == LineScanner::Outcome::more) {
    return Next::more;
  } else {
    head_bytes_.assign(in_.view().substr(0, lines.end()));
    in_.consume(lines.end());
    refusal_ = parse_head(head_bytes_, limits, head_);
  }
  return refusal_ ? Next::refuse : Next::request;
}

// ---- answering

void Http1Connection::answer() {
  ++requests_;
  Http1Body body(stream_, in_, *this, shared_.limits, continue_due_);
  Request request{
      .method = head_.method,
      .target = head_.target,
      .scheme = head_.scheme,
      .authority = head_.authority,
      .headers = head_.headers,
      .version_minor = head_.version_minor,
      .has_body = head_.framing != Framing::none,
      .content_length = head_.framing == Framing::chunked ? UINT64_MAX : head_.content_length,
      .peer = peer_,
      .body = &body,
      .loop = &shared_.loop,
      .fd = stream_.fd(),
      .worker = shared_.worker,
  };
  const bool last = shared_.limits.requests_max != 0 && requests_ >= shared_.limits.requests_max;
  continue_due_ = head_.expects_continue;
  writer_.start({head_.method == "HEAD", head_.version_minor >= 1, head_.keep_alive && !last}, request.deadline,
                {shared_.draining, continue_due_});
  body.start(head_, request.deadline);
  if (!body.refusal()) shared_.handler(request, writer_);
  if (!body.ended()) request.deadline = sys::now() + 5 * sys::ns_per_s;
  settle(body);
}

// Whatever the handler did, the client gets one whole response or sees that the connection broke.
void Http1Connection::settle(Http1Body& body) {
  if (!writer_.finished() && !writer_.broken()) {
    if (writer_.restart()) {
      const Refusal refusal = body.refusal() ? body.refusal() : Refusal{500, "an answer that never came"};
      refusal_ = refusal;
      writer_.close_afterwards();
      const Header headers[] = {{"Content-Type", "text/plain; charset=utf-8"}};
      (void)writer_.respond(refusal.status, headers, fmt::format("{} {}\n", refusal.status, reason_phrase(refusal.status)));
    } else {
      writer_.abort();
    }
  }
  constexpr uint64_t drained_max = 256 * 1024;
  unread_ = !writer_.broken() && !body.drain(drained_max);
  if (unread_) writer_.close_afterwards();
}

void Http1Connection::refuse(const Refusal& refusal) {
  Instant deadline = Instant::never();
  writer_.start({false, true, false}, deadline, {shared_.draining, continue_due_});
  const Header headers[] = {{"Content-Type", "text/plain; charset=utf-8"}};
  const std::string text = fmt::format("{} {}: the client sent {}\n", refusal.status, reason_phrase(refusal.status), refusal.why);
  if (writer_.respond(refusal.status, headers, text)) linger();
}

// Closing a socket that has unread bytes resets the connection, and the client may lose the response that it is just
// reading (RFC 9112, 9.6): so half of it is closed, and for a moment what comes is thrown away.
void Http1Connection::linger() {
  constexpr size_t bytes_max = 1 << 20;
  const Instant deadline = sys::now() + 2 * sys::ns_per_s;
  stream_.close_write();
  in_.consume(in_.size());
  for (size_t bytes = 0; bytes < bytes_max;) {
    const sys::Moved moved = stream_.read(in_.room(), deadline);
    if (moved.bytes == 0) return;
    bytes += moved.bytes;
  }
}

// Too late once the response is on its way: the client will see that instead.
Result<void> Http1Connection::send_continue() {
  if (writer_.status() != 0) return {};
  return writer_.send_raw("HTTP/1.1 100 Continue\r\n\r\n");
}

}  // namespace wherry::net
