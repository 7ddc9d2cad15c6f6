// Reads the head of an HTTP/1 request (RFC 9112) and decides how its body is framed. Stricter than the grammar where
// leniency lets two parsers disagree about where a request ends: what is ambiguous is refused, and never repaired.
#pragma once

#include <string_view>
#include <vector>

#include "net/http.h"

namespace wherry::net {

// Why a request is refused: the status that is answered before the connection is closed. 0: it isn't.
struct Refusal {
  uint16_t status = 0;
  const char* why = "";
  explicit operator bool() const { return status != 0; }
};

// Looks for the empty line that ends a block of lines, going on where it stopped when more bytes have come. Every line
// must end in CRLF, and none may begin with a blank (obs-fold).
class LineScanner {
 public:
  enum class Outcome { more, complete, bad };

  Outcome scan(std::string_view bytes);
  size_t end() const { return scanned_; }     // just behind the empty line, once complete
  size_t lines() const { return lines_; }     // before the empty one
  size_t first_line() const { return first_line_; }  // its length; of what there is of it while it is incomplete

 private:
  size_t line_ = 0;     // where the current line begins
  size_t scanned_ = 0;
  size_t lines_ = 0;
  size_t first_line_ = 0;
};

enum class Framing : uint8_t { none, length, chunked };

struct Head {
  std::string_view method, target, scheme, authority;
  std::vector<Header> headers;
  int version_minor = 1;
  Framing framing = Framing::none;
  uint64_t content_length = 0;
  bool keep_alive = false;
  bool expects_continue = false;
};

// `bytes` is a whole head, as LineScanner found it; the views in `head` point into it.
Refusal parse_head(std::string_view bytes, const HttpLimits& limits, Head& head);
// The same for the trailer section of a chunked body (RFC 9112, 7.1.2), which may not change the framing afterwards.
Refusal parse_trailers(std::string_view bytes, const HttpLimits& limits, std::vector<Header>& trailers);

}  // namespace wherry::net
