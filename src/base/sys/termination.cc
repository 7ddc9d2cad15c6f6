#include "base/sys/termination.h"

#include <pthread.h>
#include <signal.h>

#include <cerrno>

#include "base/sys/clock.h"

namespace wherry::sys {
namespace {

sigset_t termination_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

TerminationSignals::TerminationSignals() {
  const sigset_t set = termination_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool TerminationSignals::wait(int64_t timeout_ns) {
  const sigset_t set = termination_signals();
  const Instant deadline = timeout_ns < 0 ? Instant::never() : now() + timeout_ns;
  for (;;) {
    if (deadline.is_never()) {
      if (sigwaitinfo(&set, nullptr) > 0) return true;
      continue;  // another signal's handler ran
    }
    const int64_t left = deadline - now();
    const timespec timeout{static_cast<time_t>(left > 0 ? left / ns_per_s : 0), static_cast<long>(left > 0 ? left % ns_per_s : 0)};
    if (sigtimedwait(&set, nullptr, &timeout) > 0) return true;
    if (errno != EINTR) return false;
  }
}

}  // namespace wherry::sys
