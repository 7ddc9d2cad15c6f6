// Versions of a database's tables. A file says what it is (application id) and which version its tables have (a row of the
// table `meta`); opening brings it to the newest version, step by step, in one transaction.
#pragma once

#include "state/sqlite_database.h"

namespace wherry::state {

struct SqliteSchema {
  int32_t application_id;                // of the file's kind
  std::string_view kind;                 // "a key-value store"
  std::span<const char* const> steps;    // step n brings version n to n + 1; version 0 is an empty file
};

// Refuses files of other programs and of newer versions, and changes nothing in them.
Result<void> bring_up_to_date(SqliteDatabase& database, const SqliteSchema& schema);

}  // namespace wherry::state
