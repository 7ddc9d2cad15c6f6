// What a handler sees of an HTTP request and its response, whichever version of HTTP carries them. Everything here is
// used from the fiber that the handler runs on, and only until it returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/sys/clock.h"
#include "base/sys/socket.h"

namespace wherry::net {

class EventLoop;

struct Header {
  std::string_view name;  // as it was written
  std::string_view value;
};

bool same_name(std::string_view a, std::string_view b);  // field names ignore case (RFC 9110, 5.1)
// The first field of that name, or null.
const Header* find(std::span<const Header> headers, std::string_view name);

// All counts are of bytes, or of things; all times of nanoseconds. What goes beyond is answered with the status named.
struct HttpLimits {
  size_t request_line_max = 16 * 1024;        // 414
  size_t head_bytes_max = 64 * 1024;          // 431
  size_t headers_max = 128;                   // 431
  size_t trailer_bytes_max = 16 * 1024;       // 431
  uint64_t body_bytes_max = 256ull << 20;     // 413
  int64_t idle_ns = 75 * sys::ns_per_s;       // between requests: the connection is closed
  int64_t head_ns = 15 * sys::ns_per_s;       // from a request's first byte to the end of its head: 408
  int64_t read_ns = 30 * sys::ns_per_s;       // without a byte of the body: 408
  int64_t write_ns = 30 * sys::ns_per_s;      // without room for a byte of the response: the connection is closed
  uint64_t rate_min = 500;                    // bytes a second, on average, where the peer is waited for; 0: any
  uint64_t requests_max = 0;                  // on one connection; 0: any number
};

// The body of a request, pulled by the handler; what it doesn't read stays with the client (backpressure).
class BodyReader {
 public:
  // At least one byte, or none at the end. After an Error (a malformed body, a limit, a client that went away) the
  // rest is lost; a handler that has not answered yet may just return, and the fitting status is sent.
  virtual Result<size_t> read(std::span<std::byte> into) = 0;
  virtual bool ready() const = 0;  // false: read would wait
  virtual bool ended() const = 0;
  virtual uint16_t failed_status() const = 0;  // the status that fits the client's fault; 0: there is none
  virtual std::span<const Header> trailers() const = 0;  // once ended

 protected:
  ~BodyReader() = default;
};

struct Request {
  std::string_view method;
  std::string_view target;     // "/path?query", or "*"
  std::string_view scheme;     // "http" or "https"
  std::string_view authority;  // the host as the client named it; may be empty
  std::span<const Header> headers;  // in order
  int version_minor = 1;       // of HTTP/1
  bool has_body = false;
  uint64_t content_length = UINT64_MAX;  // UINT64_MAX: not known
  sys::Address peer;
  BodyReader* body = nullptr;
  EventLoop* loop = nullptr;
  int fd = -1;                 // of the connection, for EventLoop::wait_any
  uint64_t id = 0;             // for logs, if whoever serves sets it
  unsigned worker = 0;         // which loop of the server it is, from 0
  sys::Instant deadline = sys::Instant::never();  // the handler may set it; no read or write waits longer
};

// The response. Only `Date` and what frames the message (Content-Length, Transfer-Encoding, Connection) are added.
// Small responses are sent as one piece when they are finished; what is written before is sent when it is much, or
// with flush(): whoever makes a handler wait between writes flushes.
class ResponseWriter {
 public:
  // Once. Content-Length is kept, and then what is written must be as long; connection-level fields other than
  // "Connection: close" are dropped; names and values that can't be sent are an Error.
  virtual Result<void> head(uint16_t status, std::span<const Header> headers) = 0;
  // For HEAD and for statuses without a body the bytes are only counted.
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
  virtual Result<void> flush() = 0;
  // Trailers are dropped where the framing has none.
  virtual Result<void> finish(std::span<const Header> trailers = {}) = 0;
  // The connection ends so that the client sees that the response is incomplete.
  virtual void abort() = 0;

  virtual uint16_t status() const = 0;      // 0: head() wasn't called
  virtual bool committed() const = 0;       // too late for another status
  virtual bool finished() const = 0;
  virtual uint64_t body_bytes() const = 0;  // written so far
  // Forgets a head and body that aren't committed, so that an error can be answered instead.
  virtual bool restart() = 0;

  Result<void> respond(uint16_t status, std::span<const Header> headers, std::string_view body);

 protected:
  ~ResponseWriter() = default;
};

using Handler = std::function<void(Request&, ResponseWriter&)>;

std::string_view reason_phrase(uint16_t status);  // "OK"; empty for unknown ones

}  // namespace wherry::net
