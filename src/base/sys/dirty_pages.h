// Finds the pages of a private mapping that hold something of their own: what was written to since it was mapped. The basis of
// resetting an instance: only these pages have to be brought back to their image.
//
// A page counts when it is present or swapped out, and neither the file's own page nor the shared zero page. So a page that was written once
// and kept is found every time (it is "hot": its content is put back, its frame stays), and no page has to be protected or
// marked. This holds for anonymous mappings and for private mappings of a file alike; measured here, 256 pages with 4 dirty cost
// 1 us to ask (`bench/start_bench`). The bit "written" of the kernel's own interface is not relied on: kernels differ in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace wherry::sys {

// Ways to ask, best first.
enum class DirtyWay : uint8_t {
  scan,     // ioctl PAGEMAP_SCAN, kernel 6.7 and newer
  pagemap,  // the process's /proc/self/pagemap, any kernel
  all,      // doesn't ask: every page counts
};
std::string_view to_text(DirtyWay way);

// How large a page of this machine is, in bytes.
size_t page_bytes();

class DirtyPages {
 public:
  // Bytes [begin, end) from the region's start; whole pages.
  struct Range {
    size_t begin, end;
  };

  // Asks in the way given. Check `works()` once before relying on it.
  explicit DirtyPages(DirtyWay way);
  ~DirtyPages();
  DirtyPages(const DirtyPages&) = delete;
  DirtyPages& operator=(const DirtyPages&) = delete;

  // The best way that proves itself on this machine.
  static DirtyWay best();
  // Proves the way on memory of its own: anonymous and private file pages, written, only read, untouched.
  bool works() const;

  DirtyWay way() const { return way_; }

  // Replaces `found` by the dirty pages of `region`, ascending. `region` begins at a page and is a whole number of pages.
  // False when the kernel can't say; `found` then covers the whole region, so that what is done with it stays right.
  bool find(std::span<const uint8_t> region, std::vector<Range>& found) const;

 private:
  bool scan(std::span<const uint8_t> region, std::vector<Range>& found) const;
  bool read_pagemap(std::span<const uint8_t> region, std::vector<Range>& found) const;
  bool finds_exactly(int file) const;

  DirtyWay way_;
  int pagemap_ = -1;
};

}  // namespace wherry::sys
