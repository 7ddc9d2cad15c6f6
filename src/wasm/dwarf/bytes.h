// Reads DWARF's little-endian fields. Errors stick: past the end everything reads as zero and `failed()` is true.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace wherry::wasm::dwarf {

class Bytes {
 public:
  explicit Bytes(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  bool failed() const { return failed_; }
  bool done() const { return failed_ || at_ == bytes_.size(); }
  size_t at() const { return at_; }

  uint64_t fixed(unsigned size) {
    uint64_t value = 0;
    const auto field = take(size);
    for (size_t i = field.size(); i-- > 0;) value = value << 8 | field[i];
    return value;
  }

  uint64_t uleb() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const uint64_t next = fixed(1);
      if (shift < 64) value |= (next & 0x7F) << shift;
      if (!(next & 0x80)) return value;
    }
    failed_ = true;
    return 0;
  }

  int64_t sleb() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const uint64_t next = fixed(1);
      if (shift < 64) value |= (next & 0x7F) << shift;
      if (next & 0x80) continue;
      if ((next & 0x40) && shift + 7 < 64) value |= ~uint64_t(0) << (shift + 7);
      return int64_t(value);
    }
    failed_ = true;
    return 0;
  }

  // Up to the next zero byte, which is skipped.
  std::string_view text() {
    const auto rest = bytes_.subspan(failed_ ? bytes_.size() : at_);
    for (size_t size = 0; size < rest.size(); ++size) {
      if (rest[size] != 0) continue;
      at_ += size + 1;
      return {reinterpret_cast<const char*>(rest.data()), size};
    }
    failed_ = true;
    return {};
  }

  std::span<const uint8_t> take(uint64_t size) {
    if (failed_ || size > bytes_.size() - at_) {
      failed_ = true;
      return {};
    }
    const auto part = bytes_.subspan(at_, size_t(size));
    at_ += size_t(size);
    return part;
  }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace wherry::wasm::dwarf
