// A component behind an HTTP service: each request is answered by a fresh instance in a store of its own, on the
// request's fiber. What an instance leaves behind goes with its store.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/key_value.h"
#include "serve/http_service.h"
#include "serve/log.h"
#include "wasi/p2/program.h"

namespace wherry::serve {

struct GuestOptions {
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<wasi::p2::Preopen> preopens;
  host::KeyValue* key_value = nullptr;  // null: none is granted
  int64_t cpu_ns = INT64_MAX;           // of each request
  std::optional<uint64_t> fuel;
};

class ComponentGuest final : public Guest {
 public:
  // All outlive it.
  ComponentGuest(engine::Engine& engine, std::shared_ptr<const wasi::p2::Program> program, GuestOptions options, Log& log);
  Result<void> handle(net::Request& request, net::ResponseWriter& response) override;

 private:
  engine::Engine& engine_;
  std::shared_ptr<const wasi::p2::Program> program_;
  const GuestOptions options_;
  Log& log_;
  host::NoKeyValue no_key_value_;
  host::SystemClock clock_;
  host::SystemRandom random_;
};

}  // namespace wherry::serve
