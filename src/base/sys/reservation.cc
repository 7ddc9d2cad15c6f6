#include "base/sys/reservation.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "base/sys/dirty_pages.h"

namespace wherry::sys {

Result<Reservation> Reservation::make(size_t bytes) {
  const size_t page = page_bytes(), whole = (bytes + page - 1) / page * page;
  if (whole < bytes) return std::unexpected(Error{ErrorKind::limit, "more address space was asked for than there is", ""});
  if (whole == 0) return Reservation();
  void* mapped = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) {
    return std::unexpected(Error{ErrorKind::unavailable, fmt::format("can't reserve {} bytes of address space: {}", whole, std::strerror(errno)), ""});
  }
  madvise(mapped, whole, MADV_NOHUGEPAGE);  // refused by kernels without huge pages, where it isn't needed
  return Reservation(static_cast<uint8_t*>(mapped), whole);
}

Reservation::~Reservation() {
  if (base_) munmap(base_, bytes_);
}

void Reservation::discard(size_t begin, size_t end) {
  if (begin < end) madvise(base_ + begin, end - begin, MADV_DONTNEED);
}

}  // namespace wherry::sys
