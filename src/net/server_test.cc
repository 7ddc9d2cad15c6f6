#include "net/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "net/client_testing.h"

namespace wherry::net {
namespace {

using sys::ns_per_ms;
using sys::ns_per_s;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// Echoes the body as it comes; GET says hello.
void echo(Request& request, ResponseWriter& response) {
  const Header type[] = {{"Content-Type", "text/plain"}};
  if (!request.has_body) {
    EXPECT_TRUE(response.respond(200, type, "hello\n"));
    return;
  }
  std::byte buffer[3000];
  if (!response.head(200, type)) return;
  for (;;) {
    const auto got = request.body->read(buffer);
    if (!got) return;
    if (*got == 0) break;
    if (!response.write({buffer, *got})) return;
  }
  (void)response.finish(request.body->trailers());
}

class ServerTest : public testing::Test {
 protected:
  void start(Handler handler, ServerOptions options = {}) {
    options.address = *sys::Address::parse("127.0.0.1:0");
    auto server = Server::start(options, pool_, std::move(handler));
    ASSERT_TRUE(server) << server.error().what;
    server_ = std::move(*server);
    ASSERT_NE(server_->address().port(), 0);
  }
  TestClient connect() { return TestClient(server_->address()); }
  // The status that this gets as the only request of a connection.
  int status(std::string_view request) { return connect().send(request).read().status; }

  ThreadPool pool_;
  std::unique_ptr<Server> server_;
};

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_F(ServerTest, answers_with_only_date_and_framing_added) {
  start(echo);
  TestClient client = connect();
  const auto response = client.send(get).read();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello\n");
  EXPECT_EQ(response.header("content-length"), "6");
  EXPECT_EQ(response.header("content-type"), "text/plain");
  const std::string date = response.header("date");
  EXPECT_EQ(date.size(), 29u);
  EXPECT_TRUE(date.ends_with(" GMT"));
  EXPECT_EQ(response.head, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: " + date + "\r\nContent-Length: 6\r\n");
}

TEST_F(ServerTest, keeps_connections_alive) {
  start(echo);
  TestClient client = connect();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.send(get).read().body, "hello\n");
  EXPECT_EQ(server_->connections(), 1u);
  const auto last = client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").read();
  EXPECT_EQ(last.header("connection"), "close");
  EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, answers_pipelined_requests_in_order) {
  start([](Request& request, ResponseWriter& response) {
    if (request.target == "/0") request.loop->sleep_until(sys::now() + 5 * ns_per_ms);
    EXPECT_TRUE(response.respond(200, {}, request.target));
  });
  TestClient client = connect();
  std::string all;
  for (int i = 0; i < 1000; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  std::thread sender([&] { client.send(all); });
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(client.read().body, "/" + std::to_string(i));
  sender.join();
}

TEST_F(ServerTest, a_request_may_come_byte_by_byte) {
  start(echo);
  TestClient client = connect();
  const std::string request = "\r\nPOST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nX-T: 1\r\n\r\n";
  for (char c : request) client.send({&c, 1});
  const auto response = client.read();
  EXPECT_EQ(response.body, "abcd");
  EXPECT_EQ(client.send(get).read().body, "hello\n");
}

TEST_F(ServerTest, streams_bodies_of_known_and_unknown_length_both_ways) {
  start(echo);
  TestClient client = connect();
  std::string body;
  for (int i = 0; i < 300'000; ++i) body += static_cast<char>('a' + i % 26);
  const auto sized = [&] {
    std::thread sender([&] { client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body); });
    const auto response = client.read();
    sender.join();
    return response;
  }();
  EXPECT_EQ(sized.body, body);
  EXPECT_EQ(sized.header("transfer-encoding"), "chunked");
  std::string chunks = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (size_t at = 0; at < body.size();) {
    const size_t size = std::min<size_t>(1 + at % 7001, body.size() - at);
    char line[32];
    std::snprintf(line, sizeof line, "%zx\r\n", size);
    chunks += line + body.substr(at, size) + "\r\n";
    at += size;
  }
  std::thread sender([&] { client.send(chunks + "0\r\nX-Sum: 7\r\n\r\n"); });
  const auto response = client.read();
  sender.join();
  EXPECT_EQ(response.body, body);
  EXPECT_EQ(response.trailers, "X-Sum: 7\r\n");
  EXPECT_EQ(client.send(get).read().body, "hello\n");
}

TEST_F(ServerTest, a_conversation_needs_no_explicit_flush) {
  start(echo);
  TestClient client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  // The server waits for more of the body now, so what it has written must have left.
  std::string seen;
  while (seen.find("\r\n\r\n1\r\na\r\n") == std::string::npos) {
    std::byte buffer[512];
    const sys::Moved moved = sys::read_some(client.fd(), buffer);
    ASSERT_TRUE(moved.bytes > 0 || moved.would_block());
    seen.append(reinterpret_cast<char*>(buffer), moved.bytes);
  }
  client.send("1\r\nb\r\n0\r\n\r\n");
  client.close_write();
  EXPECT_EQ(client.read_all(), "1\r\nb\r\n0\r\n\r\n");
}

TEST_F(ServerTest, frames_responses_as_the_client_understands) {
  start([](Request& request, ResponseWriter& response) {
    if (request.target == "/flushed") {
      EXPECT_TRUE(response.head(200, {}));
      EXPECT_TRUE(response.write(bytes("one")));
      EXPECT_TRUE(response.flush());
      EXPECT_TRUE(response.write(bytes("two")));
      const Header trailers[] = {{"X-T", "1"}};
      EXPECT_TRUE(response.finish(trailers));
    } else if (request.target == "/sized") {
      const Header headers[] = {{"content-length", "6"}};
      EXPECT_TRUE(response.head(200, headers));
      EXPECT_TRUE(response.write(bytes("one")));
      EXPECT_TRUE(response.flush());
      EXPECT_TRUE(response.write(bytes("two")));
      EXPECT_TRUE(response.finish());
    } else if (request.target == "/trailers") {
      const Header trailers[] = {{"X-T", "1"}};
      EXPECT_TRUE(response.head(200, {}));
      EXPECT_TRUE(response.write(bytes("onetwo")));
      EXPECT_TRUE(response.finish(trailers));
    } else {
      EXPECT_TRUE(response.respond(204, {}, ""));
    }
  });
  TestClient client = connect();
  auto ask = [&](std::string_view method, std::string_view target, std::string_view rest) {
    client.send(std::string(method) + " " + std::string(target) + " " + std::string(rest));
    return client.read(method != "HEAD");
  };
  constexpr std::string_view v11 = "HTTP/1.1\r\nHost: a\r\n\r\n", v10 = "HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  const auto flushed = ask("GET", "/flushed", v11);
  EXPECT_EQ(flushed.body, "onetwo");
  EXPECT_EQ(flushed.trailers, "X-T: 1\r\n");
  const auto sized = ask("GET", "/sized", v11);
  EXPECT_EQ(sized.body, "onetwo");
  EXPECT_EQ(sized.header("content-length"), "6");
  EXPECT_EQ(sized.header("transfer-encoding"), "");
  EXPECT_EQ(ask("GET", "/trailers", v11).trailers, "X-T: 1\r\n");
  const auto head = ask("HEAD", "/sized", v11);
  EXPECT_EQ(head.header("content-length"), "6");
  EXPECT_EQ(ask("HEAD", "/flushed", v11).status, 200);
  const auto empty = ask("GET", "/204", v11);
  EXPECT_EQ(empty.status, 204);
  EXPECT_EQ(empty.header("content-length"), "");
  const auto old = ask("GET", "/sized", v10);
  EXPECT_EQ(old.body, "onetwo");
  EXPECT_EQ(old.header("connection"), "keep-alive");
  const auto unsized = ask("GET", "/flushed", v10);  // HTTP/1.0 has no chunks: the end is the end of the connection
  EXPECT_EQ(unsized.body, "onetwo");
  EXPECT_EQ(unsized.header("connection"), "close");
  EXPECT_EQ(unsized.header("transfer-encoding"), "");
}

TEST_F(ServerTest, refuses_to_send_what_a_handler_must_not) {
  std::atomic<int> refused = 0;
  start([&](Request&, ResponseWriter& response) {
    for (const Header& bad : {Header{"X\r\nY", "1"}, Header{"X", "1\r\nSet-Cookie: a"}, Header{"", "1"}, Header{"X", std::string_view("\0", 1)},
                              Header{"X Y", "1"}, Header{"Content-Length", "5, 6"}, Header{"Content-Length", "-1"}}) {
      if (!response.head(200, {&bad, 1})) ++refused;
    }
    if (!response.head(101, {})) ++refused;
    if (!response.write(bytes("x"))) ++refused;
    const Header ours[] = {{"Transfer-Encoding", "gzip"}, {"Keep-Alive", "1"}, {"Upgrade", "x"}, {"X-Kept", "yes"}};
    EXPECT_TRUE(response.respond(200, ours, "ok"));
    if (!response.head(200, {})) ++refused;
  });
  const auto response = connect().send(get).read();
  server_.reset();  // so that the handler is through
  EXPECT_EQ(refused, 10);
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(response.header("transfer-encoding"), "");
  EXPECT_EQ(response.header("upgrade"), "");
  EXPECT_EQ(response.header("x-kept"), "yes");
}

TEST_F(ServerTest, a_response_that_does_not_fit_its_length_breaks_the_connection) {
  start([](Request& request, ResponseWriter& response) {
    const Header headers[] = {{"Content-Length", "5"}};
    EXPECT_TRUE(response.head(200, headers));
    if (request.target == "/long") {
      EXPECT_FALSE(response.write(bytes("too long")));
    } else {
      EXPECT_TRUE(response.write(bytes("abc")));
      EXPECT_TRUE(response.flush());
      EXPECT_FALSE(response.finish());
    }
  });
  EXPECT_FALSE(connect().send("GET /long HTTP/1.1\r\nHost: a\r\n\r\n").read().complete);
  EXPECT_FALSE(connect().send("GET /short HTTP/1.1\r\nHost: a\r\n\r\n").read().complete);
}

TEST_F(ServerTest, a_handler_that_does_not_answer_is_answered_for) {
  start([](Request& request, ResponseWriter& response) {
    if (request.target == "/half") {
      EXPECT_TRUE(response.head(200, {}));
      EXPECT_TRUE(response.write(bytes("half")));
      EXPECT_TRUE(response.flush());
    } else if (request.target == "/begun") {
      EXPECT_TRUE(response.head(200, {}));
    }
  });
  EXPECT_EQ(status(get), 500);
  EXPECT_EQ(status("GET /begun HTTP/1.1\r\nHost: a\r\n\r\n"), 500);
  const auto half = connect().send("GET /half HTTP/1.1\r\nHost: a\r\n\r\n").read();
  EXPECT_EQ(half.status, 200);
  EXPECT_FALSE(half.complete);
}

TEST_F(ServerTest, sends_100_continue_only_when_the_body_is_wanted) {
  start([](Request& request, ResponseWriter& response) {
    std::byte buffer[10];
    if (request.target == "/no") {
      EXPECT_TRUE(response.respond(403, {}, "no"));
      return;
    }
    const auto got = request.body->read(buffer);
    EXPECT_TRUE(response.respond(200, {}, {reinterpret_cast<char*>(buffer), got.value_or(0)}));
  });
  const std::string headers = " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n";
  TestClient client = connect();
  EXPECT_EQ(client.send("POST /yes" + headers).read().status, 100);
  EXPECT_EQ(client.send("abc").read().body, "abc");
  const auto refused = client.send("POST /no" + headers).read();
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.header("connection"), "close");  // nobody knows whether the body comes
  EXPECT_TRUE(client.closed());
  // A client that doesn't wait gets no 100 for what is there already.
  const auto at_once = connect().send("POST /yes" + headers + "abc").read();
  EXPECT_EQ(at_once.status, 200);
  EXPECT_EQ(at_once.header("connection"), "");
}

TEST_F(ServerTest, an_unread_body_does_not_become_the_next_request) {
  start([](Request&, ResponseWriter& response) { EXPECT_TRUE(response.respond(200, {}, "ok")); });
  TestClient client = connect();
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled).read().body, "ok");
  EXPECT_EQ(client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").read().body, "ok");
  EXPECT_EQ(client.read_all(), "");
  // Too much to read just to throw it away: the answer arrives all the same, and the connection ends.
  TestClient large = connect();
  large.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n");
  large.send_what_fits(600'000);
  EXPECT_EQ(large.read().body, "ok");
  EXPECT_TRUE(large.closed());
}

TEST_F(ServerTest, smuggling_attempts_are_refused_and_the_connection_closed) {
  std::atomic<int> handled = 0;
  start([&](Request& request, ResponseWriter& response) {
    ++handled;
    echo(request, response);
  });
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string attempts[] = {
      post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + hidden,
      post + "Content-Length: 0\r\nContent-Length: 30\r\n\r\n" + hidden,
      post + "Content-Length: 0,30\r\n\r\n" + hidden,
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "Transfer-Encoding:\x0B" "chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      post + "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
      "GET / HTTP/1.1\r\nHost: a\n\n" + hidden,
      "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + hidden,
      "GET / HTTP/1.1\r\n\r\n" + hidden,
      "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
  };
  for (const std::string& attempt : attempts) {
    const std::string all = connect().send(attempt).read_all();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << attempt << all;
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << attempt << all;
  }
  EXPECT_EQ(connect().send(post + "Transfer-Encoding: xchunked\r\n\r\n").read().status, 501);
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerTest, malformed_chunks_never_reach_the_next_request) {
  start([](Request& request, ResponseWriter& response) {
    std::byte buffer[100];
    for (;;) {
      const auto got = request.body->read(buffer);
      if (!got) return;  // the server answers
      if (*got == 0) break;
    }
    EXPECT_TRUE(response.respond(200, {}, "ok"));
  });
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* body : {"g\r\n", "-1\r\n", "0x1\r\na\r\n0\r\n\r\n", "1\na\n0\n\n", "1\r\nab\r\n0\r\n\r\n", "ffffffffffffffffff\r\n", " 1\r\na\r\n0\r\n\r\n",
                           "1;\x01\r\na\r\n0\r\n\r\n", "0\r\nContent-Length: 1\r\n\r\n", "0\r\nX: 1\r\n y\r\n\r\n", "0\r\nX\r\n\r\n", "1\r\na\r\n0\r\n\n"}) {
    const std::string all = connect().send(post + body + "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n").read_all();
    EXPECT_TRUE(all.starts_with("HTTP/1.1 400 ")) << body << all;
    EXPECT_EQ(all.find("HTTP/1.1", 1), std::string::npos) << body << all;
  }
}

TEST_F(ServerTest, limits_are_answered_with_their_status) {
  ServerOptions options;
  options.limits.request_line_max = 1000;
  options.limits.head_bytes_max = 4000;
  options.limits.headers_max = 20;
  options.limits.body_bytes_max = 5000;
  options.limits.trailer_bytes_max = 500;
  start([](Request& request, ResponseWriter& response) {
    std::byte buffer[1000];
    for (;;) {
      const auto got = request.body->read(buffer);
      if (!got) {
        EXPECT_NE(got.error().what, "");
        return;
      }
      if (*got == 0) break;
    }
    EXPECT_TRUE(response.respond(200, {}, "ok"));
  }, options);
  EXPECT_EQ(status("GET /" + std::string(900, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 200);
  EXPECT_EQ(status("GET /" + std::string(1000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
  EXPECT_EQ(status("GET /" + std::string(1500, 'x')), 414);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(4000, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x')), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 20; ++i) many += "X: 1\r\n";
  EXPECT_EQ(status(many + "\r\n"), 431);
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(status(post + "Content-Length: 5001\r\n\r\n"), 413);
  EXPECT_EQ(status(post + "Content-Length: 18446744073709551615\r\n\r\n"), 413);
  EXPECT_EQ(status(post + "Transfer-Encoding: chunked\r\n\r\n1389\r\n"), 413);
  EXPECT_EQ(status(post + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: " + std::string(600, 'x') + "\r\n\r\n"), 431);
  EXPECT_EQ(status(post + "Content-Length: 5000\r\n\r\n" + std::string(5000, 'x')), 200);
}

TEST_F(ServerTest, slow_clients_are_shown_out) {
  ServerOptions options;
  options.limits.head_ns = options.limits.read_ns = options.limits.write_ns = 50 * ns_per_ms;
  options.limits.idle_ns = 100 * ns_per_ms;
  std::atomic<bool> write_failed = false;
  start([&](Request& request, ResponseWriter& response) {
    std::byte buffer[1000];
    if (request.target == "/large") {
      const std::string large(16 << 20, 'x');
      EXPECT_TRUE(response.head(200, {}));
      write_failed = !response.write(bytes(large));
      return;
    }
    const auto got = request.body->read(buffer);
    if (!got) return;
    EXPECT_TRUE(response.respond(200, {}, "ok"));
  }, options);
  TestClient silent = connect();
  TestClient slow_head = connect();
  TestClient slow_body = connect();
  TestClient slow_reader = connect();
  TestClient idle = connect();
  slow_head.send("GET / HT");
  slow_body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  slow_reader.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(idle.send(get).read().status, 200);
  EXPECT_EQ(slow_head.read().status, 408);
  EXPECT_EQ(slow_body.read().status, 408);
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_TRUE(idle.closed());
  for (int i = 0; i < 500 && !write_failed; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_TRUE(write_failed);
}

TEST_F(ServerTest, a_trickling_body_is_not_waited_for_for_ever) {
  ServerOptions options;
  options.limits.read_ns = 100 * ns_per_ms;
  options.limits.rate_min = 1000;
  start(echo, options);
  TestClient client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  const sys::Instant start = sys::now();
  while (sys::now() - start < 5 * ns_per_s) {  // each byte within read_ns, but never fast enough in all
    client.send("x");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::byte buffer[1];
    const sys::Moved moved = sys::read_some(client.fd(), buffer);
    if (!moved.would_block() && moved.bytes == 0) break;
  }
  EXPECT_LT(sys::now() - start, 4 * ns_per_s);
}

TEST_F(ServerTest, a_deadline_of_the_handler_ends_its_waits) {
  std::atomic<int64_t> waited = 0;
  start([&](Request& request, ResponseWriter&) {
    request.deadline = sys::now() + 30 * ns_per_ms;
    std::byte buffer[10];
    const sys::Instant start = sys::now();
    EXPECT_FALSE(request.body->read(buffer));
    waited = sys::now() - start;
  });
  TestClient client = connect();
  EXPECT_EQ(client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n").read().status, 408);
  EXPECT_GE(waited, 25 * ns_per_ms);
  EXPECT_LT(waited, 5 * ns_per_s);
}

TEST_F(ServerTest, what_the_handler_does_not_read_stays_with_the_client) {
  std::atomic<bool> go = false;
  start([&](Request& request, ResponseWriter& response) {
    while (!go) request.loop->sleep_until(sys::now() + ns_per_ms);
    std::byte buffer[65536];
    uint64_t sum = 0;
    for (;;) {
      const auto got = request.body->read(buffer);
      if (!got || *got == 0) break;
      sum += *got;
    }
    EXPECT_TRUE(response.respond(200, {}, std::to_string(sum)));
  });
  constexpr size_t size = 64 << 20;
  TestClient client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  const size_t sent = client.send_what_fits(size);
  EXPECT_LT(sent, size / 2);
  go = true;
  std::thread sender([&] { client.send(std::string(size - sent, 'x')); });
  EXPECT_EQ(client.read().body, std::to_string(size));
  sender.join();
}

TEST_F(ServerTest, a_hundred_connections_at_once_on_two_workers) {
  ServerOptions options;
  options.workers = 2;
  std::atomic<int> at_once = 0;
  start([&](Request& request, ResponseWriter& response) {
    ++at_once;
    // All hundred are inside at the same time, though there are two threads.
    for (int i = 0; i < 2000 && at_once < 100; ++i) request.loop->sleep_until(sys::now() + 5 * ns_per_ms);
    EXPECT_TRUE(response.respond(200, {}, request.target));
  }, options);
  std::vector<TestClient> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(connect());
  for (int i = 0; i < 100; ++i) clients[i].send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(clients[i].read().body, "/" + std::to_string(i));
  EXPECT_EQ(at_once, 100);
  EXPECT_EQ(server_->connections(), 100u);
}

TEST_F(ServerTest, more_connections_than_allowed_wait) {
  ServerOptions options;
  options.connections_max = 2;
  start(echo, options);
  TestClient first = connect(), second = connect(), third = connect();
  EXPECT_EQ(first.send(get).read().status, 200);
  EXPECT_EQ(second.send(get).read().status, 200);
  third.send(get);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::byte buffer[1];
  EXPECT_TRUE(sys::read_some(third.fd(), buffer).would_block());
  first.close();
  EXPECT_EQ(third.read().status, 200);
}

TEST_F(ServerTest, draining_lets_requests_finish_and_takes_no_more) {
  std::atomic<bool> inside = false, go = false;
  start([&](Request& request, ResponseWriter& response) {
    inside = true;
    while (!go) request.loop->sleep_until(sys::now() + ns_per_ms);
    EXPECT_TRUE(response.respond(200, {}, "finished"));
  });
  TestClient idle = connect(), busy = connect();
  busy.send(get);
  while (!inside) std::this_thread::yield();
  server_->drain(sys::now() + 30 * ns_per_s);
  EXPECT_TRUE(idle.closed());
  while (sys::connect_tcp(server_->address())) {  // until the listener is gone
    auto fd = sys::connect_tcp(server_->address());
    if (!fd) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (!sys::connect_result(fd->get(), server_->address())) break;
  }
  go = true;
  const auto response = busy.read();
  EXPECT_EQ(response.body, "finished");
  EXPECT_EQ(response.header("connection"), "close");
  EXPECT_TRUE(busy.closed());
  server_->wait();
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ServerTest, draining_breaks_what_is_not_done_in_time) {
  std::atomic<bool> inside = false, failed = false;
  start([&](Request& request, ResponseWriter&) {
    inside = true;
    std::byte buffer[10];
    failed = !request.body->read(buffer);
  });
  TestClient client = connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
  while (!inside) std::this_thread::yield();
  const sys::Instant start = sys::now();
  server_->drain(start + 20 * ns_per_ms);
  server_->wait();
  EXPECT_TRUE(failed);
  EXPECT_LT(sys::now() - start, 10 * ns_per_s);
}

TEST_F(ServerTest, a_taken_port_is_an_error) {
  start(echo);
  for (unsigned workers : {1u, 2u}) {
    ServerOptions options;
    options.address = server_->address();
    options.workers = workers;
    const auto second = Server::start(options, pool_, echo);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().what.find("Address already in use"), std::string::npos);
  }
}

TEST_F(ServerTest, a_busy_client_does_not_keep_the_loop_to_itself) {
  start([](Request&, ResponseWriter& response) { EXPECT_TRUE(response.respond(200, {}, "ok")); });
  std::atomic<bool> go_on = true;
  std::thread greedy([&] {
    TestClient client = connect();
    std::string batch;
    for (int i = 0; i < 300; ++i) batch += get;
    while (go_on) {
      client.send(batch);
      for (int i = 0; i < 300; ++i) client.read();
    }
  });
  TestClient client = connect();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.send(get).read().status, 200);
  go_on = false;
  greedy.join();
}

}  // namespace
}  // namespace wherry::net
