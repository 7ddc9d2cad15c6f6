// Key-value stores in a SQLite file (docs/formats/key-value.md). What a call stored survives kill -9 right after it. Several
// threads and processes may use one file at once.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "host/key_value.h"
#include "state/memory_key_value.h"
#include "state/sqlite_database.h"

namespace wherry::state {

struct SqliteKeyValueOptions {
  StoreGrants grants;
  host::KeyValueLimits limits;
  SqliteDatabase::Options database;
};

Result<std::unique_ptr<host::KeyValue>> open_sqlite_key_value(const std::string& path, SqliteKeyValueOptions options = {});

}  // namespace wherry::state
