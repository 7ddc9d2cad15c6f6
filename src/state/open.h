// Key-value stores by what an operator writes.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "host/key_value.h"
#include "state/memory_key_value.h"

namespace wherry::state {

// "memory", or the path of a SQLite file ("sqlite:PATH" or just PATH). A build without SQLite has only the former.
Result<std::unique_ptr<host::KeyValue>> open_key_value(std::string_view where, StoreGrants grants = {});

}  // namespace wherry::state
