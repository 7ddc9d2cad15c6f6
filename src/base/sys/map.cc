#include "base/sys/map.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "base/sys/dirty_pages.h"

namespace wherry::sys {
namespace {

std::unexpected<Error> failed(const char* what, size_t bytes) {
  return std::unexpected(Error{ErrorKind::unavailable, fmt::format("{} of {} bytes failed: {}", what, bytes, std::strerror(errno)), ""});
}

Result<uint8_t*> map(size_t bytes, int protection) {
  void* base = ::mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return failed("reserving address space", bytes);
  // A huge page would be dirty as a whole, and cost 2 MiB for one byte.
  ::madvise(base, bytes, MADV_NOHUGEPAGE);
  return static_cast<uint8_t*>(base);
}

}  // namespace

size_t round_to_pages(size_t bytes) { return (bytes + page_bytes() - 1) & ~(page_bytes() - 1); }

void discard(std::span<uint8_t> pages) {
  if (!pages.empty()) ::madvise(pages.data(), pages.size(), MADV_DONTNEED);
}

Result<void> map_zero_over(std::span<uint8_t> pages) {
  const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
  if (::mmap(pages.data(), pages.size(), PROT_READ | PROT_WRITE, flags, -1, 0) == MAP_FAILED) return failed("mapping memory", pages.size());
  ::madvise(pages.data(), pages.size(), MADV_NOHUGEPAGE);
  return {};
}

Map::~Map() {
  if (base_) ::munmap(base_, bytes_);
}

Result<Map> Map::reserve(size_t bytes) {
  bytes = round_to_pages(bytes);
  return Map(TRY(map(bytes, PROT_NONE)), bytes);
}

Result<Map> Map::anonymous(size_t bytes) {
  bytes = round_to_pages(bytes);
  return Map(TRY(map(bytes, PROT_READ | PROT_WRITE)), bytes);
}

Result<void> Map::make_accessible(size_t offset, size_t bytes) {
  if (bytes > 0 && ::mprotect(base_ + offset, bytes, PROT_READ | PROT_WRITE) != 0) return failed("making memory accessible", bytes);
  return {};
}

void Map::discard(size_t offset, size_t bytes) {
  sys::discard({base_ + offset, bytes});
}

Image::~Image() {
  if (file_ >= 0) ::close(file_);
}

Result<Image> Image::make(std::span<const uint8_t> content) {
  Image image;
  image.bytes_ = round_to_pages(content.size());
  image.file_ = ::memfd_create("wherry image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (image.file_ < 0 || ::ftruncate(image.file_, off_t(image.bytes_)) != 0) return failed("making a memory image", content.size());
  for (size_t done = 0; done < content.size();) {
    const ssize_t count = ::pwrite(image.file_, content.data() + done, content.size() - done, off_t(done));
    if (count < 0 && errno != EINTR) return failed("writing a memory image", content.size());
    if (count > 0) done += size_t(count);
  }
  // From here on nobody can change what instances begin with.
  ::fcntl(image.file_, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  return image;
}

Result<void> Image::map_over(uint8_t* to) const {
  if (bytes_ == 0) return {};
  if (::mmap(to, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, file_, 0) == MAP_FAILED) return failed("mapping a memory image", bytes_);
  ::madvise(to, bytes_, MADV_NOHUGEPAGE);
  return {};
}

}  // namespace wherry::sys
