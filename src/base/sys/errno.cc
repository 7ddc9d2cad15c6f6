#include "base/sys/errno.h"

#include <cerrno>

namespace wherry::sys {

Errno errno_of(int number) {
#define ERRNO(name, system, text) \
  if (number == (system)) return Errno::name;
#include "base/sys/errno.def"
  if (number == EWOULDBLOCK) return Errno::again;
  if (number == ENOTSUP) return Errno::notsup;
  return Errno::io;
}

Errno last_errno() { return errno_of(errno); }

std::string_view errno_text(Errno number) {
  switch (number) {
#define ERRNO(name, system, text) \
  case Errno::name: return text;
#include "base/sys/errno.def"
  }
  return "unknown error";
}

}  // namespace wherry::sys
