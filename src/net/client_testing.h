// A blocking HTTP client for tests that sends exactly the bytes it is given, however wrong they are.
#pragma once

#include <string>
#include <string_view>

#include "base/sys/socket.h"

namespace wherry::net {

class TestClient {
 public:
  explicit TestClient(const sys::Address& server);

  TestClient& send(std::string_view bytes);
  // Sends as much as the server takes within a moment; returns how much.
  size_t send_what_fits(size_t bytes_max);
  // One response: its head, and its body with chunks taken apart. Empty when the connection ended before a head.
  struct Response {
    int status = 0;
    std::string head, body, trailers;
    bool complete = false;
    std::string header(std::string_view name) const;
  };
  Response read(bool has_body = true);
  std::string read_all();  // until the server closes
  bool closed();           // waits for the server to close, at most some seconds
  void close() { fd_.close(); }
  void close_write() { sys::shutdown_write(fd_.get()); }
  int fd() const { return fd_.get(); }

 private:
  bool fill();
  bool wait(short events, int timeout_ms);

  sys::Fd fd_;
  std::string in_;
  bool end_ = false;
};

}  // namespace wherry::net
