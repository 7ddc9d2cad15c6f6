#include "base/sys/poller.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace wherry::sys {

Result<Poller> Poller::create() {
  Fd fd(epoll_create1(EPOLL_CLOEXEC));
  if (!fd) return system_error("cannot make an epoll", errno);
  return Poller(std::move(fd));
}

Result<void> Poller::add(int fd, void* tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = tag;
  if (epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return system_error("cannot wait for a descriptor", errno);
  return {};
}

void Poller::remove(int fd) { epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr); }

// epoll_pwait2 counts in nanoseconds but came with Linux 5.11, and emulators often lack it.
int Poller::wait_ns(void* events, int count, int64_t timeout_ns) {
  auto* out = static_cast<epoll_event*>(events);
  if (has_pwait2_ && timeout_ns > 0) {
    const timespec timeout{static_cast<time_t>(timeout_ns / ns_per_s), static_cast<long>(timeout_ns % ns_per_s)};
    const int got = epoll_pwait2(fd_.get(), out, count, &timeout, nullptr);
    if (got >= 0 || (errno != ENOSYS && errno != EPERM)) return got;
    has_pwait2_ = false;
  }
  const int64_t ms = timeout_ns < 0 ? -1 : std::min<int64_t>((timeout_ns + ns_per_ms - 1) / ns_per_ms, INT_MAX);
  return epoll_wait(fd_.get(), out, count, static_cast<int>(ms));
}

size_t Poller::wait(std::span<Ready> ready, Instant deadline) {
  constexpr int64_t longest_ns = 3600 * ns_per_s;
  epoll_event events[128];
  const int count = static_cast<int>(std::min<size_t>(ready.size(), std::size(events)));
  const int64_t timeout = deadline.is_never() ? -1 : deadline.ns == 0 ? 0 : std::clamp<int64_t>(deadline - now(), 0, longest_ns);
  const int got = std::max(0, wait_ns(events, count, timeout));
  for (int i = 0; i < got; ++i) {
    const uint32_t what = events[i].events;
    const bool over = what & (EPOLLERR | EPOLLHUP);
    const bool closed = over || (what & EPOLLRDHUP);
    ready[i] = {events[i].data.ptr, closed || (what & EPOLLIN), over || (what & EPOLLOUT), closed};
  }
  return static_cast<size_t>(got);
}

Result<Doorbell> Doorbell::create() {
  Fd fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!fd) return system_error("cannot make an eventfd", errno);
  return Doorbell(std::move(fd));
}

void Doorbell::ring() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t sent = ::write(fd_.get(), &one, sizeof one);  // full means rung already
}

void Doorbell::silence() {
  uint64_t rings = 0;
  [[maybe_unused]] const ssize_t got = ::read(fd_.get(), &rings, sizeof rings);
}

}  // namespace wherry::sys
