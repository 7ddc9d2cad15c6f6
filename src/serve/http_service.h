// Serves one guest over HTTP: worker threads, a bounded number of requests inside the guest, a wall-clock deadline for
// each, an access log, and a drain when the program is asked to end. What a guest is, is told by whoever starts it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/sys/termination.h"
#include "net/server.h"
#include "serve/gate.h"
#include "serve/log.h"

namespace wherry::serve {

// Answers requests. One object for all workers: it is called from all of their threads at once, each request on a
// fiber of its own (`request.loop` and `request.worker` say which worker that is).
class Guest {
 public:
  virtual ~Guest() = default;
  // Answers through `response` before it returns. An Error goes to the log, and if nothing was sent yet, the client
  // gets 503 (kind unavailable: no room for another instance), 504 (after `request.deadline`) or 500. It must return
  // soon after `request.deadline`.
  virtual Result<void> handle(net::Request& request, net::ResponseWriter& response) = 0;
};

enum class AccessLog : uint8_t { off, text, json };

struct ServiceOptions {
  sys::Address address;
  unsigned workers = 0;             // 0: one a core
  net::HttpLimits limits;
  net::LoopOptions loop;
  size_t connections_max = 16384;   // a worker
  size_t concurrent_max = 256;      // requests inside the guest, a worker
  size_t queue_max = 1024;          // requests that wait for that, a worker; more get 503 at once
  int64_t queue_ns = sys::ns_per_s;            // how long they wait before they get 503
  int64_t request_ns = 30 * sys::ns_per_s;     // wall clock, from the head to the end of the response
  int64_t drain_ns = 30 * sys::ns_per_s;       // for requests under way, once the program was asked to end
  AccessLog access_log = AccessLog::off;
};

// What was counted since the start. Sums over the workers; each figure is exact, together they may be a moment apart.
struct ServiceCounters {
  uint64_t requests = 0;       // answered by the guest, or for it
  uint64_t failed = 0;         // where the guest returned an Error or didn't answer
  uint64_t overloaded = 0;     // 503, because too many were inside
  uint64_t by_class[6] = {};   // statuses 1xx to 5xx; [0]: the connection broke first
  uint64_t body_bytes = 0;     // sent
  uint64_t inside = 0;         // now
  uint64_t waiting = 0;        // now
  uint64_t connections = 0;    // now
};

class HttpService {
 public:
  // Accepts connections when it returns, and has logged "Serving http://ADDR:PORT" as its first line.
  // `pool`, `guest` and `log` outlive it.
  static Result<std::unique_ptr<HttpService>> start(const ServiceOptions& options, net::ThreadPool& pool, Guest& guest, Log& log);
  ~HttpService();

  const sys::Address& address() const { return server_->address(); }
  unsigned workers() const { return static_cast<unsigned>(server_->workers()); }
  ServiceCounters counters() const;
  bool draining() const { return draining_.load(std::memory_order_relaxed); }

  void drain(sys::Instant deadline);
  void wait() { server_->wait(); }
  // Until a signal asks the program to end and the requests under way are done; a second signal breaks them.
  void run(sys::TerminationSignals& signals);

 private:
  struct Worker;
  HttpService(const ServiceOptions& options, Guest& guest, Log& log);

  void handle(net::Request& request, net::ResponseWriter& response);
  void call_guest(Worker& worker, net::Request& request, net::ResponseWriter& response);
  void explain(Worker& worker, net::Request& request, net::ResponseWriter& response, const Error& error);
  void account(Worker& worker, const net::Request& request, const net::ResponseWriter& response, sys::Instant start);

  const ServiceOptions options_;
  Guest& guest_;
  Log& log_;
  const uint64_t id_base_;
  std::atomic<bool> draining_ = false;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<net::Server> server_;  // last: its threads use the rest
};

}  // namespace wherry::serve
