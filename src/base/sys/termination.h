// The signals that ask a program to end (SIGTERM, SIGINT), waited for by one thread instead of interrupting any.
#pragma once

#include <cstdint>

namespace wherry::sys {

class TerminationSignals {
 public:
  // Blocks them for this thread and all that it starts from now on: made first thing, before any other thread.
  TerminationSignals();
  // Waits for one, which is then used up; false when `timeout_ns` passed before (negative: for ever).
  bool wait(int64_t timeout_ns = -1);
};

}  // namespace wherry::sys
