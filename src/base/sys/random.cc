#include "base/sys/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace wherry::sys {

// getrandom fails only for a kernel older than 3.17; going on without randomness would be worse than stopping.
void fill_random(std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t got = getrandom(into.data(), into.size(), 0);
    if (got > 0) {
      into = into.subspan(static_cast<size_t>(got));
    } else if (errno != EINTR) {
      std::abort();
    }
  }
}

}  // namespace wherry::sys
