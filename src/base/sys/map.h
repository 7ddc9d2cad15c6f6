// Address space: reserving it, making it accessible, giving its memory back. Owns what it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/result.h"

namespace wherry::sys {

size_t round_to_pages(size_t bytes);

// What the pages held is gone: anonymous ones are zero again, a file's as in the file. Their memory is the system's.
void discard(std::span<uint8_t> pages);

// Replaces what is mapped there by zero memory. Whole pages of a Map.
Result<void> map_zero_over(std::span<uint8_t> pages);

class Map {
 public:
  Map() = default;
  ~Map();
  Map(Map&& other) noexcept : base_(std::exchange(other.base_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Map& operator=(Map&& other) noexcept {
    std::swap(base_, other.base_), std::swap(bytes_, other.bytes_);
    return *this;
  }

  // Address space that faults until it is made accessible. Whole pages.
  static Result<Map> reserve(size_t bytes);
  // Zero memory, accessible at once, committed as it is touched, never in huge pages.
  static Result<Map> anonymous(size_t bytes);

  Result<void> make_accessible(size_t offset, size_t bytes);
  // What was there is zero again (a file's page: as in the file), and its memory the system's.
  void discard(size_t offset, size_t bytes);

  uint8_t* base() const { return base_; }
  size_t bytes() const { return bytes_; }
  explicit operator bool() const { return base_ != nullptr; }

 private:
  Map(uint8_t* base, size_t bytes) : base_(base), bytes_(bytes) {}
  uint8_t* base_ = nullptr;
  size_t bytes_ = 0;
};

// The contents of pages, to be mapped privately any number of times.
class Image {
 public:
  Image() = default;
  ~Image();
  Image(Image&& other) noexcept : file_(std::exchange(other.file_, -1)), bytes_(std::exchange(other.bytes_, 0)) {}
  Image& operator=(Image&& other) noexcept {
    std::swap(file_, other.file_), std::swap(bytes_, other.bytes_);
    return *this;
  }

  static Result<Image> make(std::span<const uint8_t> content);
  // Replaces the pages from `to` on, which must be a map's, by a private copy of the image.
  Result<void> map_over(uint8_t* to) const;
  size_t bytes() const { return bytes_; }

 private:
  int file_ = -1;
  size_t bytes_ = 0;
};

}  // namespace wherry::sys
