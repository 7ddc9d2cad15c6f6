#include "net/chunked.h"

#include <algorithm>
#include <charconv>

namespace wherry::net {
namespace {

constexpr size_t size_line_max = 4096;
constexpr size_t digits_max = 15;  // so that sums of sizes don't overflow

bool is_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); }

}  // namespace

ChunkDecoder::Step ChunkDecoder::next(std::string_view bytes, size_t& used) {
  used = 0;
  if (behind_data_) {
    if (!std::string_view("\r\n").starts_with(bytes.substr(0, 2))) return Step::bad;
    if (bytes.size() < 2) return Step::more;
    behind_data_ = false;
    used = 2;
  }
  const std::string_view rest = bytes.substr(used, size_line_max);
  const size_t feed = rest.find('\n');
  if (feed == std::string_view::npos) return rest.size() == size_line_max ? Step::bad : Step::more;
  if (feed == 0 || rest[feed - 1] != '\r' || !size_line(rest.substr(0, feed - 1))) return Step::bad;
  used += feed + 1;
  if (data_left_ == 0) return Step::trailers;
  behind_data_ = true;
  return Step::data;
}

// chunk-size [ chunk-ext ]
bool ChunkDecoder::size_line(std::string_view line) {
  const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), data_left_, 16);
  const size_t digits = static_cast<size_t>(end - line.data());
  if (failure != std::errc{} || line[0] == '-' || digits > digits_max) return false;
  std::string_view extension = line.substr(digits);
  if (extension.empty()) return true;
  if (extension.size() > extensions_left_ || !std::all_of(extension.begin(), extension.end(), is_text)) return false;
  extensions_left_ -= static_cast<uint32_t>(extension.size());
  const size_t blanks = extension.find_first_not_of(" \t");
  return blanks != std::string_view::npos && extension[blanks] == ';';
}

}  // namespace wherry::net
