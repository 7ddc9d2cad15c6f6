#include "wasi/p1/process.h"

#include <algorithm>

#include "runtime/builtins.h"
#include "wasi/p1/helpers.h"

namespace wherry::wasi::p1 {
namespace {

// How often a waiting guest looks whether it was interrupted.
constexpr int64_t interrupt_look_ns = 20 * sys::ns_per_ms;

Io<void> store_sizes(Call& call, const std::vector<std::string>& strings, uint32_t count, uint32_t bytes) {
  uint64_t total = 0;
  for (const std::string& string : strings) total += string.size() + 1;
  if (total > UINT32_MAX) return sys::failed(Errno::overflow);
  TRY(call.memory.store(count, static_cast<uint32_t>(strings.size())));
  return call.memory.store(bytes, static_cast<uint32_t>(total));
}

Io<void> store_strings(Call& call, const std::vector<std::string>& strings, uint32_t pointers, uint32_t buffer) {
  uint64_t pointer = pointers, at = buffer;
  for (const std::string& string : strings) {
    TRY(call.memory.store(pointer, static_cast<uint32_t>(at)));
    TRY(call.memory.store_bytes(at, std::as_bytes(std::span(string.c_str(), string.size() + 1))));
    pointer += sizeof(uint32_t);
    at += string.size() + 1;
  }
  return {};
}

Io<host::ClockId> clock_of(uint32_t id) {
  if (id > uint32_t(host::ClockId::thread_cpu)) return sys::failed(Errno::inval);
  return static_cast<host::ClockId>(id);
}

}  // namespace

Process::Process(Context context) : context_(std::move(context)), descriptors_(context_.descriptors_max) {
  for (const auto& [name, value] : context_.env) env_.push_back(name + "=" + value);
  (void)descriptors_.add({.thing = &context_.in, .base = rights::of_input});
  (void)descriptors_.add({.thing = &context_.out, .base = rights::of_output});
  (void)descriptors_.add({.thing = &context_.err, .base = rights::of_output});
  for (const Preopen& preopen : context_.preopens) {
    (void)descriptors_.add({.thing = preopen.dir, .base = rights::of_dir, .inheriting = rights::of_dir | rights::of_file, .preopen = preopen.name});
  }
  for (const auto& listener : context_.listeners) {
    (void)descriptors_.add({.thing = listener, .base = rights::of_listener, .inheriting = rights::of_socket});
  }
}

Io<void> Process::wait(Call& call, std::span<host::FdInterest> interests, sys::Instant deadline) {
  abi::Thread& thread = call.caller.thread();
  for (;;) {
    if (thread.store->interrupt.load(std::memory_order_relaxed) != 0) {
      call.trap = thread.store->builtins->poll(thread);
      if (call.trap != abi::Trap::none) return sys::failed(Errno::intr);
    }
    const sys::Instant now = sys::now();
    if (context_.waiter.wait(interests, std::min(deadline, now + interrupt_look_ns)) || sys::now() >= deadline) return {};
  }
}

Io<void> Process::wait_for(Call& call, const Descriptor& descriptor, bool for_writing) {
  host::FdInterest interest{.fd = descriptor.wait_fd(), .for_writing = for_writing};
  if (interest.fd < 0) return {};
  return wait(call, std::span(&interest, 1), sys::Instant::never());
}

Errno Process::args_get(Call& call, uint32_t argv, uint32_t argv_buf) { return errno_of(store_strings(call, context_.args, argv, argv_buf)); }
Errno Process::args_sizes_get(Call& call, uint32_t count, uint32_t bytes) { return errno_of(store_sizes(call, context_.args, count, bytes)); }
Errno Process::environ_get(Call& call, uint32_t environ, uint32_t environ_buf) { return errno_of(store_strings(call, env_, environ, environ_buf)); }
Errno Process::environ_sizes_get(Call& call, uint32_t count, uint32_t bytes) { return errno_of(store_sizes(call, env_, count, bytes)); }

Errno Process::clock_res_get(Call& call, uint32_t id, uint32_t resolution) {
  const auto clock = clock_of(id);
  if (!clock) return clock.error();
  return errno_of(call.memory.store(resolution, static_cast<uint64_t>(context_.clock.resolution_ns(*clock))));
}

Errno Process::clock_time_get(Call& call, uint32_t id, uint64_t, uint32_t time) {
  const auto clock = clock_of(id);
  if (!clock) return clock.error();
  return errno_of(call.memory.store(time, static_cast<uint64_t>(context_.clock.now_ns(*clock))));
}

void Process::proc_exit(Call& call, uint32_t code) { call.trap = call.caller.exit(static_cast<int32_t>(code)); }

// As if the default action of the signal were taken: ended by it (told as shells do), or nothing.
Errno Process::proc_raise(Call& call, uint32_t signal) {
  constexpr uint32_t none = 0, chld = 16, cont = 17, stop = 18, tstp = 19, ttin = 20, ttou = 21, urg = 22, winch = 27, sys = 30;
  if (signal > sys) return Errno::inval;
  for (const uint32_t harmless : {none, chld, cont, stop, tstp, ttin, ttou, urg, winch}) {
    if (signal == harmless) return Errno::success;
  }
  call.trap = call.caller.exit(128 + static_cast<int32_t>(signal));
  return Errno::success;
}

Errno Process::sched_yield(Call& call) { return errno_of(wait(call, {}, sys::now())); }

// In pieces, so that a guest that asks for gigabytes can be interrupted.
Errno Process::random_get(Call& call, uint32_t buf, uint32_t buf_len) {
  const auto whole = call.memory.span(buf, buf_len);
  if (!whole) return whole.error();
  constexpr size_t piece_bytes = 1 << 20;
  for (auto rest = *whole; !rest.empty();) {
    const auto piece = rest.first(std::min(rest.size(), piece_bytes));
    context_.random.secure(piece);
    rest = rest.subspan(piece.size());
    if (!rest.empty() && call.caller.thread().store->interrupt.load(std::memory_order_relaxed) != 0) return Errno::intr;
  }
  return Errno::success;
}

}  // namespace wherry::wasi::p1
