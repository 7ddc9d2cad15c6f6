// Serves HTTP/1.0 and HTTP/1.1 on one connection: requests one after the other (pipelined ones wait in the socket),
// each given to the handler, until one side closes. Runs on a fiber of its own.
#pragma once

#include "net/http1_body.h"
#include "net/http1_writer.h"

namespace wherry::net {

// What the connections of one worker share.
struct Http1Shared {
  EventLoop& loop;
  const HttpLimits& limits;
  const Handler& handler;
  unsigned worker = 0;
  BlockPool blocks;
  DateCache date;
  bool draining = false;  // no further request is served on any connection
};

class Http1Connection final : Http1Body::Other {
 public:
  Http1Connection(Http1Shared& shared, Stream& stream, const sys::Address& peer);

  void serve();
  // From another fiber or the loop, once `draining` is set: ends the connection if it is between requests.
  void drain();
  void abort() { stream_.abort(); }

 private:
  enum class Next : uint8_t { request, more, close, refuse };

  Next read_head();
  Next wait_for_request();
  Next scan_head(LineScanner& lines);
  bool skip_empty_lines();
  void answer();
  void refuse(const Refusal& refusal);
  void settle(Http1Body& body);
  void linger();

  Result<void> send_continue() override;
  Result<void> send_pending() override { return writer_.flush(); }

  Http1Shared& shared_;
  Stream& stream_;
  const sys::Address& peer_;
  Buffer in_;
  Http1Writer writer_;
  std::string head_bytes_;  // what head_ points into
  Head head_;
  Refusal refusal_;
  uint64_t requests_ = 0;
  bool idle_ = false;          // waits for a request's first byte
  bool continue_due_ = false;  // the client waits for "100 Continue" before it sends the body
  bool unread_ = false;  // the client may still be sending what nobody will read
};

}  // namespace wherry::net
