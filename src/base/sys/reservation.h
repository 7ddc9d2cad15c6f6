// A range of address space that reads as zero and takes memory only where it is written to. Owned; given back on destruction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/result.h"

namespace wherry::sys {

class Reservation {
 public:
  Reservation() = default;
  // Readable and writable at once, nothing committed, small pages only (so that what is touched is what is paid for). `bytes` is rounded up to whole pages.
  static Result<Reservation> make(size_t bytes);
  Reservation(Reservation&& other) noexcept : base_(std::exchange(other.base_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Reservation();

  uint8_t* base() const { return base_; }
  size_t bytes() const { return bytes_; }
  // Gives the memory of whole pages in [begin, end) back; they read as zero again. Not for hot paths.
  void discard(size_t begin, size_t end);

 private:
  Reservation(uint8_t* base, size_t bytes) : base_(base), bytes_(bytes) {}

  uint8_t* base_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace wherry::sys
