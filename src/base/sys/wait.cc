#include "base/sys/wait.h"

#include <poll.h>

#include <vector>

namespace wherry::sys {
namespace {

// Rounded up, so that a wait never ends early.
timespec until(Instant deadline) {
  const int64_t left = std::max<int64_t>(deadline - now(), 0);
  return {.tv_sec = static_cast<time_t>(left / ns_per_s), .tv_nsec = static_cast<long>(left % ns_per_s)};
}

bool note(FdInterest& interest, const pollfd& answer) {
  interest.ready = answer.revents != 0;
  interest.hung_up = (answer.revents & (POLLHUP | POLLERR | POLLRDHUP)) != 0;
  return interest.ready;
}

}  // namespace

bool wait_any(std::span<FdInterest> interests, Instant deadline) {
  std::vector<pollfd> polled(interests.size());
  for (size_t i = 0; i < polled.size(); ++i) {
    polled[i] = {interests[i].fd, static_cast<short>(interests[i].for_writing ? POLLOUT : POLLIN | POLLRDHUP), 0};
  }
  const timespec timeout = deadline.is_never() ? timespec{} : until(deadline);
  const int ready = ppoll(polled.data(), polled.size(), deadline.is_never() ? nullptr : &timeout, nullptr);
  bool any = false;
  for (size_t i = 0; i < polled.size(); ++i) {
    if (ready <= 0) polled[i].revents = 0;
    any |= note(interests[i], polled[i]);
  }
  return any;
}

}  // namespace wherry::sys
