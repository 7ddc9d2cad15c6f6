#include "state/sqlite_schema.h"

#include <fmt/format.h>

namespace wherry::state {
namespace {

std::unexpected<Error> refuse(ErrorKind kind, const SqliteDatabase& database, std::string_view what) {
  return std::unexpected(Error{kind, fmt::format("{}: {}", database.path(), what), ""});
}

// 0 for an empty file.
Result<int64_t> version_of(SqliteDatabase& database, const SqliteSchema& schema) {
  if (TRY(database.number("PRAGMA application_id")) == schema.application_id) {
    return database.number("SELECT value FROM meta WHERE name = 'version'");
  }
  if (TRY(database.number("SELECT count(*) FROM sqlite_schema")) == 0) return 0;
  return refuse(ErrorKind::invalid, database, fmt::format("a database of another program, not {}; give another file", schema.kind));
}

}  // namespace

Result<void> bring_up_to_date(SqliteDatabase& database, const SqliteSchema& schema) {
  const auto newest = static_cast<int64_t>(schema.steps.size());
  if (const auto version = version_of(database, schema); version && *version == newest) return {};  // the common case takes no lock
  SqliteTransaction transaction = TRY(SqliteTransaction::begin(database));
  const int64_t version = TRY(version_of(database, schema));
  if (version > newest || version < 0) {
    return refuse(ErrorKind::unsupported, database,
                  fmt::format("{} of version {}; this build knows versions up to {}: use a newer Wherry", schema.kind, version, newest));
  }
  if (version == 0) {
    TRY(database.run(fmt::format("PRAGMA application_id = {}; CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
                                 schema.application_id)));
  }
  for (int64_t step = version; step < newest; ++step) TRY(database.run(schema.steps[static_cast<size_t>(step)]));
  TRY(database.run(fmt::format("INSERT OR REPLACE INTO meta VALUES ('version', {})", newest)));
  return transaction.commit();
}

}  // namespace wherry::state
