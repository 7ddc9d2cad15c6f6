// --dir, --env and --tcp-listen: what a WASI program is given of this machine. Nothing, unless a flag gives it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "host/clock.h"
#include "host/random.h"
#include "host/stream.h"
#include "host/wait.h"
#include "wasi/p1/process.h"

namespace CLI {
class App;
}

namespace wherry::cli {

struct WasiFlags {
  std::vector<std::string> dirs, env, listen;
  void declare(CLI::App& app);
};

// The machine behind a guest's WASI calls.
class WasiWorld {
 public:
  // `args`: the program's name first.
  static Result<std::unique_ptr<WasiWorld>> make(const WasiFlags& flags, std::vector<std::string> args);
  wasi::p1::Process& process() { return *process_; }

 private:
  WasiWorld() = default;
  host::FdInput in_{0};
  host::FdOutput out_{1}, err_{2};
  host::SystemClock clock_;
  host::SystemRandom random_;
  host::ThreadWaiter waiter_;
  std::unique_ptr<wasi::p1::Process> process_;
};

}  // namespace wherry::cli
