// The chunked transfer coding (RFC 9112, 7.1), decoded line by line. Strict: sizes are plain hexadecimal digits, every
// line ends in CRLF, and extensions are checked, counted and ignored.
#pragma once

#include <cstdint>
#include <string_view>

namespace wherry::net {

class ChunkDecoder {
 public:
  enum class Step : uint8_t {
    more,      // nothing can be done with these bytes; come back with more behind them
    data,      // `data_left` bytes of the body come next
    trailers,  // the last chunk was seen; lines up to an empty one come next, and are not this class's business
    bad,
  };

  // Looks at the bytes that come next, outside of a chunk's data. `used` are done with, whatever the step.
  Step next(std::string_view bytes, size_t& used);
  uint64_t data_left() const { return data_left_; }
  void took(uint64_t bytes) { data_left_ -= bytes; }

 private:
  bool size_line(std::string_view line);

  uint64_t data_left_ = 0;
  bool behind_data_ = false;  // the CRLF that ends a chunk's data is due
  uint32_t extensions_left_ = 16 * 1024;  // bytes of extensions in one body: tiny chunks with long ones are an attack
};

}  // namespace wherry::net
