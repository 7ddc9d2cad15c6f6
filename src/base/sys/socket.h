// Thin non-blocking sockets: addresses, listening, and reading and writing without an allocation. What sets a
// connection up returns Result with a readable error; what moves bytes returns Moved with an errno.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace wherry::sys {

// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  ~Fd() { close(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void close();

 private:
  int fd_ = -1;
};

Fd duplicate(int fd);  // empty when there is no descriptor left
// Writes all of it, waiting where it must; false when it can't (whoever read has gone). For any descriptor.
bool write_all(int fd, std::string_view text);

// An IPv4 or IPv6 address with its port.
class Address {
 public:
  Address() = default;
  Address(const sockaddr* address, socklen_t bytes);

  // "127.0.0.1:80", "[::1]:80", "[fe80::1%eth0]:80", "localhost:80". Names are not looked up.
  static Result<Address> parse(std::string_view text);
  // The address alone, without brackets: "127.0.0.1", "::1", "fe80::1%eth0", "localhost".
  static Result<Address> parse_ip(std::string_view text, uint16_t port);

  std::string text() const;  // as parse reads it
  std::string ip() const;
  uint16_t port() const;
  void set_port(uint16_t port);
  int family() const { return storage_.ss_family; }
  bool is_v6() const { return family() == AF_INET6; }

  const sockaddr* data() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t bytes() const { return bytes_; }

 private:
  sockaddr_storage storage_{};
  socklen_t bytes_ = 0;
};

// What a read or write did. At most one is set; both zero means the end of the stream (reads).
struct Moved {
  size_t bytes = 0;
  int error = 0;  // errno
  bool would_block() const;
};

struct ListenOptions {
  int backlog = 4096;
  bool reuse_port = false;  // several listeners share the port, and the kernel spreads connections over them
};

// All sockets are made non-blocking and close-on-exec.
Result<Fd> listen_tcp(const Address& address, const ListenOptions& options = {});
Result<void> check_free_tcp(const Address& address);  // an Error if anything listens there, sharing or not
Result<Fd> connect_tcp(const Address& address);  // in progress when it returns: wait writable, then connect_result
Result<void> connect_result(int fd, const Address& address);
Result<Fd> bind_udp(const Address& address);
Result<Address> local_address(int fd);
Result<Address> peer_address(int fd);

struct Accepted {
  Fd fd;
  Address peer;
  int error = 0;  // errno when fd is empty
};
Accepted accept_tcp(int listener);

Moved read_some(int fd, std::span<std::byte> into);
Moved write_some(int fd, std::span<const iovec> pieces);  // never raises SIGPIPE
void set_no_delay(int fd);
void shutdown_write(int fd);
void shutdown_both(int fd);  // wakes whoever waits for it

// "WHAT WHERE: TEXT (ERRNO)", as in "cannot listen on 127.0.0.1:80: Permission denied (EACCES)"; kind unavailable.
std::unexpected<Error> system_error(std::string_view what, int number, const std::string& where = {});

}  // namespace wherry::sys
