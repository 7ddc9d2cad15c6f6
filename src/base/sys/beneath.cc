#include "base/sys/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace wherry::sys {
namespace {

constexpr int create_mode = 0666;  // less the process's umask
constexpr int races_max = 16;      // how often we try again when somebody renames while we resolve

// ---- by the kernel

int openat2(int root, const char* path, int flags) {
  open_how how{};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.mode = flags & O_CREAT ? create_mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof how));
}

// The kernel says EXDEV for what would lead outside. EAGAIN: a rename raced with a `..`.
Io<Fd> kernel_open(int root, const std::string& path, int flags) {
  for (int tries = 0; tries < races_max; ++tries) {
    const int fd = openat2(root, path.c_str(), flags);
    if (fd >= 0) return Fd(fd);
    if (errno == EXDEV) return failed(Errno::perm);
    if (errno != EAGAIN && errno != EINTR) return failed(last_errno());
  }
  return failed(Errno::again);
}

// ---- component by component

Io<std::string> read_link(int directory, const char* name) {
  std::string text(path_bytes_max + 1, '\0');
  const ssize_t length = readlinkat(directory, name, text.data(), text.size());
  if (length < 0) return failed(last_errno());
  text.resize(static_cast<size_t>(length));
  return text;
}

// Takes the path apart while it grows by the links that it meets. `..` goes back to a directory that was open already,
// and never asks the file system, so no rename can make it lead elsewhere.
class Walk {
 public:
  Walk(int root, std::string_view path, bool follow) : root_(root), rest_(path), follow_(follow) {}

  Io<Place> run() {
    for (;;) {
      const std::string name = next();
      const bool slash = !rest_.empty();
      const bool last = rest_.find_first_not_of('/') == std::string::npos;
      if (name.empty()) return here(".", true);
      if (name == "." || name == "..") {
        if (name == ".." && !up()) return failed(Errno::perm);
        if (last) return here(".", true);
        continue;
      }
      if (!last) {
        const auto link = TRY(enter(name));
        if (link) TRY(splice(*link));
        continue;
      }
      if (!(follow_ || slash)) return here(name, false);
      const auto link = read_link(top(), name.c_str());
      if (!link) return here(name, slash);  // no link, or nothing there yet
      TRY(splice(*link));
    }
  }

 private:
  int top() const { return open_.empty() ? root_ : open_.back().get(); }

  // Takes the next component off; empty at the end.
  std::string next() {
    rest_.erase(0, std::min(rest_.find_first_not_of('/'), rest_.size()));
    const size_t end = std::min(rest_.find('/'), rest_.size());
    std::string name = rest_.substr(0, end);
    rest_.erase(0, end);
    return name;
  }

  bool up() {
    if (open_.empty()) return false;
    open_.pop_back();
    return true;
  }

  // Enters a directory, or returns the text of a symbolic link.
  Io<std::optional<std::string>> enter(const std::string& name) {
    Fd fd(openat(top(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) return failed(last_errno());
    struct stat stat;
    if (fstat(fd.get(), &stat) != 0) return failed(last_errno());
    if (S_ISLNK(stat.st_mode)) return TRY(read_link(fd.get(), ""));
    if (!S_ISDIR(stat.st_mode)) return failed(Errno::notdir);
    if (open_.size() >= walk_depth_max) return failed(Errno::nametoolong);
    open_.push_back(std::move(fd));
    return std::nullopt;
  }

  Io<void> splice(const std::string& target) {
    if (++links_ > symlinks_max) return failed(Errno::loop);
    if (target.empty()) return failed(Errno::noent);
    if (target.front() == '/') return failed(Errno::perm);
    rest_.insert(0, target);
    return {};
  }

  Place here(std::string name, bool slash) {
    if (open_.empty()) return {Fd(), root_, std::move(name), slash};
    Place place{std::move(open_.back()), -1, std::move(name), slash};
    place.directory = place.owned.get();
    return place;
  }

  int root_;
  std::string rest_;
  bool follow_;
  std::vector<Fd> open_;  // the directories from below the root down to where we are
  size_t links_ = 0;
};

Io<Fd> walk_open(int root, std::string_view path, int flags) {
  const bool follow = !(flags & O_NOFOLLOW);
  for (int tries = 0; tries < races_max; ++tries) {
    Place place = TRY(Walk(root, path, follow).run());
    if (place.slash && flags & O_CREAT) return failed(Errno::isdir);
    if (place.slash) flags |= O_DIRECTORY;
    const int fd = openat(place.directory, place.name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, create_mode);
    if (fd >= 0) {
      struct stat stat;
      if (flags & O_PATH && follow && fstat(fd, &stat) == 0 && S_ISLNK(stat.st_mode)) {
        Fd lost_race(fd);
        continue;
      }
      return Fd(fd);
    }
    if (!(errno == ELOOP && follow)) return failed(last_errno());
  }
  return failed(Errno::loop);
}

Io<Fd> open_any(int root, const std::string& path, int flags, Resolver resolver) {
  if (resolver == Resolver::automatic && has_openat2()) {
    auto opened = kernel_open(root, path, flags);
    if (opened || opened.error() != Errno::again) return opened;
  }
  return walk_open(root, path, flags);
}

// ---- what may be opened

// Null, zero, random and urandom: no side effects, no waiting.
bool is_harmless_device(const struct stat& stat) {
  constexpr unsigned memory_devices = 1;
  const unsigned number = minor(stat.st_rdev);
  return S_ISCHR(stat.st_mode) && major(stat.st_rdev) == memory_devices && (number == 3 || number == 5 || number == 8 || number == 9);
}

Io<void> check_kind(int fd) {
  struct stat stat;
  if (fstat(fd, &stat) != 0) return failed(last_errno());
  if (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode) || is_harmless_device(stat)) return {};
  return failed(S_ISLNK(stat.st_mode) ? Errno::loop : Errno::acces);
}

// Opening a device or fifo may already do something or wait, so what is there is looked at first, without opening it.
Io<void> look_first(int root, const std::string& path, int flags, Resolver resolver) {
  if (flags & O_DIRECTORY || (flags & O_CREAT && flags & O_EXCL)) return {};
  const auto peeked = open_any(root, path, O_PATH | (flags & O_NOFOLLOW), resolver);
  if (peeked) return check_kind(peeked->get());
  if (peeked.error() == Errno::noent && flags & O_CREAT) return {};
  return failed(peeked.error());
}

Place split(int root, std::string_view path) {
  const size_t end = path.find_last_not_of('/') + 1;
  const size_t begin = path.substr(0, end).rfind('/') + 1;  // npos + 1 is 0
  return {Fd(), root, std::string(path.substr(begin, end - begin)), end < path.size()};
}

}  // namespace

bool has_openat2() {
  static const bool has = [] {
    const int fd = openat2(AT_FDCWD, ".", O_PATH | O_DIRECTORY);
    if (fd >= 0) close(fd);
    return fd >= 0;
  }();
  return has;
}

Io<void> check_path(std::string_view path) {
  if (path.empty()) return failed(Errno::noent);
  if (path.find('\0') != std::string_view::npos) return failed(Errno::inval);
  if (path.size() > path_bytes_max) return failed(Errno::nametoolong);
  if (path.front() == '/') return failed(Errno::perm);
  return {};
}

Io<Place> resolve(int root, std::string_view path, bool follow, Resolver resolver) {
  TRY(check_path(path));
  if (follow || resolver == Resolver::walk || !has_openat2()) return Walk(root, path, follow).run();
  Place place = split(root, path);
  const size_t parent = static_cast<size_t>(path.substr(0, path.find_last_not_of('/') + 1).rfind('/') + 1);
  if (place.name == "..") {
    place.name = ".";
    place.owned = TRY(open_any(root, std::string(path), O_PATH | O_DIRECTORY, resolver));
  } else if (parent > 0) {
    place.owned = TRY(open_any(root, std::string(path.substr(0, parent)), O_PATH | O_DIRECTORY, resolver));
  }
  if (place.owned) place.directory = place.owned.get();
  return place;
}

Io<Fd> open_beneath(int root, std::string_view path, int flags, Resolver resolver) {
  TRY(check_path(path));
  const std::string text(path);
  if (flags & O_PATH) return open_any(root, text, flags, resolver);
  TRY(look_first(root, text, flags, resolver));
  Fd opened = TRY(open_any(root, text, flags | O_NONBLOCK | O_NOCTTY, resolver));
  TRY(check_kind(opened.get()));
  return opened;
}

FileStat to_stat(const struct ::stat& from) {
  const auto type = [&] {
    switch (from.st_mode & S_IFMT) {
      case S_IFBLK: return FileType::block_device;
      case S_IFCHR: return FileType::character_device;
      case S_IFDIR: return FileType::directory;
      case S_IFREG: return FileType::regular_file;
      case S_IFSOCK: return FileType::socket_stream;
      case S_IFLNK: return FileType::symbolic_link;
      case S_IFIFO: return FileType::fifo;
      default: return FileType::unknown;
    }
  };
  const auto ns = [](const timespec& time) { return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; };
  return {from.st_dev, from.st_ino, type(), from.st_nlink, static_cast<uint64_t>(from.st_size),
          ns(from.st_atim), ns(from.st_mtim), ns(from.st_ctim)};
}

}  // namespace wherry::sys
