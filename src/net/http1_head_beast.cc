// The only file that sees Boost.Beast: its parser tokenizes, what a request means is decided here.
#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>

#include "base/utf8.h"
#include "net/http1_head.h"

namespace wherry::net {
namespace {

namespace beast = boost::beast::http;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Calls `each` with the members of a comma-separated list (RFC 9110, 5.6.1).
template <typename Each>
void for_each_token(std::string_view list, Each each) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    std::string_view token = list.substr(0, comma);
    while (!token.empty() && (token.front() == ' ' || token.front() == '\t')) token.remove_prefix(1);
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t')) token.remove_suffix(1);
    if (!token.empty()) each(token);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

class Parser final : public beast::basic_parser<true> {
 public:
  Parser(const HttpLimits& limits, Head& head) : head_(head) {
    header_limit(UINT32_MAX);  // the caller has measured
    body_limit(UINT64_MAX);        // what is allowed is checked where the body is read
    limit_ = limits.headers_max;
  }

  Refusal refusal;
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  bool close = false;
  bool keep_alive_asked = false;
  std::string_view host;

 private:
  using error_code = boost::beast::error_code;

  void on_request_impl(beast::verb, boost::beast::string_view method, boost::beast::string_view target, int version, error_code&) override {
    head_.method = view(method);
    head_.target = view(target);
    head_.version_minor = version - 10;
  }

  void on_field_impl(beast::field field, boost::beast::string_view name, boost::beast::string_view value, error_code& stop) override {
    if (head_.headers.size() >= limit_) refuse(431, "too many header fields", stop);
    head_.headers.push_back({view(name), view(value)});
    switch (field) {
      case beast::field::host:
        ++hosts;
        host = view(value);
        break;
      case beast::field::content_length: length(view(value), stop); break;
      case beast::field::transfer_encoding: encoding(view(value), stop); break;
      case beast::field::connection: connection(view(value)); break;
      case beast::field::expect: expect(view(value), stop); break;
      default: break;
    }
  }

  void refuse(uint16_t status, const char* why, error_code& stop) {
    if (!refusal) refusal = {status, why};
    stop = beast::error::bad_value;
  }

  // Digits only, and once: a list or a repetition is what smuggled requests are made of (RFC 9112, 6.3).
  void length(std::string_view value, error_code& stop) {
    const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
    if (++lengths > 1 || value.empty() || failure != std::errc{} || end != value.data() + value.size()) {
      return refuse(400, "a Content-Length that is not one number", stop);
    }
    head_.framing = Framing::length;
  }

  void encoding(std::string_view value, error_code& stop) {
    if (++encodings > 1) return refuse(400, "more than one Transfer-Encoding", stop);
    if (!same_name(value, "chunked")) return refuse(501, "a Transfer-Encoding other than chunked", stop);
  }

  void connection(std::string_view value) {
    for_each_token(value, [this](std::string_view option) {
      close |= same_name(option, "close");
      keep_alive_asked |= same_name(option, "keep-alive");
    });
  }

  void expect(std::string_view value, error_code& stop) {
    if (head_.version_minor == 0) return;  // RFC 9110, 10.1.1
    if (!same_name(value, "100-continue")) return refuse(417, "an expectation other than 100-continue", stop);
    head_.expects_continue = true;
  }

  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<uint64_t>&, error_code&) override {}
  size_t on_body_impl(boost::beast::string_view body, error_code&) override { return body.size(); }
  void on_chunk_header_impl(uint64_t, boost::beast::string_view, error_code&) override {}
  size_t on_chunk_body_impl(uint64_t, boost::beast::string_view body, error_code&) override { return body.size(); }
  void on_finish_impl(error_code&) override {}
  // For parsing responses; pure in the base class.
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}

  Head& head_;
  size_t limit_ = 0;
};

Refusal explain(const boost::beast::error_code& failure) {
  switch (static_cast<beast::error>(failure.value())) {
    case beast::error::bad_method: return {400, "a malformed method"};
    case beast::error::bad_target: return {400, "a malformed request target"};
    case beast::error::bad_version: return {505, "a version other than HTTP/1.0 and HTTP/1.1"};
    case beast::error::bad_field: return {400, "a malformed header name"};
    case beast::error::bad_value: return {400, "a malformed header value"};
    case beast::error::bad_line_ending: return {400, "a line that doesn't end in CRLF"};
    case beast::error::bad_content_length: return {400, "a malformed Content-Length"};
    case beast::error::bad_transfer_encoding: return {400, "a Transfer-Encoding beside a Content-Length"};
    default: return {400, "a malformed request"};
  }
}

bool is_host_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || std::string_view("-._~%!$&'()*+,;=:[]").contains(c);
}

// RFC 9112, 3.2: origin-form, absolute-form (whose authority outranks Host) or the asterisk of OPTIONS.
Refusal split_target(std::string_view host, Head& head) {
  head.scheme = "http";
  head.authority = host;
  std::string_view target = head.target;
  if (head.method == "CONNECT") return {501, "CONNECT, which only proxies answer"};
  if (const size_t colon = target.find("://"); target[0] != '/' && colon != std::string_view::npos) {
    const std::string_view scheme = target.substr(0, colon);
    if (!same_name(scheme, "http") && !same_name(scheme, "https")) return {400, "a request target of another scheme"};
    target.remove_prefix(colon + 3);
    const size_t path = std::min(target.find_first_of("/?"), target.size());
    head.authority = target.substr(0, path);
    if (head.authority.empty()) return {400, "a request target without a host"};
    head.target = path == target.size() ? "/" : target.substr(path);
    if (head.target[0] == '?') return {400, "a request target without a path"};
  } else if (target[0] != '/' && !(target == "*" && head.method == "OPTIONS")) {
    return {400, "a request target that is no path"};
  }
  if (head.target.find('#') != std::string_view::npos) return {400, "a fragment in the request target"};
  if (!utf8::valid(head.target)) return {400, "a request target that is not UTF-8"};
  if (!std::all_of(head.authority.begin(), head.authority.end(), is_host_char)) return {400, "a malformed host"};
  return {};
}

Refusal check(const Parser& parser, Head& head) {
  if (parser.hosts > 1 || (parser.hosts == 0 && head.version_minor >= 1)) return {400, "not exactly one Host"};
  if (parser.encodings > 0) {
    if (parser.lengths > 0) return {400, "a Transfer-Encoding beside a Content-Length"};
    if (head.version_minor == 0) return {400, "a Transfer-Encoding in HTTP/1.0"};
    head.framing = Framing::chunked;
  }
  head.keep_alive = !parser.close && (head.version_minor >= 1 || parser.keep_alive_asked);
  head.expects_continue &= head.framing == Framing::chunked || head.content_length > 0;
  return split_target(parser.host, head);
}

}  // namespace

Refusal parse_head(std::string_view bytes, const HttpLimits& limits, Head& head) {
  head.headers.clear();
  head.framing = Framing::none;
  head.content_length = 0;
  head.expects_continue = false;
  Parser parser(limits, head);
  boost::beast::error_code failure;
  parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), failure);
  if (parser.refusal) return parser.refusal;
  if (failure) return explain(failure);
  if (!parser.is_header_done()) return {400, "a malformed request"};
  return check(parser, head);
}

// Beast parses fields only behind a request line, so it gets one.
Refusal parse_trailers(std::string_view bytes, const HttpLimits& limits, std::vector<Header>& trailers) {
  constexpr std::string_view line = "GET / HTTP/1.1\r\n";
  Head head;
  Parser parser(limits, head);
  boost::beast::error_code failure;
  parser.put(boost::asio::const_buffer(line.data(), line.size()), failure);
  parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), failure);
  if (parser.refusal) return {parser.refusal.status == 431 ? uint16_t{431} : uint16_t{400}, "a trailer that frames a message"};
  if (failure || !parser.is_header_done()) return {400, "a malformed trailer"};
  if (parser.hosts + parser.lengths + parser.encodings > 0) return {400, "a trailer that frames a message"};
  trailers = std::move(head.headers);
  return {};
}

}  // namespace wherry::net
