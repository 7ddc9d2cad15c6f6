#include "net/client_testing.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdlib>

#include "net/http.h"

namespace wherry::net {
namespace {

constexpr int patience_ms = 10'000;

}  // namespace

TestClient::TestClient(const sys::Address& server) {
  auto fd = sys::connect_tcp(server);
  EXPECT_TRUE(fd) << fd.error().what;
  fd_ = std::move(*fd);
  EXPECT_TRUE(wait(POLLOUT, patience_ms));
}

bool TestClient::wait(short events, int timeout_ms) {
  pollfd one{fd_.get(), events, 0};
  return poll(&one, 1, timeout_ms) == 1;
}

TestClient& TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
    const sys::Moved moved = sys::write_some(fd_.get(), {&piece, 1});
    if (moved.error != 0 && !(moved.would_block() && wait(POLLOUT, patience_ms))) break;
    bytes.remove_prefix(moved.bytes);
  }
  return *this;
}

size_t TestClient::send_what_fits(size_t bytes_max) {
  const std::string block(65536, 'x');
  size_t sent = 0;
  while (sent < bytes_max) {
    const iovec piece{const_cast<char*>(block.data()), std::min(block.size(), bytes_max - sent)};
    const sys::Moved moved = sys::write_some(fd_.get(), {&piece, 1});
    sent += moved.bytes;
    if (moved.error != 0 && !(moved.would_block() && wait(POLLOUT, 200))) break;
  }
  return sent;
}

bool TestClient::fill() {
  std::byte buffer[65536];
  while (!end_) {
    const sys::Moved moved = sys::read_some(fd_.get(), buffer);
    if (moved.bytes > 0) {
      in_.append(reinterpret_cast<char*>(buffer), moved.bytes);
      return true;
    }
    end_ = !(moved.would_block() && wait(POLLIN, patience_ms));
  }
  return false;
}

std::string TestClient::Response::header(std::string_view name) const {
  for (size_t line = head.find("\r\n"); line != std::string::npos && line + 2 < head.size(); line = head.find("\r\n", line + 2)) {
    const size_t colon = head.find(':', line + 2);
    if (colon == std::string::npos || !same_name(std::string_view(head).substr(line + 2, colon - line - 2), name)) continue;
    return head.substr(colon + 2, head.find("\r\n", colon) - colon - 2);
  }
  return {};
}

TestClient::Response TestClient::read(bool has_body) {
  Response response;
  size_t end = 0;
  while ((end = in_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return response;
  }
  response.head = in_.substr(0, end + 2);
  in_.erase(0, end + 4);
  response.status = std::atoi(response.head.c_str() + 9);
  if (!has_body || response.status < 200 || response.status == 204 || response.status == 304) {
    response.complete = true;
  } else if (response.header("transfer-encoding") == "chunked") {
    for (;;) {
      while ((end = in_.find("\r\n")) == std::string::npos) {
        if (!fill()) return response;
      }
      const size_t size = std::strtoul(in_.c_str(), nullptr, 16);
      if (size == 0) break;
      while (in_.size() < end + 4 + size) {
        if (!fill()) return response;
      }
      response.body += in_.substr(end + 2, size);
      in_.erase(0, end + 4 + size);
    }
    while (!in_.starts_with("0\r\n\r\n") && (end = in_.find("\r\n\r\n")) == std::string::npos) {
      if (!fill()) return response;
    }
    end = in_.find("\r\n\r\n");
    response.trailers = in_.substr(3, end > 3 ? end - 1 : 0);
    in_.erase(0, end + 4);
    response.complete = true;
  } else if (const std::string length = response.header("content-length"); !length.empty()) {
    const size_t size = std::strtoul(length.c_str(), nullptr, 10);
    while (in_.size() < size && fill()) {
    }
    response.complete = in_.size() >= size;
    response.body = in_.substr(0, size);
    in_.erase(0, size);
  } else {
    response.body = read_all();
    response.complete = true;
  }
  return response;
}

std::string TestClient::read_all() {
  while (fill()) {
  }
  return std::exchange(in_, {});
}

bool TestClient::closed() {
  in_.clear();
  return !fill() && end_;
}

}  // namespace wherry::net
