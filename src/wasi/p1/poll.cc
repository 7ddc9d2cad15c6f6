// poll_oneoff: waiting for clocks and descriptors at once.
#include <algorithm>
#include <limits>

#include "wasi/p1/helpers.h"
#include "wasi/p1/process.h"

namespace wherry::wasi::p1 {
namespace {

// A subscription, and the event that it comes to.
struct Subscription {
  uint64_t userdata = 0;
  uint8_t type = 0;
  // clock
  uint32_t clock = 0;
  uint64_t timeout_ns = 0;
  bool absolute = false;
  sys::Instant due = sys::Instant::never();
  // descriptor
  uint32_t fd = 0;
  size_t interest = SIZE_MAX;  // index; none: it never waits
  // event
  bool fired = false;
  Errno error = Errno::success;
  uint64_t bytes = 0;
  uint16_t flags = 0;

  void fire(Errno why, uint64_t count = 0) { fired = true, error = why, bytes = count; }
};

// Snapshot 0 has one word more before a clock's fields.
Io<Subscription> read_subscription(const Call& call, uint64_t at) {
  Subscription out;
  out.userdata = TRY(call.memory.load<uint64_t>(at));
  out.type = TRY(call.memory.load<uint8_t>(at + 8));
  uint64_t field = at + 16;
  if (out.type == eventtype::fd_read || out.type == eventtype::fd_write) {
    out.fd = TRY(call.memory.load<uint32_t>(field));
    return out;
  }
  if (out.type != eventtype::clock) return sys::failed(Errno::inval);
  if (call.snapshot == Snapshot::unstable) field += 8;
  out.clock = TRY(call.memory.load<uint32_t>(field));
  out.timeout_ns = TRY(call.memory.load<uint64_t>(field + 8));
  const auto flags = TRY(call.memory.load<uint16_t>(field + 24));
  if (flags & ~subclock_absolute) return sys::failed(Errno::inval);
  out.absolute = flags & subclock_absolute;
  return out;
}

void set_due(Subscription& subscription, host::Clock& clock, sys::Instant now) {
  if (subscription.clock > uint32_t(host::ClockId::thread_cpu)) return subscription.fire(Errno::inval);
  const auto id = static_cast<host::ClockId>(subscription.clock);
  if (id != host::ClockId::realtime && id != host::ClockId::monotonic) return subscription.fire(Errno::notsup);  // nobody waits for CPU time
  constexpr uint64_t longest = std::numeric_limits<int64_t>::max();
  int64_t left = static_cast<int64_t>(std::min(subscription.timeout_ns, longest));
  if (subscription.absolute) left = std::max<int64_t>(sys::Instant{left} - sys::Instant{clock.now_ns(id)}, 0);
  subscription.due = now + left;
}

Io<void> write_event(const Call& call, uint64_t at, const Subscription& from) {
  Record<event_bytes> record;
  record.put(0, from.userdata).put(8, from.error).put(10, from.type);
  if (from.type != eventtype::clock) record.put(16, from.bytes).put(24, from.flags);
  return call.memory.store_bytes(at, record.bytes());
}

uint64_t readable_bytes(const Descriptor& descriptor) {
  host::File* file = descriptor.file();
  if (!file) return 1;  // at least
  const auto stat = file->stat();
  return stat && stat->size > descriptor.position ? stat->size - descriptor.position : 0;
}

// Files and what never waits are ready at once; for the rest there is an interest.
void look(Subscription& subscription, DescriptorTable& descriptors, std::vector<host::FdInterest>& interests) {
  const bool reads = subscription.type == eventtype::fd_read;
  const auto found = descriptors.find(subscription.fd);
  if (!found) return subscription.fire(Errno::badf);
  const Descriptor& descriptor = **found;
  if (descriptor.dir()) return subscription.fire(Errno::badf);
  const Rights needed = rights::poll_fd_readwrite | (reads ? rights::fd_read : rights::fd_write);
  if (needed & ~descriptor.base) return subscription.fire(Errno::notcapable);
  if (descriptor.wait_fd() < 0) return subscription.fire(Errno::success, reads ? readable_bytes(descriptor) : 1);
  subscription.interest = interests.size();
  interests.push_back({.fd = descriptor.wait_fd(), .for_writing = !reads});
}

}  // namespace

Errno Process::poll_oneoff(Call& call, uint32_t in, uint32_t out, uint32_t nsubscriptions, uint32_t nevents) {
  return errno_of([&]() -> Io<void> {
    if (nsubscriptions == 0 || nsubscriptions > subscriptions_max) return sys::failed(Errno::inval);
    const size_t stride = subscription_bytes(call.snapshot);
    TRY(call.memory.span(in, uint64_t{nsubscriptions} * stride));
    TRY(call.memory.span(out, uint64_t{nsubscriptions} * event_bytes));
    TRY(call.memory.span(nevents, sizeof(uint32_t)));

    std::vector<Subscription> subscriptions;
    std::vector<host::FdInterest> interests;
    sys::Instant deadline = sys::Instant::never();
    const sys::Instant begin = sys::now();
    for (uint32_t i = 0; i < nsubscriptions; ++i) {
      Subscription subscription = TRY(read_subscription(call, in + uint64_t{i} * stride));
      if (subscription.type == eventtype::clock) {
        set_due(subscription, context_.clock, begin);
        deadline = std::min(deadline, subscription.due);
      } else {
        look(subscription, descriptors_, interests);
      }
      if (subscription.fired) deadline = begin;
      subscriptions.push_back(subscription);
    }
    TRY(wait(call, interests, deadline));

    const sys::Instant end = sys::now();
    uint32_t count = 0;
    for (Subscription& subscription : subscriptions) {
      if (subscription.type == eventtype::clock && subscription.due <= end) subscription.fire(Errno::success);
      if (subscription.interest != SIZE_MAX && interests[subscription.interest].ready) {
        subscription.fire(Errno::success, 1);
        if (interests[subscription.interest].hung_up) subscription.flags = event_hangup;
      }
      if (subscription.fired) TRY(write_event(call, out + uint64_t{count++} * event_bytes, subscription));
    }
    return call.memory.store(nevents, count);
  }());
}

}  // namespace wherry::wasi::p1
