// wasi:clocks and wasi:random.
#include "wasi/p2/interfaces.h"
#include "wasi/p2/io.h"
#include "wasi/p2/time.h"
#include "wasi/p2/versions.h"

namespace wherry::wasi::p2 {
namespace {

using host::ClockId;
using rc::row;

uint64_t monotonic_now(Context& context) { return uint64_t(context.clock->now_ns(ClockId::monotonic)); }
uint64_t monotonic_resolution(Context& context) { return uint64_t(context.clock->resolution_ns(ClockId::monotonic)); }

int64_t clamped(uint64_t ns) { return int64_t(std::min<uint64_t>(ns, INT64_MAX)); }

std::unique_ptr<Pollable> subscribe_duration(Context&, uint64_t ns) { return std::make_unique<TimePollable>(sys::now() + clamped(ns)); }

std::unique_ptr<Pollable> subscribe_instant(Context& context, uint64_t when) {
  const uint64_t now = monotonic_now(context);
  return subscribe_duration(context, when > now ? when - now : 0);
}

Datetime wall_now(Context& context) { return datetime(context.clock->now_ns(ClockId::realtime)); }
Datetime wall_resolution(Context& context) { return datetime(context.clock->resolution_ns(ClockId::realtime)); }

constexpr size_t random_bytes_max = 1 << 20;

Result<Bytes> random_bytes(Context& context, uint64_t count) {
  if (count > random_bytes_max) return std::unexpected(Error{ErrorKind::limit, "the guest asks for more than 1 MiB of random bytes at once", ""});
  Bytes bytes(static_cast<size_t>(count));
  context.random->secure(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}
uint64_t random_u64(Context& context) {
  uint64_t value = 0;
  context.random->secure(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}
Result<Bytes> insecure_bytes(Context& context, uint64_t count) { return random_bytes(context, count); }
uint64_t insecure_u64(Context& context) { return context.random->insecure(); }
std::tuple<uint64_t, uint64_t> insecure_seed(Context& context) { return {context.random->insecure(), context.random->insecure()}; }

constexpr rc::HostFunction monotonic_functions[] = {
    row<&monotonic_now>("now"),
    row<&monotonic_resolution>("resolution"),
    row<&subscribe_instant>("subscribe-instant"),
    row<&subscribe_duration>("subscribe-duration"),
};
constexpr rc::HostFunction wall_functions[] = {row<&wall_now>("now"), row<&wall_resolution>("resolution")};
constexpr rc::HostFunction random_functions[] = {row<&random_bytes>("get-random-bytes"), row<&random_u64>("get-random-u64")};
constexpr rc::HostFunction insecure_functions[] = {row<&insecure_bytes>("get-insecure-random-bytes"), row<&insecure_u64>("get-insecure-random-u64")};
constexpr rc::HostFunction seed_functions[] = {row<&insecure_seed>("insecure-seed")};

}  // namespace

const rc::HostInterface monotonic_clock_interface{"wasi:clocks/monotonic-clock", oldest, newest, monotonic_functions, {}};
const rc::HostInterface wall_clock_interface{"wasi:clocks/wall-clock", oldest, newest, wall_functions, {}};
const rc::HostInterface random_interface{"wasi:random/random", oldest, newest, random_functions, {}};
const rc::HostInterface insecure_interface{"wasi:random/insecure", oldest, newest, insecure_functions, {}};
const rc::HostInterface insecure_seed_interface{"wasi:random/insecure-seed", oldest, newest, seed_functions, {}};

}  // namespace wherry::wasi::p2
