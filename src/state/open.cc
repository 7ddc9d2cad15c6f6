#include "state/open.h"

#include "base/config.h"
#if WHERRY_HAVE_SQLITE3
#include "state/sqlite_key_value.h"
#endif

namespace wherry::state {

Result<std::unique_ptr<host::KeyValue>> open_key_value(std::string_view where, StoreGrants grants) {
  if (where == "memory") return std::make_unique<MemoryKeyValue>(MemoryKeyValueOptions{.grants = std::move(grants)});
  if (where.starts_with("sqlite:")) where.remove_prefix(7);
  if (where.empty()) return std::unexpected(Error{ErrorKind::invalid, "a key-value store needs a path, or 'memory'", ""});
#if WHERRY_HAVE_SQLITE3
  return open_sqlite_key_value(std::string(where), {.grants = std::move(grants)});
#else
  return std::unexpected(Error{ErrorKind::unsupported, "this build has no SQLite; use 'memory'", std::string(where)});
#endif
}

}  // namespace wherry::state
