// Writes one HTTP/1 response (RFC 9112). Nothing is sent before it has to be, so that a small response leaves in one
// system call with its length known; a longer one of unknown length is chunked.
#pragma once

#include <string>

#include "net/http.h"
#include "net/stream.h"

namespace wherry::net {

// The Date field's value (RFC 9110, 6.6.1), made once a second.
class DateCache {
 public:
  std::string_view text(sys::Instant now);

 private:
  sys::Instant valid_until_{};
  char text_[32] = {};
};

class Http1Writer final : public ResponseWriter {
 public:
  struct For {
    bool is_head = false;         // the request's method was HEAD
    bool allows_chunked = true;   // HTTP/1.1
    bool keep_alive = true;       // as far as the request goes
  };

  Http1Writer(EventLoop& loop, Stream& stream, DateCache& date, const HttpLimits& limits)
      : loop_(loop), stream_(stream), date_(date), limits_(limits), patience_(limits.write_ns, limits.rate_min) {}

  // Looked at when the head leaves: each of them closes the connection after the response. A client that waits for
  // "100 Continue" and gets its answer instead may or may not send its body: nobody could tell what comes next.
  struct Unless {
    const bool& draining;
    const bool& continue_due;
  };

  void start(const For& request, sys::Instant& deadline, const Unless& unless);
  void close_afterwards() { keep_alive_ = false; }
  bool keeps_alive() const { return keep_alive_ && finished_ && !broken_; }
  bool broken() const { return broken_; }
  // Outside of a response: "100 Continue".
  Result<void> send_raw(std::string_view bytes);
  void shrink();  // lets go of memory while the connection idles

  Result<void> head(uint16_t status, std::span<const Header> headers) override;
  Result<void> write(std::span<const std::byte> bytes) override;
  Result<void> flush() override;
  Result<void> finish(std::span<const Header> trailers) override;
  void abort() override;
  uint16_t status() const override { return status_; }
  bool committed() const override { return committed_; }
  bool finished() const override { return finished_; }
  uint64_t body_bytes() const override { return body_bytes_; }
  bool restart() override;

 private:
  enum class Mode : uint8_t { undecided, length, chunked, until_close, none };

  Result<void> add_header(const Header& header);
  bool about_connection(const Header& header);
  void commit(bool complete, bool with_trailers);
  void add_length(uint64_t length);
  Result<void> send(std::span<const std::byte> bytes, std::string_view tail);
  Result<void> send_pieces(std::span<iovec> pieces);
  std::unexpected<Error> refuse(std::string_view why);

  EventLoop& loop_;
  Stream& stream_;
  DateCache& date_;
  const HttpLimits& limits_;
  Patience patience_;
  sys::Instant* deadline_ = nullptr;
  const bool* draining_ = nullptr;
  const bool* continue_due_ = nullptr;

  std::string head_;  // not sent yet
  std::string body_;  // not sent yet
  For request_;
  Mode mode_ = Mode::undecided;
  uint16_t status_ = 0;
  uint64_t body_bytes_ = 0;
  uint64_t declared_ = UINT64_MAX;  // Content-Length, if the handler gave one
  bool has_date_ = false;
  bool keep_alive_ = true;
  bool committed_ = false;
  bool finished_ = false;
  bool broken_ = false;
};

}  // namespace wherry::net
