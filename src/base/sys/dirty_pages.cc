#include "base/sys/dirty_pages.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace wherry::sys {
namespace {

// The kernel's interface of 6.7 (include/uapi/linux/fs.h), stated here because Debian 12's headers are older.
struct ScanRegion {
  uint64_t begin, end, categories;
};
struct ScanArguments {
  uint64_t size, flags, begin, end, walk_end, regions, region_count, pages_max;
  uint64_t inverted, required, any_of, returned;
};
constexpr unsigned long scan_request = _IOWR('f', 16, ScanArguments);
constexpr uint64_t is_file = 1 << 2, is_present = 1 << 3, is_swapped = 1 << 4, is_zero_page = 1 << 5;

// An entry of /proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst).
constexpr uint64_t entry_present = uint64_t(1) << 63, entry_swapped = uint64_t(1) << 62, entry_file = uint64_t(1) << 61;

constexpr size_t batch = 256;  // regions or entries read at a time, on the stack

uint64_t address_of(const uint8_t* at) { return reinterpret_cast<uintptr_t>(at); }

void append(std::vector<DirtyPages::Range>& found, size_t begin, size_t end) {
  if (!found.empty() && found.back().end == begin) found.back().end = end;
  else found.push_back({begin, end});
}

}  // namespace

std::string_view to_text(DirtyWay way) {
  switch (way) {
    case DirtyWay::scan: return "scan";
    case DirtyWay::pagemap: return "pagemap";
    case DirtyWay::all: return "all";
  }
  return "";
}

size_t page_bytes() {
  static const size_t bytes = size_t(sysconf(_SC_PAGESIZE));
  return bytes;
}

DirtyPages::DirtyPages(DirtyWay way) : way_(way) {
  if (way != DirtyWay::all) pagemap_ = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
}

DirtyPages::~DirtyPages() {
  if (pagemap_ >= 0) close(pagemap_);
}

DirtyWay DirtyPages::best() {
  for (const DirtyWay way : {DirtyWay::scan, DirtyWay::pagemap}) {
    if (DirtyPages(way).works()) return way;
  }
  return DirtyWay::all;
}

bool DirtyPages::find(std::span<const uint8_t> region, std::vector<Range>& found) const {
  found.clear();
  if (region.empty()) return true;
  if (way_ == DirtyWay::scan && scan(region, found)) return true;
  if (way_ == DirtyWay::pagemap && read_pagemap(region, found)) return true;
  found.assign(1, {0, region.size()});
  return way_ == DirtyWay::all;
}

bool DirtyPages::scan(std::span<const uint8_t> region, std::vector<Range>& found) const {
  ScanRegion regions[batch];
  const uint64_t first = address_of(region.data()), last = first + region.size();
  ScanArguments scan{.size = sizeof scan, .flags = 0, .begin = first, .end = last, .walk_end = 0,
                     .regions = address_of(reinterpret_cast<const uint8_t*>(regions)), .region_count = batch, .pages_max = 0,
                     .inverted = is_file | is_zero_page, .required = is_file | is_zero_page, .any_of = is_present | is_swapped, .returned = is_present};
  while (scan.begin < last) {
    const int count = ioctl(pagemap_, scan_request, &scan);
    if (count < 0) return false;
    for (int i = 0; i < count; ++i) append(found, size_t(regions[i].begin - first), size_t(regions[i].end - first));
    if (scan.walk_end <= scan.begin) return false;
    scan.begin = scan.walk_end;
  }
  return true;
}

bool DirtyPages::read_pagemap(std::span<const uint8_t> region, std::vector<Range>& found) const {
  uint64_t entries[batch];
  const size_t page = page_bytes(), pages = region.size() / page;
  const uint64_t first = address_of(region.data()) / page;
  for (size_t done = 0; done < pages; done += batch) {
    const size_t count = std::min(batch, pages - done), bytes = count * sizeof(uint64_t);
    if (pread(pagemap_, entries, bytes, off_t((first + done) * sizeof(uint64_t))) != ssize_t(bytes)) return false;
    for (size_t i = 0; i < count; ++i) {
      // The zero page can't be told apart here; putting it back costs a page, and is right.
      const bool is_own = (entries[i] & (entry_present | entry_swapped)) && !(entries[i] & entry_file);
      if (is_own) append(found, (done + i) * page, (done + i + 1) * page);
    }
  }
  return true;
}

bool DirtyPages::works() const {
  if (way_ == DirtyWay::all) return true;
  const int file = memfd_create("wherry-self-test", MFD_CLOEXEC);
  if (file < 0) return false;
  const bool is_right = ftruncate(file, off_t(8 * page_bytes())) == 0 && finds_exactly(-1) && finds_exactly(file);
  close(file);
  return is_right;
}

// Pages 1, 2 and 6 of eight are written and page 4 is only read: the first three must be found; the last must not be missed
// for them, nor any untouched one be added (the zero page may be, see read_pagemap).
bool DirtyPages::finds_exactly(int file) const {
  const size_t page = page_bytes(), bytes = 8 * page;
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | (file < 0 ? MAP_ANONYMOUS : 0), file, 0);
  if (mapped == MAP_FAILED) return false;
  volatile uint8_t* memory = static_cast<uint8_t*>(mapped);
  for (const size_t written : {1, 2, 6}) memory[written * page] = uint8_t(written);
  const uint8_t only_read = memory[4 * page];
  std::vector<Range> found;
  bool is_right = find({static_cast<uint8_t*>(mapped), bytes}, found) && only_read == 0;
  uint32_t pages = 0;
  for (const Range& range : found) {
    for (size_t at = range.begin; at < range.end; at += page) pages |= 1u << (at / page);
  }
  const uint32_t wanted = 1u << 1 | 1u << 2 | 1u << 6;
  is_right = is_right && (pages == wanted || (way_ == DirtyWay::pagemap && file < 0 && pages == (wanted | 1u << 4)));
  munmap(mapped, bytes);
  return is_right;
}

}  // namespace wherry::sys
