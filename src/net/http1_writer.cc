#include "net/http1_writer.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

namespace wherry::net {
namespace {

// What is gathered before it is sent without being asked to.
constexpr size_t gathered_max = 16 * 1024;

// token (RFC 9110, 5.6.2)
constexpr auto token_chars = [] {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 32] = true;
  for (unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) table[c] = true;
  return table;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return token_chars[c]; });
}

// field-value (RFC 9110, 5.5): no controls, so that a value can't begin another line.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); });
}

iovec piece(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

std::unexpected<Error> invalid(std::string what) { return std::unexpected(Error{ErrorKind::invalid, std::move(what), ""}); }

void append_field(std::string& out, const Header& header) {
  out.append(header.name).append(": ").append(header.value).append("\r\n");
}

Result<void> check_field(const Header& header) {
  if (!is_token(header.name)) return invalid(fmt::format("'{}' can't be the name of a header field", header.name));
  if (!is_field_value(header.value)) return invalid(fmt::format("the value of header field '{}' has a control character", header.name));
  return {};
}

}  // namespace

std::string_view DateCache::text(sys::Instant now) {
  constexpr size_t length = 29;
  if (now < valid_until_) return {text_, length};
  const int64_t realtime = sys::clock_ns(sys::Clock::realtime);
  const time_t seconds = static_cast<time_t>(realtime / sys::ns_per_s);
  tm parts{};
  gmtime_r(&seconds, &parts);
  constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  fmt::format_to_n(text_, sizeof text_, "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[parts.tm_wday], parts.tm_mday,
                   months[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  valid_until_ = now + (sys::ns_per_s - realtime % sys::ns_per_s);
  return {text_, length};
}

void Http1Writer::start(const For& request, sys::Instant& deadline, const Unless& unless) {
  request_ = request;
  deadline_ = &deadline;
  draining_ = &unless.draining;
  continue_due_ = &unless.continue_due;
  patience_.renew();
  keep_alive_ = request.keep_alive;
  committed_ = finished_ = false;
  restart();
}

bool Http1Writer::restart() {
  if (committed_) return false;
  head_.clear();
  body_.clear();
  mode_ = Mode::undecided;
  status_ = 0;
  body_bytes_ = 0;
  declared_ = UINT64_MAX;
  has_date_ = false;
  return true;
}

void Http1Writer::shrink() {
  constexpr size_t small = 1024;
  if (head_.capacity() > small) std::string().swap(head_);
  if (body_.capacity() > small) std::string().swap(body_);
}

Result<void> Http1Writer::head(uint16_t status, std::span<const Header> headers) {
  if (status_ != 0) return invalid("a response has only one head");
  if (status < 200 || status > 999) return invalid(fmt::format("{} is not the status of a response", status));
  status_ = status;
  char line[16];
  const auto end = fmt::format_to_n(line, sizeof line, "HTTP/1.1 {} ", status).out;
  head_.append(line, end).append(reason_phrase(status)).append("\r\n");
  for (const Header& header : headers) {
    if (auto added = add_header(header); !added) {
      restart();
      return added;
    }
  }
  if (!has_date_) append_field(head_, {"Date", date_.text(loop_.time())});
  if (request_.is_head || status == 204 || status == 304) mode_ = Mode::none;
  return {};
}

Result<void> Http1Writer::add_header(const Header& header) {
  TRY(check_field(header));
  if (same_name(header.name, "content-length")) {
    uint64_t length = 0;
    const auto [end, failure] = std::from_chars(header.value.data(), header.value.data() + header.value.size(), length);
    if (declared_ != UINT64_MAX || failure != std::errc{} || end != header.value.data() + header.value.size()) {
      return invalid("a Content-Length that is not one number");
    }
    declared_ = length;
    return {};
  }
  has_date_ |= same_name(header.name, "date");
  if (!about_connection(header)) append_field(head_, header);
  return {};
}

// Fields about the connection, which is ours (RFC 9110, 7.6.1).
bool Http1Writer::about_connection(const Header& header) {
  switch (header.name.size()) {
    case 7: return same_name(header.name, "upgrade");
    case 10:
      if (same_name(header.name, "connection")) {
        keep_alive_ &= !same_name(header.value, "close");
        return true;
      }
      return same_name(header.name, "keep-alive");
    case 16: return same_name(header.name, "proxy-connection");
    case 17: return same_name(header.name, "transfer-encoding");
    default: return false;
  }
}

void Http1Writer::add_length(uint64_t length) {
  char digits[24];
  const auto [end, failure] = std::to_chars(digits, digits + sizeof digits, length);
  append_field(head_, {"Content-Length", {digits, static_cast<size_t>(end - digits)}});
}

// Decides the framing (RFC 9112, 6.3), for which `complete` says whether `body_bytes_` is all there will be.
void Http1Writer::commit(bool complete, bool with_trailers) {
  committed_ = true;
  keep_alive_ &= !*draining_ && !*continue_due_;
  const bool has_length = declared_ != UINT64_MAX;
  if (mode_ == Mode::none) {
    if (status_ != 204 && has_length) {
      add_length(declared_);
    } else if (request_.is_head && status_ != 204 && status_ != 304 && body_bytes_ > 0 && complete) {
      add_length(body_bytes_);
    }
  } else if (has_length || (complete && !with_trailers)) {
    mode_ = Mode::length;
    add_length(has_length ? declared_ : body_bytes_);
  } else if (request_.allows_chunked) {
    mode_ = Mode::chunked;
    append_field(head_, {"Transfer-Encoding", "chunked"});
  } else {
    mode_ = Mode::until_close;
    keep_alive_ = false;
  }
  if (!keep_alive_) {
    append_field(head_, {"Connection", "close"});
  } else if (!request_.allows_chunked) {
    append_field(head_, {"Connection", "keep-alive"});  // not the default of HTTP/1.0
  }
  head_ += "\r\n";
}

Result<void> Http1Writer::write(std::span<const std::byte> bytes) {
  if (status_ == 0 || finished_) return invalid("the body of a response is written between its head and its end");
  if (broken_) return refuse("the connection to the client is gone");
  if (mode_ == Mode::none) {
    body_bytes_ += bytes.size();
    return {};
  }
  if (declared_ != UINT64_MAX && bytes.size() > declared_ - body_bytes_) {
    abort();
    return invalid(fmt::format("the response's body is longer than its Content-Length of {}", declared_));
  }
  body_bytes_ += bytes.size();
  if (body_.size() + bytes.size() <= gathered_max) {
    body_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  if (!committed_) commit(false, false);
  return send(bytes, {});
}

Result<void> Http1Writer::flush() {
  if (status_ == 0 || finished_) return {};
  if (broken_) return refuse("the connection to the client is gone");
  if (!committed_) commit(false, false);
  if (head_.empty() && body_.empty()) return {};
  return send({}, {});
}

Result<void> Http1Writer::finish(std::span<const Header> trailers) {
  if (status_ == 0 || finished_) return invalid("a response is finished once, after its head");
  if (broken_) return refuse("the connection to the client is gone");
  if (mode_ != Mode::none && declared_ != UINT64_MAX && body_bytes_ < declared_) {
    abort();
    return invalid(fmt::format("the response's body has {} bytes, its Content-Length says {}", body_bytes_, declared_));
  }
  for (const Header& trailer : trailers) TRY(check_field(trailer));
  if (!committed_) commit(true, !trailers.empty());
  finished_ = true;
  if (mode_ != Mode::chunked) return send({}, {});
  if (trailers.empty()) return send({}, "0\r\n\r\n");
  std::string tail = "0\r\n";
  for (const Header& trailer : trailers) append_field(tail, trailer);
  return send({}, tail += "\r\n");
}

// Everything that waits, then `bytes`, as one chunk where chunks are used, then `tail`.
Result<void> Http1Writer::send(std::span<const std::byte> bytes, std::string_view tail) {
  char size_line[24];
  std::string_view before, after;
  const size_t length = body_.size() + bytes.size();
  if (mode_ == Mode::chunked && length > 0) {
    const auto end = fmt::format_to_n(size_line, sizeof size_line, "{:x}\r\n", length).out;
    before = {size_line, static_cast<size_t>(end - size_line)};
    after = "\r\n";
  }
  iovec pieces[] = {piece(head_), piece(before), piece(body_), {const_cast<std::byte*>(bytes.data()), bytes.size()}, piece(after), piece(tail)};
  const auto sent = send_pieces(pieces);
  head_.clear();
  body_.clear();
  return sent;
}

Result<void> Http1Writer::send_pieces(std::span<iovec> pieces) {
  iovec* last = std::remove_if(pieces.data(), pieces.data() + pieces.size(), [](const iovec& one) { return one.iov_len == 0; });
  pieces = pieces.first(static_cast<size_t>(last - pieces.data()));
  if (pieces.empty()) return {};
  const sys::Moved moved = stream_.write(pieces, patience_, *deadline_);
  if (moved.error == 0) return {};
  abort();
  if (moved.error == ETIMEDOUT) return refuse("the client takes the response too slowly");
  return sys::system_error("the client went away", moved.error);
}

Result<void> Http1Writer::send_raw(std::string_view bytes) {
  iovec pieces[] = {piece(bytes)};
  return send_pieces(pieces);
}

void Http1Writer::abort() {
  broken_ = true;
  keep_alive_ = false;
}

std::unexpected<Error> Http1Writer::refuse(std::string_view why) {
  return std::unexpected(Error{ErrorKind::unavailable, std::string(why), ""});
}

}  // namespace wherry::net
