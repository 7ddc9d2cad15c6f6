#include "base/sys/machine.h"

#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace wherry::sys {

Machine machine() {
  Machine machine;
  utsname name{};
  if (::uname(&name) == 0) {
    machine.kernel = std::string(name.sysname) + " " + name.release;
    machine.processor = name.machine;
  }
#ifdef SYS_openat2
  // No such call is ENOSYS; one that is there finds the null argument bad.
  machine.has_openat2 = ::syscall(SYS_openat2, -1, nullptr, nullptr, 0) != 0 && errno != ENOSYS;
#endif
  return machine;
}

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  const std::string folders = path ? path : "";
  for (size_t begin = 0; begin <= folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string file = folders.substr(begin, end - begin) + "/" + name;
    if (end > begin && ::access(file.c_str(), X_OK) == 0) return file;
    begin = end + 1;
  }
  return {};
}

}  // namespace wherry::sys
