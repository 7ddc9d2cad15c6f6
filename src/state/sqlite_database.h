// A thin face on SQLite: results instead of status codes, statements that reset themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace wherry::state {

using SqlBytes = std::span<const uint8_t>;

// A prepared statement. Parameters count from 1, columns from 0. Reset when it ends and before it is bound anew.
class SqliteStatement {
 public:
  SqliteStatement() = default;
  SqliteStatement& bind(int parameter, int64_t value);
  SqliteStatement& bind(int parameter, SqlBytes value);        // borrowed until the statement ends
  SqliteStatement& bind(int parameter, std::string_view text);
  Result<bool> step();   // whether there is a row
  Result<void> run();    // to its end, rows ignored
  int64_t integer(int column) const;
  std::vector<uint8_t> blob(int column) const;
  std::string text(int column) const;
  void reset();

 private:
  friend class SqliteDatabase;
  struct Finalize { void operator()(sqlite3_stmt* statement) const; };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string path_;
};

class SqliteDatabase {
 public:
  struct Options {
    int busy_timeout_ms = 5'000;  // how long to wait for another process that writes
    bool sync_each_commit = false;  // also power failures lose nothing; each commit waits for the disk
    uint64_t bytes_max = uint64_t{64} << 30;
  };
  // Makes the file when there is none.
  static Result<SqliteDatabase> open(const std::string& path, const Options& options);

  // A write-ahead log from now on: readers don't wait for writers, and a commit is one write.
  Result<void> use_wal();
  Result<SqliteStatement> prepare(std::string_view sql);
  Result<void> run(const std::string& sql);  // any number of statements
  Result<int64_t> number(std::string_view sql);
  const std::string& path() const { return path_; }

 private:
  struct Close { void operator()(sqlite3* database) const; };
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

// BEGIN IMMEDIATE, so that it waits for other writers here and never in the middle; rolled back unless committed.
class SqliteTransaction {
 public:
  static Result<SqliteTransaction> begin(SqliteDatabase& database);
  SqliteTransaction(SqliteTransaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();
  Result<void> commit();

 private:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(&database) {}
  SqliteDatabase* database_;
};

}  // namespace wherry::state
