#include "base/sys/socket.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

#include "base/sys/poller.h"

namespace wherry::sys {
namespace {

TEST(Address, prints_what_it_parses) {
  for (const char* text : {"127.0.0.1:3000", "0.0.0.0:0", "[::1]:80", "[2001:db8::7]:65535"}) {
    const auto address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->text(), text);
  }
  EXPECT_EQ(Address::parse("localhost:80")->text(), "127.0.0.1:80");
  EXPECT_EQ(Address::parse("[fe80::1%lo]:80")->text(), "[fe80::1%lo]:80");
  EXPECT_EQ(Address::parse("[::1]:80")->ip(), "::1");
}

TEST(Address, refuses_what_is_none_and_says_how_to_write_one) {
  for (const char* text : {"", ":", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:8 0",
                           "256.0.0.1:80", "::1:80", "[127.0.0.1]:80", "[::1:80", "[::1]", "example.org:80", "[fe80::1%]:80"}) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().kind, ErrorKind::invalid);
    EXPECT_NE(address.error().what.find("127.0.0.1:3000"), std::string::npos);
  }
  EXPECT_FALSE(Address::parse(std::string_view("127.0.0.1\0:80", 13)));
}

struct Pair {
  Fd client, server;
  Address peer;
};

void wait_for(int fd) {
  auto poller = Poller::create();
  ASSERT_TRUE(poller);
  ASSERT_TRUE(poller->add(fd, nullptr));
  Ready ready[1];
  ASSERT_EQ(poller->wait(ready, now() + 5 * ns_per_s), 1u);
}

Pair connected(const char* listen_on) {
  auto listener = listen_tcp(*Address::parse(listen_on));
  EXPECT_TRUE(listener) << listener.error().what;
  auto client = connect_tcp(*local_address(listener->get()));
  EXPECT_TRUE(client);
  wait_for(listener->get());
  Accepted accepted = accept_tcp(listener->get());
  EXPECT_TRUE(accepted.fd);
  return {std::move(*client), std::move(accepted.fd), accepted.peer};
}

TEST(Socket, carries_bytes_both_ways) {
  for (const char* where : {"127.0.0.1:0", "[::1]:0"}) {
    Pair pair = connected(where);
    EXPECT_EQ(pair.peer.text(), local_address(pair.client.get())->text());
    EXPECT_EQ(peer_address(pair.client.get())->text(), local_address(pair.server.get())->text());
    char head[] = "hel", tail[] = "lo";
    const iovec pieces[] = {{head, 3}, {tail, 2}};
    EXPECT_EQ(write_some(pair.client.get(), pieces).bytes, 5u);
    wait_for(pair.server.get());
    std::byte buffer[16];
    EXPECT_EQ(read_some(pair.server.get(), buffer).bytes, 5u);
    EXPECT_TRUE(read_some(pair.server.get(), buffer).would_block());
    shutdown_write(pair.client.get());
    wait_for(pair.server.get());
    const Moved end = read_some(pair.server.get(), buffer);
    EXPECT_EQ(end.bytes, 0u);
    EXPECT_EQ(end.error, 0);
  }
}

TEST(Socket, writing_to_a_closed_peer_is_an_errno_and_no_signal) {
  Pair pair = connected("127.0.0.1:0");
  pair.client.close();
  char byte[] = "x";
  const iovec piece{byte, 1};
  int error = 0;
  for (int i = 0; i < 100 && error == 0; ++i) {
    error = write_some(pair.server.get(), {&piece, 1}).error;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_TRUE(error == EPIPE || error == ECONNRESET);
}

TEST(Socket, listeners_share_a_port_only_when_told_to) {
  const auto first = listen_tcp(*Address::parse("127.0.0.1:0"), {.reuse_port = true});
  ASSERT_TRUE(first);
  const Address address = *local_address(first->get());
  EXPECT_TRUE(listen_tcp(address, {.reuse_port = true}));
  EXPECT_FALSE(check_free_tcp(address));
  const auto refused = listen_tcp(address);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(refused.error().what, "cannot listen on " + address.text() + ": Address already in use (EADDRINUSE)");
}

TEST(Socket, a_refused_connection_says_where) {
  auto listener = listen_tcp(*Address::parse("127.0.0.1:0"));
  const Address address = *local_address(listener->get());
  listener->close();
  auto client = connect_tcp(address);
  if (client) {
    wait_for(client->get());
    const auto result = connect_result(client->get(), address);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().what.find(address.text()), std::string::npos);
  }
}

TEST(Poller, a_doorbell_wakes_from_another_thread) {
  auto poller = Poller::create();
  auto bell = Doorbell::create();
  ASSERT_TRUE(poller && bell);
  int tag = 0;
  ASSERT_TRUE(poller->add(bell->fd(), &tag));
  Ready ready[4];
  while (poller->wait(ready, Instant{0}) > 0) {
  }
  std::thread ringer([&] { bell->ring(); });
  ASSERT_EQ(poller->wait(ready, Instant::never()), 1u);
  ringer.join();
  EXPECT_EQ(ready[0].tag, &tag);
  EXPECT_TRUE(ready[0].readable);
  bell->silence();
}

TEST(Poller, keeps_to_its_deadline) {
  auto poller = Poller::create();
  Ready ready[1];
  const Instant start = now();
  EXPECT_EQ(poller->wait(ready, start + 20 * ns_per_ms), 0u);
  EXPECT_GE(now() - start, 20 * ns_per_ms);
  EXPECT_LT(now() - start, 2 * ns_per_s);
  EXPECT_EQ(poller->wait(ready, start), 0u);
}

TEST(Poller, a_hang_up_is_readable_and_writable) {
  Pair pair = connected("127.0.0.1:0");
  auto poller = Poller::create();
  ASSERT_TRUE(poller->add(pair.server.get(), nullptr));
  Ready ready[1];
  poller->wait(ready, Instant{0});
  pair.client.close();
  ASSERT_EQ(poller->wait(ready, now() + 5 * ns_per_s), 1u);
  EXPECT_TRUE(ready[0].readable);
}

}  // namespace
}  // namespace wherry::sys
