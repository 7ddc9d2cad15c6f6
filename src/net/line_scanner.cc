#include <cstring>

#include "net/http1_head.h"

namespace wherry::net {

LineScanner::Outcome LineScanner::scan(std::string_view bytes) {
  while (scanned_ < bytes.size()) {
    const void* found = std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (found == nullptr) break;
    const size_t feed = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    scanned_ = feed + 1;
    if (feed == line_ || bytes[feed - 1] != '\r') return Outcome::bad;
    if (feed == line_ + 1) return Outcome::complete;
    if (lines_ == 0) {
      first_line_ = scanned_;
    } else if (bytes[line_] == ' ' || bytes[line_] == '\t') {
      return Outcome::bad;
    }
    ++lines_;
    line_ = scanned_;
  }
  scanned_ = bytes.size();
  if (lines_ == 0) first_line_ = scanned_;
  return Outcome::more;
}

}  // namespace wherry::net
