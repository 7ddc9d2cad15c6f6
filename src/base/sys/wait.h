// Waits on this thread for one of a few file descriptors. (The event loop of net/ waits without a thread.)
#pragma once

#include <span>

#include "base/sys/clock.h"

namespace wherry::sys {

// What is waited for. Regular files are always ready; a peer that has gone, or an error, makes everything ready, so that
// whoever reads or writes next finds out.
struct FdInterest {
  int fd = -1;
  bool for_writing = false;
  bool ready = false;     // the answer
  bool hung_up = false;   // the answer: the peer has closed
};

// Until one is ready or the deadline passes, or for no reason at all when a signal came. True when one is ready.
// With no interests it sleeps.
bool wait_any(std::span<FdInterest> interests, Instant deadline);

}  // namespace wherry::sys
