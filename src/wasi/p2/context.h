// What a component may reach, and what it has opened: one Context for each instance. Everything comes from host/; what
// isn't given isn't there. The pointers are borrowed and outlive the instance.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/clock.h"
#include "host/files.h"
#include "host/key_value.h"
#include "host/random.h"
#include "host/stream.h"
#include "host/wait.h"
#include "wasi/p2/http_io.h"

namespace wherry::wasi::p2 {

struct Preopen {
  std::shared_ptr<host::Dir> dir;
  std::string path;  // as the guest knows it
};

// Runs what may block in the kernel or a library; the caller waits, the thread need not.
using Offload = std::function<void(std::function<void()>)>;

struct Context {
  host::Clock* clock = nullptr;
  host::Random* random = nullptr;
  host::Waiter* waiter = nullptr;
  host::KeyValue* key_value = nullptr;
  host::Input* input = nullptr;
  host::Output* output = nullptr;
  host::Output* error_output = nullptr;
  Offload offload;  // empty: in place
  std::vector<std::string> args;
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<Preopen> preopens;
  sys::Instant deadline = sys::Instant::never();  // no wait is longer

  size_t read_bytes_max = 64 * 1024;         // of one read
  size_t fields_bytes_max = 128 * 1024;      // of one set of HTTP fields
  size_t body_buffer_max = 256 * 1024;       // written to a body before its response is set

  void run(std::function<void()> work) {
    if (offload) offload(std::move(work));
    else work();
  }
};

}  // namespace wherry::wasi::p2
