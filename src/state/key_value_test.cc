#include <gtest/gtest.h>

#include <thread>

#include "base/config.h"
#include "state/key_value_testing.h"
#include "state/open.h"

namespace wherry::state {
namespace {

// Every implementation, by what an operator writes.
class Stores : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string where = GetParam() == std::string("memory") ? "memory" : folder / "state.db";
    auto opened = open_key_value(where, {.stores = {"default", "other"}});
    ASSERT_TRUE(opened) << opened.error().what;
    store = *std::move(opened);
    bucket = *store->open("default");
  }
  std::string get(std::string_view key) {
    const auto value = bucket->get(key);
    if (!value) return value.error().text;
    return *value ? std::string((*value)->begin(), (*value)->end()) : "(none)";
  }
  void set(std::string_view key, std::string_view value) { ASSERT_TRUE(bucket->set(key, bytes(value))); }

  TemporaryFolder folder;
  std::unique_ptr<host::KeyValue> store;
  std::shared_ptr<host::Bucket> bucket;
};

TEST_P(Stores, keep_what_was_set_until_it_is_removed) {
  EXPECT_EQ(get("a"), "(none)");
  set("a", "1");
  EXPECT_EQ(get("a"), "1");
  EXPECT_TRUE(*bucket->exists("a"));
  set("a", "");
  EXPECT_EQ(get("a"), "");
  EXPECT_TRUE(bucket->remove("a"));
  EXPECT_TRUE(bucket->remove("a"));
  EXPECT_EQ(get("a"), "(none)");
  EXPECT_FALSE(*bucket->exists("a"));
}

TEST_P(Stores, take_any_bytes_as_key_and_value) {
  using namespace std::string_view_literals;
  set("a\0b"sv, "x\0y"sv);
  set(""sv, "empty key");
  set("a", "short");
  EXPECT_EQ(get("a\0b"sv), "x\0y"sv);
  EXPECT_EQ(get(""), "empty key");
  EXPECT_EQ(get("a"), "short");
}

TEST_P(Stores, are_apart_and_open_only_when_granted) {
  set("a", "1");
  const auto other = *store->open("other");
  EXPECT_FALSE(*other->exists("a"));
  EXPECT_TRUE(*(*store->open("default"))->exists("a"));
  const auto refused = store->open("secret");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, host::KeyValueError::Kind::no_such_store);
  EXPECT_FALSE(store->open(std::string(1000, 'x')));
}

TEST_P(Stores, list_keys_in_order_page_by_page) {
  std::vector<host::Bucket::Entry> entries;
  for (int i = 0; i < 2500; ++i) entries.emplace_back("key" + std::to_string(10000 + i), bytes("v"));
  ASSERT_TRUE(bucket->set_many(entries));
  std::optional<std::string> cursor;
  std::vector<std::string> seen;
  int pages = 0;
  do {
    const auto page = bucket->keys(cursor);
    ASSERT_TRUE(page);
    seen.insert(seen.end(), page->keys.begin(), page->keys.end());
    cursor = page->cursor;
    ++pages;
  } while (cursor);
  EXPECT_EQ(pages, 3);
  ASSERT_EQ(seen.size(), entries.size());
  for (size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], entries[i].first);
  EXPECT_TRUE((*store->open("other"))->keys({})->keys.empty());
}

TEST_P(Stores, count) {
  EXPECT_EQ(*bucket->increment("n", 5), 5);
  EXPECT_EQ(*bucket->increment("n", -7), -2);
  EXPECT_EQ(get("n"), "-2");
  set("n", "9223372036854775807");
  EXPECT_FALSE(bucket->increment("n", 1));
  EXPECT_EQ(get("n"), "9223372036854775807");
  set("n", "12 apples");
  EXPECT_FALSE(bucket->increment("n", 1));
}

TEST_P(Stores, swap_only_what_was_expected) {
  EXPECT_FALSE(*bucket->compare_and_swap("a", bytes("1"), bytes("2")));
  EXPECT_TRUE(*bucket->compare_and_swap("a", std::nullopt, bytes("1")));
  EXPECT_FALSE(*bucket->compare_and_swap("a", std::nullopt, bytes("3")));
  EXPECT_TRUE(*bucket->compare_and_swap("a", bytes("1"), bytes("2")));
  EXPECT_EQ(get("a"), "2");
}

TEST_P(Stores, do_batches) {
  const std::vector<host::Bucket::Entry> entries{{"a", bytes("1")}, {"b", bytes("2")}};
  ASSERT_TRUE(bucket->set_many(entries));
  const std::vector<std::string> keys{"b", "nothing", "a"};
  const auto values = bucket->get_many(keys);
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at(0), bytes("2"));
  EXPECT_EQ(values->at(1), std::nullopt);
  EXPECT_EQ(values->at(2), bytes("1"));
  ASSERT_TRUE(bucket->remove_many(keys));
  EXPECT_EQ(get("a"), "(none)");
}

TEST_P(Stores, refuse_what_is_too_large) {
  const host::KeyValueLimits limits;
  const std::string long_key(limits.key_bytes_max + 1, 'k');
  const host::Bytes long_value(limits.value_bytes_max + 1);
  EXPECT_FALSE(bucket->set(long_key, bytes("v")));
  EXPECT_FALSE(bucket->get(long_key));
  EXPECT_FALSE(bucket->increment(long_key, 1));
  EXPECT_FALSE(bucket->set("k", long_value));
  EXPECT_FALSE(bucket->compare_and_swap("k", std::nullopt, long_value));
  const std::vector<host::Bucket::Entry> half{{"good", bytes("v")}, {long_key, bytes("v")}};
  EXPECT_FALSE(bucket->set_many(half));
  EXPECT_EQ(get("good"), "(none)");
  EXPECT_FALSE(bucket->get_many(std::vector<std::string>(limits.batch_max + 1, "k")));
}

TEST_P(Stores, count_right_from_many_threads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) EXPECT_TRUE(bucket->increment("n", 1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(get("n"), "400");
}

INSTANTIATE_TEST_SUITE_P(All, Stores, testing::ValuesIn(WHERRY_HAVE_SQLITE3 ? std::vector<const char*>{"memory", "sqlite"}
                                                                            : std::vector<const char*>{"memory"}),
                         [](const auto& info) { return std::string(info.param); });

TEST(MemoryStore, is_bounded_as_a_whole) {
  MemoryKeyValue store({.bytes_max = 100});
  const auto bucket = *store.open("default");
  EXPECT_TRUE(bucket->set("a", host::Bytes(90)));
  EXPECT_FALSE(bucket->set("b", host::Bytes(20)));
  EXPECT_TRUE(bucket->set("a", host::Bytes(10)));
  EXPECT_TRUE(bucket->set("b", host::Bytes(20)));
  EXPECT_TRUE(bucket->remove("b"));
  EXPECT_TRUE(bucket->set("a", host::Bytes(99)));
}

}  // namespace
}  // namespace wherry::state
