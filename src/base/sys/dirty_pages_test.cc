#include "base/sys/dirty_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace wherry::sys {
namespace {

class Region {
 public:
  explicit Region(size_t pages) : bytes_(pages * page_bytes()) {
    base_ = static_cast<uint8_t*>(mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    madvise(base_, bytes_, MADV_NOHUGEPAGE);
  }
  ~Region() { munmap(base_, bytes_); }
  std::span<const uint8_t> span() const { return {base_, bytes_}; }
  void write(size_t page) { base_[page * page_bytes()] = 1; }

 private:
  size_t bytes_;
  uint8_t* base_;
};

class EachWay : public testing::TestWithParam<DirtyWay> {};

TEST_P(EachWay, finds_every_written_page_also_beyond_one_batch) {
  const DirtyPages dirty(GetParam());
  if (!dirty.works()) GTEST_SKIP() << "this kernel doesn't offer it";
  Region region(2'000);
  for (size_t page = 0; page < 2'000; page += 2) region.write(page);
  std::vector<DirtyPages::Range> found;
  ASSERT_TRUE(dirty.find(region.span(), found));
  std::vector<bool> seen(2'000);
  for (const auto& range : found) {
    for (size_t at = range.begin; at < range.end; at += page_bytes()) seen[at / page_bytes()] = true;
  }
  for (size_t page = 0; page < 2'000; page += 2) EXPECT_TRUE(seen[page]) << page;
  if (GetParam() == DirtyWay::all) return;
  for (size_t page = 1; page < 2'000; page += 2) EXPECT_FALSE(seen[page]) << page;
}

TEST_P(EachWay, a_page_that_was_put_back_is_found_again) {
  const DirtyPages dirty(GetParam());
  if (!dirty.works()) GTEST_SKIP() << "this kernel doesn't offer it";
  Region region(4);
  region.write(2);
  std::vector<DirtyPages::Range> first, second;
  ASSERT_TRUE(dirty.find(region.span(), first));
  ASSERT_TRUE(dirty.find(region.span(), second));
  ASSERT_EQ(first.size(), 1u);
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(first[0].begin, second[0].begin);
}

INSTANTIATE_TEST_SUITE_P(DirtyPages, EachWay, testing::Values(DirtyWay::scan, DirtyWay::pagemap, DirtyWay::all),
                         [](const auto& info) { return std::string(to_text(info.param)); });

TEST(DirtyPages, the_best_way_works_here) { EXPECT_TRUE(DirtyPages(DirtyPages::best()).works()); }

}  // namespace
}  // namespace wherry::sys
