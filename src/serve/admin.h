// The administrator's address of a service: /livez, /readyz (503 once it drains) and /metrics for Prometheus. A server
// of its own, so that it answers while the service is overloaded, and can be kept off the public network.
#pragma once

#include <memory>
#include <string>

#include "serve/http_service.h"

namespace wherry::serve {

class Admin {
 public:
  // The service outlives it.
  static Result<std::unique_ptr<Admin>> start(const sys::Address& address, net::ThreadPool& pool, const HttpService& service);

  const sys::Address& address() const { return server_->address(); }

 private:
  explicit Admin(std::unique_ptr<net::Server> server) : server_(std::move(server)) {}
  std::unique_ptr<net::Server> server_;
};

// The counters in Prometheus' text format, version 0.0.4.
std::string metrics_text(const ServiceCounters& counters);

}  // namespace wherry::serve
