// An HTTP server: one worker thread with its own event loop a core, all listening on one port, each connection and its
// requests staying on the worker that accepted it.
#pragma once

#include <memory>
#include <vector>

#include "net/http.h"
#include "net/loop.h"

namespace wherry::net {

struct ServerOptions {
  sys::Address address;            // port 0: the kernel picks one
  unsigned workers = 1;
  size_t connections_max = 16384;  // a worker; more wait in the kernel's queue until others close
  HttpLimits limits;
  LoopOptions loop;
};

class Server {
 public:
  // Accepts connections from when it returns. The handler is called from all workers at once, each request on a fiber
  // of its own; `pool` runs what handlers offload.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, ThreadPool& pool, Handler handler);
  ~Server();  // drains first, with no time to finish

  const sys::Address& address() const { return address_; }
  size_t workers() const { return workers_.size(); }
  EventLoop& loop(size_t worker);
  size_t connections() const;  // open now

  // Stops accepting, ends idle connections, lets requests that are under way finish until `deadline`, and then breaks
  // their connections. From any thread, and returns at once; a second call can only bring the deadline nearer.
  void drain(sys::Instant deadline);
  bool done() const;  // all workers have ended
  // Until all workers are done, which is after drain().
  void wait();

 private:
  class Worker;
  Server(Handler handler, const ServerOptions& options);

  const Handler handler_;
  const ServerOptions options_;
  sys::Address address_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace wherry::net
