#include "state/sqlite_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace wherry::state {
namespace {

Error sqlite_error(sqlite3* database, int code, const std::string& path) {
  const auto say = [&](ErrorKind kind, std::string_view what) { return Error{kind, fmt::format("{}: {}", path, what), ""}; };
  switch (code & 0xFF) {
    case SQLITE_NOTADB: return say(ErrorKind::invalid, "not a SQLite database; give a file of Wherry's own or one that doesn't exist yet");
    case SQLITE_CORRUPT: return say(ErrorKind::invalid, "the database is damaged; restore it from a backup, or remove it to begin anew");
    case SQLITE_FULL: return say(ErrorKind::limit, "the database is full; raise its limit or free space on the disk");
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return say(ErrorKind::unavailable, "another process holds the database; try again");
    case SQLITE_CANTOPEN: return say(ErrorKind::unavailable, "the database cannot be opened; look at its folder and permissions");
    case SQLITE_READONLY: return say(ErrorKind::unavailable, "the database cannot be written; look at its permissions");
    default: return say(ErrorKind::unavailable, database ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  }
}

}  // namespace

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void SqliteDatabase::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

SqliteStatement& SqliteStatement::bind(int parameter, int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
  return *this;
}

// A null pointer would bind NULL instead of no bytes.
SqliteStatement& SqliteStatement::bind(int parameter, SqlBytes value) {
  sqlite3_bind_blob64(statement_.get(), parameter, value.empty() ? reinterpret_cast<const uint8_t*>("") : value.data(), value.size(), SQLITE_STATIC);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view text) {
  return bind(parameter, SqlBytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

Result<bool> SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = sqlite_error(sqlite3_db_handle(statement_.get()), code, path_);
  reset();
  return std::unexpected(std::move(error));
}

Result<void> SqliteStatement::run() {
  while (TRY(step())) {}
  return {};
}

int64_t SqliteStatement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::vector<uint8_t> SqliteStatement::blob(int column) const {
  const auto* bytes = static_cast<const uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const auto count = static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes ? std::vector<uint8_t>(bytes, bytes + count) : std::vector<uint8_t>();
}

std::string SqliteStatement::text(int column) const {
  const auto bytes = blob(column);
  return {bytes.begin(), bytes.end()};
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

Result<SqliteDatabase> SqliteDatabase::open(const std::string& path, const Options& options) {
  SqliteDatabase database;
  database.path_ = path;
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  database.database_.reset(raw);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(raw, code, path));
  sqlite3_busy_timeout(raw, options.busy_timeout_ms);
  // The file may come from anywhere: no functions or views of its own get to run.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  TRY(database.run("PRAGMA cell_size_check = ON"));
  TRY(database.run(options.sync_each_commit ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  const int64_t page_bytes = TRY(database.number("PRAGMA page_size"));
  TRY(database.run(fmt::format("PRAGMA max_page_count = {}", options.bytes_max / static_cast<uint64_t>(page_bytes))));
  return database;
}

// Changing the mode needs the file for itself, and SQLite does not wait for that.
Result<void> SqliteDatabase::use_wal() {
  constexpr int tries_max = 200, pause_ms = 10;
  for (int tries = 0;; ++tries) {
    auto changed = run("PRAGMA journal_mode = WAL");
    if (changed || tries == tries_max || (sqlite3_errcode(database_.get()) & 0xFF) != SQLITE_BUSY) return changed;
    sqlite3_sleep(pause_ms);
  }
}

Result<SqliteStatement> SqliteDatabase::prepare(std::string_view sql) {
  SqliteStatement statement;
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(database_.get(), code, path_));
  statement.statement_.reset(raw);
  statement.path_ = path_;
  return statement;
}

Result<void> SqliteDatabase::run(const std::string& sql) {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(database_.get(), code, path_));
  return {};
}

Result<int64_t> SqliteDatabase::number(std::string_view sql) {
  SqliteStatement statement = TRY(prepare(sql));
  return TRY(statement.step()) ? statement.integer(0) : 0;
}

Result<SqliteTransaction> SqliteTransaction::begin(SqliteDatabase& database) {
  TRY(database.run("BEGIN IMMEDIATE"));
  return SqliteTransaction(database);
}

SqliteTransaction::~SqliteTransaction() {
  if (database_) (void)database_->run("ROLLBACK");
}

Result<void> SqliteTransaction::commit() {
  TRY(database_->run("COMMIT"));
  database_ = nullptr;
  return {};
}

}  // namespace wherry::state
