#include "runtime/memory.h"

#include <gtest/gtest.h>

namespace wherry::runtime {
namespace {

wasm::MemoryType pages(uint64_t min, std::optional<uint64_t> max = {}) { return {.pages = {min, max}}; }

TEST(MemoryBody, grows_in_place_and_is_zero) {
  const auto body = MemoryBody::make(pages(1, 4), 1 << 30);
  ASSERT_TRUE(body);
  uint8_t* const base = (*body)->vm.base;
  EXPECT_EQ((*body)->grow(3), 1u);
  EXPECT_EQ((*body)->vm.base, base);
  EXPECT_EQ(base[4 * 65536 - 1], 0);
  EXPECT_EQ((*body)->grow(1), UINT64_MAX);
  EXPECT_EQ((*body)->grow(0), 4u);
}

TEST(MemoryBody, the_limit_bounds_growth_too) {
  const auto body = MemoryBody::make(pages(1), 2 * 65536);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)->grow(1), 1u);
  EXPECT_EQ((*body)->grow(1), UINT64_MAX);
  EXPECT_EQ((*body)->grow(UINT64_MAX), UINT64_MAX);
  EXPECT_FALSE(MemoryBody::make(pages(3), 2 * 65536));
}

TEST(MemoryBody, pages_may_be_single_bytes) {
  wasm::MemoryType type = pages(3, 100);
  type.page_bytes_log2 = 0;
  const auto body = MemoryBody::make(type, 1 << 30);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)->bytes(), 3u);
  EXPECT_EQ((*body)->grow(97), 3u);
  EXPECT_EQ((*body)->grow(1), UINT64_MAX);
}

TEST(MemoryBody, a_64_bit_memory_of_any_declared_size_can_be_had_if_it_starts_small) {
  wasm::MemoryType type = pages(1, uint64_t(1) << 48);
  type.address = wasm::AddressType::i64;
  const auto body = MemoryBody::make(type, uint64_t(1) << 32);
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)->grow(uint64_t(1) << 40), UINT64_MAX);
}

}  // namespace
}  // namespace wherry::runtime
