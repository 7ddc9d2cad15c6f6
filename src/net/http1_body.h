// The body of an HTTP/1 request, pulled from a connection (RFC 9112, 6 and 7).
#pragma once

#include <string>
#include <vector>

#include "net/buffer.h"
#include "net/chunked.h"
#include "net/http1_head.h"
#include "net/stream.h"

namespace wherry::net {

class Http1Body final : public BodyReader {
 public:
  // What the body needs of the connection's other half before it waits for the client.
  class Other {
   public:
    virtual Result<void> send_continue() = 0;  // "100 Continue", unless it is too late for that
    virtual Result<void> send_pending() = 0;

   protected:
    ~Other() = default;
  };

  // `continue_due` is cleared when the body is first asked for.
  Http1Body(Stream& stream, Buffer& in, Other& other, const HttpLimits& limits, bool& continue_due)
      : stream_(stream), in_(in), other_(other), limits_(limits), patience_(limits.read_ns, limits.rate_min), continue_due_(continue_due) {}

  // Not before the head was parsed. A length that is too long is refused at once.
  void start(const Head& head, sys::Instant& deadline);

  Result<size_t> read(std::span<std::byte> into) override;
  bool ready() const override { return ended_ || refusal_ || !in_.empty() || stream_.may_read(); }
  bool ended() const override { return ended_; }
  uint16_t failed_status() const override { return refusal_.status; }
  std::span<const Header> trailers() const override { return trailers_; }

  const Refusal& refusal() const { return refusal_; }  // what to answer when reading failed
  // Reads and drops what is left, up to `bytes_max`; false when there is more, or it is malformed.
  bool drain(uint64_t bytes_max);

 private:
  Result<size_t> read_data(std::span<std::byte> into, uint64_t left);
  Result<size_t> read_chunked(std::span<std::byte> into);
  Result<void> read_trailers();
  Result<size_t> receive(std::span<std::byte> into);
  Result<void> fill();
  Result<void> wait();
  std::unexpected<Error> refuse(uint16_t status, const char* why);
  std::unexpected<Error> lost(int number);

  Stream& stream_;
  Buffer& in_;
  Other& other_;
  const HttpLimits& limits_;
  Patience patience_;
  sys::Instant* deadline_ = nullptr;
  Framing framing_ = Framing::none;
  uint64_t left_ = 0;   // of a body with a length
  uint64_t total_ = 0;  // of a chunked one, so far
  ChunkDecoder chunks_;
  bool& continue_due_;
  bool ended_ = true;
  Refusal refusal_;
  std::string trailer_bytes_;
  std::vector<Header> trailers_;
};

}  // namespace wherry::net
