// Reading and writing what is not a file: standard streams and sockets; and sock_*.
#include <algorithm>
#include <array>
#include <cstring>

#include "wasi/p1/helpers.h"
#include "wasi/p1/process.h"

namespace wherry::wasi::p1 {
namespace {

size_t total(host::ConstPieces pieces) {
  size_t sum = 0;
  for (const auto& piece : pieces) sum += piece.size();
  return sum;
}

}  // namespace

Io<size_t> Process::read_stream(Call& call, Descriptor& from, host::Pieces into) {
  if (from.socket()) return receive(call, from, into, 0);
  host::Input* in = from.input();
  if (!in) return sys::failed(Errno::badf);
  if (from.nonblocking() && in->wait_fd() >= 0) {
    host::FdInterest interest{.fd = in->wait_fd()};
    if (!context_.waiter.wait(std::span(&interest, 1), sys::now())) return sys::failed(Errno::again);
  }
  for (;;) {
    TRY(wait_for(call, from, false));
    auto got = in->read(into.front());
    if (got || got.error() != Errno::again || from.nonblocking()) return got;
  }
}

// What is small goes out in one piece, so that lines of several writers don't mix.
Io<size_t> Process::write_stream(Call& call, Descriptor& to, host::ConstPieces pieces) {
  if (to.socket()) return send(call, to, pieces);
  host::Output* out = to.output();
  if (!out) return sys::failed(Errno::badf);
  std::array<std::byte, 4096> line;
  if (const size_t bytes = total(pieces); pieces.size() > 1 && bytes <= line.size()) {
    size_t at = 0;
    for (const auto& piece : pieces) {
      std::memcpy(line.data() + at, piece.data(), piece.size());
      at += piece.size();
    }
    return write_output(call, *out, to, std::span(line).first(bytes));
  }
  size_t written = 0;
  for (const auto& piece : pieces) {
    const auto part = write_output(call, *out, to, piece);
    if (!part) return written > 0 ? Io<size_t>(written) : part;
    written += *part;
    if (*part < piece.size()) break;
  }
  return written;
}

// All of it, unless the guest asked not to wait.
Io<size_t> Process::write_output(Call& call, host::Output& out, const Descriptor& to, std::span<const std::byte> bytes) {
  size_t written = 0;
  while (written < bytes.size()) {
    if (to.nonblocking() && out.wait_fd() >= 0) {
      host::FdInterest interest{.fd = out.wait_fd(), .for_writing = true};
      if (!context_.waiter.wait(std::span(&interest, 1), sys::now())) return written > 0 ? Io<size_t>(written) : sys::failed(Errno::again);
    }
    TRY(wait_for(call, to, true));
    const auto rest = bytes.subspan(written);
    const auto part = out.write(rest.first(std::min(rest.size(), out.write_max())));
    if (part) {
      written += *part;
    } else if (part.error() != Errno::again || to.nonblocking()) {
      return written > 0 ? Io<size_t>(written) : part;
    }
  }
  return written;
}

Io<size_t> Process::receive(Call& call, Descriptor& from, host::Pieces into, uint16_t flags) {
  for (;;) {
    const auto got = from.socket()->receive(into, flags & riflags::peek, flags & riflags::wait_all);
    if (got || got.error() != Errno::again || from.nonblocking()) return got;
    TRY(wait_for(call, from, false));
  }
}

Io<size_t> Process::send(Call& call, Descriptor& to, host::ConstPieces pieces) {
  for (;;) {
    const auto sent = to.socket()->send(pieces);
    if (sent || sent.error() != Errno::again || to.nonblocking()) return sent;
    TRY(wait_for(call, to, true));
  }
}

Errno Process::sock_accept(Call& call, uint32_t fd, uint32_t flags, uint32_t accepted_fd) {
  return errno_of([&]() -> Io<void> {
    Descriptor& from = *TRY(descriptors_.find(fd));
    if (!from.listener()) return sys::failed(Errno::notsock);
    TRY(descriptors_.find(fd, rights::sock_accept));
    if (flags & ~uint32_t{fdflags::nonblock}) return sys::failed(Errno::inval);
    if (descriptors_.is_full()) return sys::failed(Errno::mfile);
    TRY(call.memory.span(accepted_fd, sizeof(uint32_t)));
    for (;;) {
      auto socket = from.listener()->accept();
      if (socket) {
        const Rights base = from.inheriting & rights::of_socket;
        return call.memory.store(accepted_fd, TRY(descriptors_.add({.thing = *std::move(socket), .base = base, .flags = static_cast<uint16_t>(flags)})));
      }
      if (socket.error() != Errno::again || from.nonblocking()) return sys::failed(socket.error());
      TRY(wait_for(call, from, false));
    }
  }());
}

Errno Process::sock_recv(Call& call, uint32_t fd, uint32_t ri_data, uint32_t ri_data_len, uint32_t ri_flags, uint32_t ro_datalen, uint32_t ro_flags) {
  return errno_of([&]() -> Io<void> {
    Descriptor& from = *TRY(descriptors_.find(fd));
    if (!from.socket()) return sys::failed(Errno::notsock);
    TRY(descriptors_.find(fd, rights::fd_read));
    if (ri_flags & ~uint32_t{riflags::all}) return sys::failed(Errno::inval);
    auto pieces = TRY(iovecs(call, ri_data, ri_data_len));
    TRY(call.memory.span(ro_datalen, sizeof(uint32_t)));
    TRY(call.memory.span(ro_flags, sizeof(uint16_t)));
    size_t got = 0;
    const bool wait_all = (ri_flags & riflags::wait_all) && !(ri_flags & riflags::peek);
    // Waiting for all means asking again: the host's socket takes what is there.
    while (!pieces.empty()) {
      size_t part = TRY(receive(call, from, pieces, static_cast<uint16_t>(ri_flags)));
      got += part;
      if (part == 0 || !wait_all) break;
      while (!pieces.empty() && part >= pieces.front().size()) {
        part -= pieces.front().size();
        pieces.erase(pieces.begin());
      }
      if (!pieces.empty()) pieces.front() = pieces.front().subspan(part);
    }
    TRY(call.memory.store(ro_datalen, static_cast<uint32_t>(got)));
    return call.memory.store(ro_flags, uint16_t{0});  // a stream's data is never truncated
  }());
}

Errno Process::sock_send(Call& call, uint32_t fd, uint32_t si_data, uint32_t si_data_len, uint32_t si_flags, uint32_t so_datalen) {
  return errno_of([&]() -> Io<void> {
    Descriptor& to = *TRY(descriptors_.find(fd));
    if (!to.socket()) return sys::failed(Errno::notsock);
    TRY(descriptors_.find(fd, rights::fd_write));
    if (si_flags != 0) return sys::failed(Errno::inval);
    const auto guest = TRY(iovecs(call, si_data, si_data_len));
    const std::vector<std::span<const std::byte>> pieces(guest.begin(), guest.end());
    TRY(call.memory.span(so_datalen, sizeof(uint32_t)));
    const size_t sent = pieces.empty() ? 0 : TRY(send(call, to, pieces));
    return call.memory.store(so_datalen, static_cast<uint32_t>(sent));
  }());
}

Errno Process::sock_shutdown(Call&, uint32_t fd, uint32_t how) {
  const auto found = descriptors_.find(fd);
  if (!found) return found.error();
  if (!(*found)->socket()) return Errno::notsock;
  if (!((*found)->base & rights::sock_shutdown)) return Errno::notcapable;
  if (how == 0 || how & ~uint32_t{sdflags::all}) return Errno::inval;
  return errno_of((*found)->socket()->shutdown(how & sdflags::receive, how & sdflags::send));
}

}  // namespace wherry::wasi::p1
