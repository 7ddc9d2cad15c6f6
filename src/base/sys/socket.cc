#include "base/sys/socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace wherry::sys {
namespace {

std::unexpected<Error> bad_address(std::string_view text, std::string_view why) {
  return std::unexpected(Error{ErrorKind::invalid,
                               fmt::format("'{}' is not an address with a port ({}); write 127.0.0.1:3000 or [::1]:3000", text, why), ""});
}

Result<uint16_t> parse_port(std::string_view whole, std::string_view digits) {
  uint16_t port = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || failure != std::errc{} || end != digits.data() + digits.size()) {
    return bad_address(whole, "the port must be a number from 0 to 65535");
  }
  return port;
}

bool parse_v4(const std::string& text, uint16_t port, Address& out) {
  sockaddr_in in{};
  if (inet_pton(AF_INET, text.c_str(), &in.sin_addr) != 1) return false;
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  out = Address(reinterpret_cast<const sockaddr*>(&in), sizeof in);
  return true;
}

// A zone ("%eth0", RFC 4007 section 11) names the interface of a link-local address, by name or number.
bool parse_v6(std::string text, uint16_t port, Address& out) {
  sockaddr_in6 in{};
  if (const size_t zone = text.find('%'); zone != std::string::npos) {
    const std::string name = text.substr(zone + 1);
    in.sin6_scope_id = if_nametoindex(name.c_str());
    if (in.sin6_scope_id == 0) {
      const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), in.sin6_scope_id);
      if (name.empty() || failure != std::errc{} || *end != '\0') return false;
    }
    text.resize(zone);
  }
  if (inet_pton(AF_INET6, text.c_str(), &in.sin6_addr) != 1) return false;
  in.sin6_family = AF_INET6;
  in.sin6_port = htons(port);
  out = Address(reinterpret_cast<const sockaddr*>(&in), sizeof in);
  return true;
}

using NameOf = int(int, sockaddr*, socklen_t*);
Result<Address> address_of(int fd, NameOf* name, std::string_view what) {
  sockaddr_storage storage{};
  socklen_t bytes = sizeof storage;
  if (name(fd, reinterpret_cast<sockaddr*>(&storage), &bytes) != 0) return system_error(what, errno);
  return Address(reinterpret_cast<const sockaddr*>(&storage), bytes);
}

void set_flag(int fd, int level, int option, int value = 1) { setsockopt(fd, level, option, &value, sizeof value); }

Result<Fd> open_socket(const Address& address, int type) {
  Fd fd(socket(address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("cannot open a socket for", errno, address.text());
  if (address.is_v6()) set_flag(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
  return fd;
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Fd duplicate(int fd) { return Fd(fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd one{fd, POLLOUT, 0};
      poll(&one, 1, -1);
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

Address::Address(const sockaddr* address, socklen_t bytes) : bytes_(bytes) {
  std::memcpy(&storage_, address, std::min<size_t>(bytes, sizeof storage_));
}

Result<Address> Address::parse_ip(std::string_view text, uint16_t port) {
  Address address;
  if (text == "localhost") text = "127.0.0.1";
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos || !(parse_v4(copy, port, address) || parse_v6(copy, port, address))) {
    return std::unexpected(Error{ErrorKind::invalid, fmt::format("'{}' is not an IPv4 or IPv6 address", text), ""});
  }
  return address;
}

Result<Address> Address::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text, "the port is missing");
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const uint16_t port = TRY(parse_port(text, text.substr(colon + 1)));
  if (!bracketed && host.find(':') != std::string_view::npos) return bad_address(text, "an IPv6 address needs brackets");
  const auto address = parse_ip(host, port);
  if (!address || (bracketed && !address->is_v6())) return bad_address(text, "not an IP address");
  return *address;
}

std::string Address::ip() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (!is_v6()) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage_);
    return inet_ntop(AF_INET, &in.sin_addr, buffer, sizeof buffer) ? buffer : "?";
  }
  const auto& in = reinterpret_cast<const sockaddr_in6&>(storage_);
  std::string text = inet_ntop(AF_INET6, &in.sin6_addr, buffer, sizeof buffer) ? buffer : "?";
  if (in.sin6_scope_id == 0) return text;
  char name[IF_NAMESIZE] = {};
  return fmt::format("{}%{}", text, if_indextoname(in.sin6_scope_id, name) ? std::string(name) : std::to_string(in.sin6_scope_id));
}

std::string Address::text() const {
  if (bytes_ == 0) return "nowhere";
  return is_v6() ? fmt::format("[{}]:{}", ip(), port()) : fmt::format("{}:{}", ip(), port());
}

uint16_t Address::port() const {
  return ntohs(is_v6() ? reinterpret_cast<const sockaddr_in6&>(storage_).sin6_port
                       : reinterpret_cast<const sockaddr_in&>(storage_).sin_port);
}

void Address::set_port(uint16_t port) {
  (is_v6() ? reinterpret_cast<sockaddr_in6&>(storage_).sin6_port : reinterpret_cast<sockaddr_in&>(storage_).sin_port) = htons(port);
}

bool Moved::would_block() const { return error == EAGAIN || error == EWOULDBLOCK; }

Result<Fd> listen_tcp(const Address& address, const ListenOptions& options) {
  Fd fd = TRY(open_socket(address, SOCK_STREAM));
  set_flag(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (options.reuse_port) set_flag(fd.get(), SOL_SOCKET, SO_REUSEPORT);
  if (bind(fd.get(), address.data(), address.bytes()) != 0) return system_error("cannot listen on", errno, address.text());
  if (listen(fd.get(), options.backlog) != 0) return system_error("cannot listen on", errno, address.text());
  return fd;
}

Result<void> check_free_tcp(const Address& address) {
  const Fd fd = TRY(open_socket(address, SOCK_STREAM));
  set_flag(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  if (bind(fd.get(), address.data(), address.bytes()) != 0) return system_error("cannot listen on", errno, address.text());
  return {};
}

Result<Fd> connect_tcp(const Address& address) {
  Fd fd = TRY(open_socket(address, SOCK_STREAM));
  if (connect(fd.get(), address.data(), address.bytes()) != 0 && errno != EINPROGRESS) {
    return system_error("cannot connect to", errno, address.text());
  }
  return fd;
}

Result<void> connect_result(int fd, const Address& address) {
  int number = 0;
  socklen_t bytes = sizeof number;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &bytes) != 0) number = errno;
  if (number != 0) return system_error("cannot connect to", number, address.text());
  return {};
}

Result<Fd> bind_udp(const Address& address) {
  Fd fd = TRY(open_socket(address, SOCK_DGRAM));
  if (bind(fd.get(), address.data(), address.bytes()) != 0) return system_error("cannot bind", errno, address.text());
  return fd;
}

Result<Address> local_address(int fd) { return address_of(fd, getsockname, "cannot read a socket's own address"); }
Result<Address> peer_address(int fd) { return address_of(fd, getpeername, "cannot read the address of a socket's peer"); }

Accepted accept_tcp(int listener) {
  sockaddr_storage storage{};
  socklen_t bytes = sizeof storage;
  for (;;) {
    const int fd = accept4(listener, reinterpret_cast<sockaddr*>(&storage), &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) return {Fd(fd), Address(reinterpret_cast<const sockaddr*>(&storage), bytes), 0};
    if (errno != EINTR) return {Fd(), {}, errno};
  }
}

Moved read_some(int fd, std::span<std::byte> into) {
  for (;;) {
    const ssize_t got = ::read(fd, into.data(), into.size());
    if (got >= 0) return {static_cast<size_t>(got), 0};
    if (errno != EINTR) return {0, errno};
  }
}

Moved write_some(int fd, std::span<const iovec> pieces) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  for (;;) {
    const ssize_t sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent >= 0) return {static_cast<size_t>(sent), 0};
    if (errno != EINTR) return {0, errno};
  }
}

void set_no_delay(int fd) { set_flag(fd, IPPROTO_TCP, TCP_NODELAY); }
void shutdown_write(int fd) { shutdown(fd, SHUT_WR); }
void shutdown_both(int fd) { shutdown(fd, SHUT_RDWR); }

std::unexpected<Error> system_error(std::string_view what, int number, const std::string& where) {
  const char* name = strerrorname_np(number);
  const std::string_view gap = where.empty() ? "" : " ";
  return std::unexpected(Error{ErrorKind::unavailable,
                               fmt::format("{}{}{}: {} ({})", what, gap, where, strerrordesc_np(number), name ? name : "?"), ""});
}

}  // namespace wherry::sys
