#include "base/config.h"
#if WHERRY_HAVE_SQLITE3
#include "state/sqlite_key_value.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "state/key_value_testing.h"
#include "state/sqlite_schema.h"

namespace wherry::state {
namespace {

std::shared_ptr<host::Bucket> open_bucket(const std::string& path) {
  auto store = open_sqlite_key_value(path);
  EXPECT_TRUE(store) << store.error().what;
  return store ? *(*store)->open("default") : nullptr;
}

TEST(SqliteKeyValue, finds_again_what_an_earlier_run_stored) {
  const TemporaryFolder folder;
  EXPECT_TRUE(open_bucket(folder / "db")->set("a", bytes("1")));
  EXPECT_EQ(open_bucket(folder / "db")->get("a"), bytes("1"));
}

// A child stores numbers and reports each; whatever it reported is there after kill -9.
TEST(SqliteKeyValue, loses_nothing_when_it_is_killed) {
  const TemporaryFolder folder;
  std::vector<int64_t> stored;  // a number that was taken but not reported has no key
  for (int round = 0; round < 3; ++round) {
    int reported[2];
    ASSERT_EQ(pipe(reported), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto bucket = open_bucket(folder / "db");
      for (;;) {
        const int64_t n = *bucket->increment("n", 1);
        if (!bucket->set("key" + std::to_string(n), host::Bytes(5000, 'x')) || write(reported[1], &n, sizeof n) != sizeof n) _exit(1);
      }
    }
    int64_t last = 0;
    for (int i = 0; i < 50; ++i) {
      ASSERT_EQ(read(reported[0], &last, sizeof last), static_cast<ssize_t>(sizeof last));
      stored.push_back(last);
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(reported[1]);
    for (int64_t more = 0; read(reported[0], &more, sizeof more) == sizeof more;) stored.push_back(last = more);
    close(reported[0]);
    const auto bucket = open_bucket(folder / "db");
    const auto n = bucket->get("n");
    ASSERT_TRUE(n && *n);
    EXPECT_GE(std::stoll(std::string((*n)->begin(), (*n)->end())), last);
    for (const int64_t i : stored) ASSERT_TRUE(*bucket->exists("key" + std::to_string(i))) << i;
  }
}

TEST(SqliteKeyValue, is_shared_by_processes) {
  const TemporaryFolder folder;
  std::vector<pid_t> children;
  for (int c = 0; c < 3; ++c) {
    const pid_t child = fork();
    if (child == 0) {
      const auto bucket = open_bucket(folder / "db");
      for (int i = 0; i < 100; ++i) {
        if (!bucket || !bucket->increment("n", 1)) _exit(1);
      }
      _exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  EXPECT_EQ(open_bucket(folder / "db")->get("n"), bytes("300"));
}

TEST(SqliteKeyValue, says_when_another_process_holds_it_too_long) {
  const TemporaryFolder folder;
  SqliteKeyValueOptions options;
  options.database.busy_timeout_ms = 20;
  auto store = open_sqlite_key_value(folder / "db", options);
  ASSERT_TRUE(store);
  const auto bucket = *(*store)->open("default");
  auto holder = SqliteDatabase::open(folder / "db", {});
  ASSERT_TRUE(holder);
  const auto transaction = SqliteTransaction::begin(*holder);
  ASSERT_TRUE(transaction);
  const auto set = bucket->set("a", bytes("1"));
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().text.find("another process holds the database"), std::string::npos) << set.error().text;
  EXPECT_TRUE(bucket->get("a"));  // readers don't wait
}

TEST(SqliteKeyValue, is_bounded_as_a_whole) {
  const TemporaryFolder folder;
  SqliteKeyValueOptions options;
  options.database.bytes_max = 1 << 20;
  const auto store = open_sqlite_key_value(folder / "db", options);
  ASSERT_TRUE(store);
  const auto bucket = *(*store)->open("default");
  const auto set = bucket->set("a", host::Bytes(2 << 20));
  ASSERT_FALSE(set);
  EXPECT_NE(set.error().text.find("full"), std::string::npos) << set.error().text;
  EXPECT_TRUE(bucket->set("a", bytes("small")));
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(SqliteKeyValue, refuses_files_that_are_something_else_and_leaves_them_alone) {
  const TemporaryFolder folder;
  std::ofstream(folder / "text") << "This is a letter, not a database; it is long enough to be taken for one, with more than a hundred bytes in it.";
  const auto text = open_sqlite_key_value(folder / "text");
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::invalid);
  EXPECT_NE(text.error().what.find("not a SQLite database"), std::string::npos) << text.error().what;

  ASSERT_TRUE(SqliteDatabase::open(folder / "foreign", {})->run("CREATE TABLE guests (name TEXT)"));
  const std::string before = contents(folder / "foreign");
  const auto foreign = open_sqlite_key_value(folder / "foreign");
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().what.find("another program"), std::string::npos) << foreign.error().what;
  EXPECT_EQ(contents(folder / "foreign"), before);

  EXPECT_EQ(open_sqlite_key_value("/nowhere/at/all").error().kind, ErrorKind::unavailable);
}

TEST(SqliteKeyValue, says_when_the_file_is_damaged) {
  const TemporaryFolder folder;
  {
    const auto bucket = open_bucket(folder / "db");
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(bucket->set("key" + std::to_string(i), host::Bytes(500, 'x')));
  }
  std::string bytes_of_file = contents(folder / "db");
  for (size_t at = 4096; at < bytes_of_file.size(); ++at) bytes_of_file[at] = 'j';
  std::ofstream(folder / "db", std::ios::binary) << bytes_of_file;
  auto store = open_sqlite_key_value(folder / "db");
  std::string error = store ? "" : store.error().what;
  if (store) {
    const auto bucket = (*store)->open("default");
    const auto got = bucket ? (*bucket)->get("key7") : host::Kv<std::optional<host::Bytes>>(std::unexpected(bucket.error()));
    ASSERT_FALSE(got);
    error = got.error().text;
  }
  EXPECT_NE(error.find("damaged"), std::string::npos) << error;
}

constexpr const char* first[] = {"CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('kept')"};
constexpr const char* second[] = {first[0], "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 7"};
constexpr const char* broken[] = {first[0], "INSERT INTO t VALUES ('half'); SELECT nonsense FROM nowhere"};
constexpr SqliteSchema version_1{77, "a thing", first}, version_2{77, "a thing", second}, version_bad{77, "a thing", broken};

TEST(SqliteSchema, is_brought_up_to_date_and_keeps_what_was_there) {
  const TemporaryFolder folder;
  {
    auto database = SqliteDatabase::open(folder / "db", {});
    ASSERT_TRUE(bring_up_to_date(*database, version_1));
    EXPECT_EQ(*database->number("SELECT value FROM meta WHERE name = 'version'"), 1);
  }
  auto database = SqliteDatabase::open(folder / "db", {});
  ASSERT_TRUE(bring_up_to_date(*database, version_2));
  ASSERT_TRUE(bring_up_to_date(*database, version_2));
  EXPECT_EQ(*database->number("SELECT value FROM meta WHERE name = 'version'"), 2);
  EXPECT_EQ(*database->number("SELECT b FROM t WHERE a = 'kept'"), 7);
  EXPECT_EQ(*database->number("SELECT count(*) FROM t"), 1);
}

TEST(SqliteSchema, of_a_newer_version_is_refused) {
  const TemporaryFolder folder;
  auto database = SqliteDatabase::open(folder / "db", {});
  ASSERT_TRUE(bring_up_to_date(*database, version_2));
  const auto refused = bring_up_to_date(*database, version_1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
  EXPECT_EQ(*database->number("SELECT value FROM meta WHERE name = 'version'"), 2);
}

TEST(SqliteSchema, stays_as_it_was_when_a_step_fails) {
  const TemporaryFolder folder;
  auto database = SqliteDatabase::open(folder / "db", {});
  ASSERT_TRUE(bring_up_to_date(*database, version_1));
  EXPECT_FALSE(bring_up_to_date(*database, version_bad));
  EXPECT_EQ(*database->number("SELECT value FROM meta WHERE name = 'version'"), 1);
  EXPECT_EQ(*database->number("SELECT count(*) FROM t"), 1);
}

}  // namespace
}  // namespace wherry::state
#endif
