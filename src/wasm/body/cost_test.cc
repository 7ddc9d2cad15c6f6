#include "wasm/body/cost.h"

#include <gtest/gtest.h>

namespace wherry::wasm::body {
namespace {

TEST(Cost, charges_each_straight_run_once) {
  // local.get 0; i32.const 1; i32.add; br_if 0; drop; end
  const std::vector<uint8_t> body{0x20, 0x00, 0x41, 0x01, 0x6A, 0x0D, 0x00, 0x41, 0x02, 0x1A, 0x0B};
  const auto charged = charges(Reader(body, 0x100));
  ASSERT_EQ(charged.size(), 2u);
  EXPECT_EQ(charged[0].offset, 0x100u);
  EXPECT_EQ(charged[0].fuel, 4u);
  EXPECT_EQ(charged[1].offset, 0x107u);
  EXPECT_EQ(charged[1].fuel, 1u);
}

TEST(Cost, what_follows_a_block_pays_for_itself) {
  // block; i32.const 1; br_if 0; i32.const 2; drop; end; i32.const 3; drop: a taken br_if skips only the 2
  const std::vector<uint8_t> body{0x02, 0x40, 0x41, 0x01, 0x0D, 0x00, 0x41, 0x02, 0x1A, 0x0B, 0x41, 0x03, 0x1A};
  const auto charged = charges(Reader(body));
  ASSERT_EQ(charged.size(), 3u);
  EXPECT_EQ(charged[2].offset, 10u);
}

}  // namespace
}  // namespace wherry::wasm::body
