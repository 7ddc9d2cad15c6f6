// Whether anything can change a table after it was filled: code of the instances that see it, or the host through an
// export. For big tables, which would cost more to compare after each use of an instance than everything else.
#pragma once

#include "runtime/store.h"

namespace wherry::runtime {

bool may_be_written(const Store& store, const Table& table);

}  // namespace wherry::runtime
