// Reads a module's bytes from front to back: integers, names, types, spans (core specification 5.2, 5.3).
// Errors stick: the first one is kept, the position jumps to the end, and every later read returns zero. So the
// hot paths read without a branch for each error and ask `failed()` once an instruction or an item.
// Borrows the bytes; every span or name that it hands out points into them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "wasm/types.h"

namespace wherry::wasm {

class Reader {
 public:
  // `offset` is where `bytes` begins in the file, for error messages.
  explicit Reader(std::span<const uint8_t> bytes, size_t offset = 0)
      : begin_(bytes.data()), at_(begin_), end_(begin_ + bytes.size()), mark_(begin_), offset_(offset) {}

  bool done() const { return at_ == end_; }
  size_t left() const { return size_t(end_ - at_); }
  size_t offset() const { return offset_ + size_t(at_ - begin_); }
  // Remembers where an instruction or item begins; `marked()` is the offset that errors about it name.
  void mark() { mark_ = at_; }
  size_t marked() const { return offset_ + size_t(mark_ - begin_); }

  bool failed() const { return failure_ != nullptr; }
  // Keeps `error` if it is the first, and stops the reading.
  void fail(Error error);
  // The kept error; only after failed().
  std::unexpected<Error> error() { return std::unexpected(std::move(*failure_)); }

  // `expected` names what stands here ("a type index"), for error messages.
  uint8_t byte(const char* expected) {
    if (at_ != end_) [[likely]] return *at_++;
    return ended(expected);
  }
  uint32_t u32(const char* expected) {
    if (at_ != end_ && *at_ < 0x80) [[likely]] return *at_++;
    return u32_slow(expected);
  }
  uint64_t u64(const char* expected) {
    if (at_ != end_ && *at_ < 0x80) [[likely]] return *at_++;
    return u64_slow(expected);
  }
  int32_t s32(const char* expected) {
    if (at_ != end_ && *at_ < 0x80) [[likely]] return int8_t(*at_++ << 1) >> 1;
    return s32_slow(expected);
  }
  int64_t s64(const char* expected) {
    if (at_ != end_ && *at_ < 0x80) [[likely]] return int8_t(*at_++ << 1) >> 1;
    return s64_slow(expected);
  }
  int64_t s33(const char* expected);
  uint32_t fixed_u32(const char* expected);  // four bytes, little endian
  uint64_t fixed_u64(const char* expected);
  std::span<const uint8_t> bytes(size_t size, const char* expected);
  std::string_view name(const char* expected, uint32_t bytes_max);  // checked UTF-8
  uint8_t peek() const { return at_ == end_ ? 0 : *at_; }

  // A vector's length, checked against `count_max` and against the bytes that are left (an item takes at least one),
  // so that a hostile count can't make the caller reserve memory that the module doesn't pay for.
  uint32_t count(const char* things, uint32_t count_max);

  ValType val_type(const char* expected);   // 5.3.4; the index, if any, is not checked
  HeapType heap_type(const char* expected);  // 5.3.3

 private:
  uint8_t ended(const char* expected);
  uint32_t u32_slow(const char* expected);
  uint64_t u64_slow(const char* expected);
  int32_t s32_slow(const char* expected);
  int64_t s64_slow(const char* expected);
  template <typename Int, int width>
  Int leb128(const char* expected);
  template <typename Int>
  Int fixed(const char* expected);

  const uint8_t* begin_;
  const uint8_t* at_;
  const uint8_t* end_;
  const uint8_t* mark_;
  size_t offset_;
  std::unique_ptr<Error> failure_;
};

}  // namespace wherry::wasm
