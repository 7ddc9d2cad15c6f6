#include "host/socket.h"

namespace wherry::host {

Result<std::unique_ptr<SystemListener>> SystemListener::open(const std::string& address) {
  const auto parsed = TRY(sys::Address::parse(address));
  return std::unique_ptr<SystemListener>(new SystemListener(TRY(sys::listen_tcp(parsed))));
}

Io<std::unique_ptr<Socket>> SystemListener::accept() {
  sys::Accepted accepted = sys::accept_tcp(fd_.get());
  if (!accepted.fd) return sys::failed(sys::errno_of(accepted.error));
  return std::make_unique<SystemSocket>(std::move(accepted.fd));
}

std::string SystemListener::address() const {
  const auto local = sys::local_address(fd_.get());
  return local ? local->text() : "?";
}

}  // namespace wherry::host
