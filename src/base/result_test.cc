#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace wherry {
namespace {

Result<std::unique_ptr<int>> box(int value) {
  if (value < 0) return std::unexpected(Error{ErrorKind::invalid, "negative", "at 0x1"});
  return std::make_unique<int>(value);
}

Result<void> check(int value) {
  TRY(box(value));
  return {};
}

Result<int> twice(int value) {
  TRY(check(value));
  const std::unique_ptr<int> boxed = TRY(box(value));
  return *boxed * 2;
}

TEST(Result, TryUnwrapsValuesThatOnlyMove) { EXPECT_EQ(twice(21).value(), 42); }

TEST(Result, TryHandsTheErrorOnUnchanged) {
  const Result<int> result = twice(-1);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, ErrorKind::invalid);
  EXPECT_EQ(result.error().what, "negative");
  EXPECT_EQ(result.error().where, "at 0x1");
}

}  // namespace
}  // namespace wherry
