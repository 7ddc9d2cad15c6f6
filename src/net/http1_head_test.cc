#include "net/http1_head.h"

#include <gtest/gtest.h>

#include <string>

namespace wherry::net {
namespace {

struct Parsed {
  Refusal refusal;
  Head head;
};

Parsed parse(std::string_view bytes) {
  Parsed parsed;
  LineScanner lines;
  if (lines.scan(bytes) != LineScanner::Outcome::complete) {
    parsed.refusal = {400, "lines"};
    return parsed;
  }
  EXPECT_EQ(lines.end(), bytes.size());
  parsed.refusal = parse_head(bytes, {}, parsed.head);
  return parsed;
}

uint16_t status(std::string_view bytes) { return parse(bytes).refusal.status; }

TEST(Http1Head, reads_a_request) {
  const auto [refusal, head] = parse("POST /a/b?c=d HTTP/1.1\r\nHost: example.org:80\r\nX-One:  1 \r\ncontent-length: 12\r\nX-Empty:\r\n\r\n");
  ASSERT_FALSE(refusal) << refusal.why;
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/a/b?c=d");
  EXPECT_EQ(head.scheme, "http");
  EXPECT_EQ(head.authority, "example.org:80");
  EXPECT_EQ(head.version_minor, 1);
  EXPECT_EQ(head.framing, Framing::length);
  EXPECT_EQ(head.content_length, 12u);
  EXPECT_TRUE(head.keep_alive);
  ASSERT_EQ(head.headers.size(), 4u);
  EXPECT_EQ(head.headers[1].name, "X-One");
  EXPECT_EQ(head.headers[1].value, "1");
  EXPECT_EQ(head.headers[3].value, "");
}

TEST(Http1Head, the_target_has_four_forms_and_two_are_served) {
  const auto absolute = parse("GET http://other.org/x HTTP/1.1\r\nHost: example.org\r\n\r\n");
  EXPECT_EQ(absolute.head.authority, "other.org");
  EXPECT_EQ(absolute.head.target, "/x");
  EXPECT_EQ(parse("GET http://other.org HTTP/1.1\r\nHost: other.org\r\n\r\n").head.target, "/");
  EXPECT_EQ(status("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
  EXPECT_EQ(status("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(status("GET x HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /\xFF HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /\xC3\xA4 HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
}

TEST(Http1Head, keep_alive_depends_on_the_version) {
  EXPECT_TRUE(parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n").head.keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").head.keep_alive);
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").head.keep_alive);
}

TEST(Http1Head, only_one_reading_of_the_length_is_accepted) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(parse(post + "Transfer-Encoding: Chunked\r\n\r\n").head.framing, Framing::chunked);
  EXPECT_EQ(status(post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(status(post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"), 400);
  EXPECT_EQ(status(post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"), 400);
  EXPECT_EQ(status(post + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), 400);
  for (const char* length : {"", "5, 5", "5,6", "+5", "-5", "0x5", "5 5", "99999999999999999999999", "5\x0B"}) {
    EXPECT_EQ(status(post + "Content-Length: " + length + "\r\n\r\n"), 400) << length;
  }
  EXPECT_EQ(status(post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  for (const char* coding : {"gzip, chunked", "chunked, chunked", "identity", "xchunked", "chunked;q=1", "\"chunked\"", "gzip", ""}) {
    EXPECT_NE(status(post + "Transfer-Encoding: " + coding + "\r\n\r\n"), 0) << coding;
  }
  EXPECT_EQ(status("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(Http1Head, lines_end_in_crlf_and_are_not_folded) {
  EXPECT_EQ(status("GET / HTTP/1.1\nHost: a\n\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\n X: 1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n"), 400);
}

TEST(Http1Head, refuses_malformed_lines) {
  for (const char* bytes : {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /\r\nHost: a\r\n\r\n", " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                            "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET / HTTP/1.1\r\nHost\r\n\r\n",
                            "GET / HTTP/1.1\r\n: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\x01\r\n\r\n", "GET / HTTP/1.1\r\nX Y: 1\r\nHost: a\r\n\r\n",
                            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                            "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    EXPECT_EQ(status(bytes), 400) << bytes;
  }
  EXPECT_EQ(status(std::string_view("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 33)), 400);
}

TEST(Http1Head, refuses_other_versions) {
  for (const char* version : {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/1.1x", "http/1.1", "HTTP/11"}) {
    EXPECT_EQ(status("GET / " + std::string(version) + "\r\nHost: a\r\n\r\n"), 505) << version;
  }
  EXPECT_EQ(status("PRI * HTTP/2.0\r\n\r\n"), 505);
}

TEST(Http1Head, expectations) {
  const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n";
  EXPECT_TRUE(parse(post + "Expect: 100-Continue\r\n\r\n").head.expects_continue);
  EXPECT_EQ(status(post + "Expect: miracles\r\n\r\n"), 417);
  EXPECT_FALSE(parse("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n").head.expects_continue);
  EXPECT_FALSE(parse("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n").head.expects_continue);
}

TEST(Http1Head, counts_fields) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 127; ++i) bytes += "X: 1\r\n";
  EXPECT_EQ(status(bytes + "\r\n"), 0);
  EXPECT_EQ(status(bytes + "X: 1\r\n\r\n"), 431);
}

TEST(Http1Head, trailers_do_not_frame) {
  std::vector<Header> trailers;
  EXPECT_FALSE(parse_trailers("X-Sum: 1\r\nY: 2\r\n\r\n", {}, trailers));
  ASSERT_EQ(trailers.size(), 2u);
  EXPECT_EQ(trailers[0].name, "X-Sum");
  EXPECT_EQ(trailers[1].value, "2");
  for (const char* bytes : {"Content-Length: 1\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n", "Host: a\r\n\r\n", "X\r\n\r\n", " X: 1\r\n\r\n"}) {
    EXPECT_EQ(parse_trailers(bytes, {}, trailers).status, 400) << bytes;
  }
}

TEST(LineScanner, goes_on_where_it_stopped) {
  const std::string_view whole = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
  LineScanner lines;
  for (size_t i = 0; i < 27; ++i) ASSERT_EQ(lines.scan(whole.substr(0, i)), LineScanner::Outcome::more) << i;
  ASSERT_EQ(lines.scan(whole), LineScanner::Outcome::complete);
  EXPECT_EQ(lines.end(), 27u);
  EXPECT_EQ(lines.lines(), 2u);
  EXPECT_EQ(lines.first_line(), 16u);
}

}  // namespace
}  // namespace wherry::net
