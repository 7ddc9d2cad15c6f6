#include "net/stream.h"

#include <algorithm>
#include <cerrno>

namespace wherry::net {
namespace {

// Takes `bytes` off the front of the pieces; returns those that are left.
std::span<iovec> skip(std::span<iovec> pieces, size_t bytes) {
  while (!pieces.empty() && bytes >= pieces[0].iov_len) {
    bytes -= pieces[0].iov_len;
    pieces = pieces.subspan(1);
  }
  if (!pieces.empty()) {
    pieces[0].iov_base = static_cast<char*>(pieces[0].iov_base) + bytes;
    pieces[0].iov_len -= bytes;
  }
  return pieces;
}

}  // namespace

int64_t Patience::left_ns() const {
  if (rate_min_ == 0) return grace_ns_;
  const uint64_t seconds_max = uint64_t{1} << 32;
  const int64_t earned = static_cast<int64_t>(std::min(bytes_ / rate_min_, seconds_max)) * sys::ns_per_s;
  return std::min(grace_ns_, grace_ns_ + earned - waited_ns_);
}

Result<void> TcpStream::start() {
  sys::set_no_delay(fd_.get());
  return watch_.start(fd_.get());
}

// A peer that is as fast as we are would keep the loop to itself.
void TcpStream::take_turns() {
  constexpr unsigned eager_max = 32;
  if (++eager_ < eager_max) return;
  eager_ = 0;
  loop_.yield();
}

// A read that fills less than it could has emptied the socket: what comes later is a new edge.
sys::Moved TcpStream::read(std::span<std::byte> into, sys::Instant deadline) {
  take_turns();
  for (;;) {
    if (!watch_.wait_readable(deadline)) return {0, ETIMEDOUT};
    const sys::Moved moved = sys::read_some(fd_.get(), into);
    if (!moved.would_block()) {
      if (moved.bytes > 0 && moved.bytes < into.size()) watch_.drained();
      return moved;
    }
    watch_.drained();
  }
}

// Tries at once: nearly always there is room, and the kernel says when there isn't.
sys::Moved TcpStream::write(std::span<iovec> pieces, Patience& patience, sys::Instant deadline) {
  size_t written = 0;
  take_turns();
  pieces = skip(pieces, 0);
  while (!pieces.empty()) {
    const sys::Moved moved = sys::write_some(fd_.get(), pieces);
    written += moved.bytes;
    patience.moved(moved.bytes);
    pieces = skip(pieces, moved.bytes);
    if (moved.error == 0) continue;
    if (!moved.would_block()) return {written, moved.error};
    watch_.clogged();
    const sys::Instant start = sys::now();
    const bool room = watch_.wait_writable(std::min(deadline, start + patience.left_ns()));
    patience.waited(sys::now() - start);
    if (!room) return {written, ETIMEDOUT};
  }
  return {written, 0};
}

}  // namespace wherry::net
