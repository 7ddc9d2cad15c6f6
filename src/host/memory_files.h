// A folder in memory, for tests and for guests that get one of their own. It behaves as one of the machine does
// (errors included), is bounded as a whole, and forgets everything when its last Dir or File is gone.
#pragma once

#include <memory>

#include "host/files.h"

namespace wherry::host {

struct MemoryFolderOptions {
  size_t bytes_max = size_t{64} << 20;  // of files, names and links together
};

std::unique_ptr<Dir> make_memory_folder(const MemoryFolderOptions& options = {});

}  // namespace wherry::host
