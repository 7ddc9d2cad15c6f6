// Path resolution of files.h: from a directory and a path to a name in a directory beneath it.
#pragma once

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/sys/files.h"

namespace wherry::sys {

// A name in an open directory. `name` has no slash, and is "." when the path ends in the directory itself.
struct Place {
  Fd owned;             // the directory, unless it is the root
  int directory = -1;
  std::string name;
  bool slash = false;   // the path ended in one: only a directory is meant
  bool is_dot() const { return name == "."; }
};

// Refuses what no path may be: empty, absolute, too long, with a NUL.
Io<void> check_path(std::string_view path);

// With `follow`, `name` was no symbolic link when it was looked at; whoever uses it still says NOFOLLOW.
Io<Place> resolve(int root, std::string_view path, bool follow, Resolver resolver);

// Opens with the system's O_ flags; escaping is Errno::perm. O_PATH opens anything, else only what files.h allows.
Io<Fd> open_beneath(int root, std::string_view path, int flags, Resolver resolver);

FileStat to_stat(const struct ::stat& from);

}  // namespace wherry::sys
