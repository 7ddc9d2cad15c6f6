#include "base/sys/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "base/sys/beneath.h"

namespace wherry::sys {
namespace {

Io<void> result_of(int status) {
  if (status != 0) return failed(last_errno());
  return {};
}

timespec to_timespec(SetTime time) {
  constexpr int64_t ns_per_s = 1'000'000'000;
  switch (time.kind) {
    case SetTime::Kind::keep: return {0, UTIME_OMIT};
    case SetTime::Kind::now: return {0, UTIME_NOW};
    case SetTime::Kind::at: break;
  }
  int64_t seconds = time.ns / ns_per_s;
  int64_t rest = time.ns % ns_per_s;
  if (rest < 0) { --seconds; rest += ns_per_s; }
  return {static_cast<time_t>(seconds), static_cast<long>(rest)};
}

Io<off_t> to_offset(uint64_t offset) {
  if (offset > static_cast<uint64_t>(std::numeric_limits<off_t>::max())) return failed(Errno::inval);
  return static_cast<off_t>(offset);
}

Io<FileStat> stat_place(const Place& place) {
  struct stat stat;
  if (fstatat(place.directory, place.name.c_str(), &stat, AT_SYMLINK_NOFOLLOW) != 0) return failed(last_errno());
  if (place.slash && !S_ISDIR(stat.st_mode)) return failed(Errno::notdir);
  return to_stat(stat);
}

// A name for something that is no directory, so a slash after it is an error whatever is there.
Io<void> check_no_slash(const Place& place) {
  if (!place.slash || place.is_dot()) return {};
  const auto there = stat_place({Fd(), place.directory, place.name, false});
  if (!there) return failed(there.error());
  return failed(there->type == FileType::directory ? Errno::exist : Errno::notdir);
}

constexpr size_t iovecs_max = 64;  // a short read or write does no harm

template <typename Span>
size_t to_iovecs(Span pieces, std::array<iovec, iovecs_max>& out) {
  const size_t count = std::min(pieces.size(), out.size());
  for (size_t i = 0; i < count; ++i) {
    out[i] = {const_cast<std::byte*>(pieces[i].data()), pieces[i].size()};
  }
  return count;
}

template <typename Call>
Io<size_t> retried(Call call) {
  for (;;) {
    const ssize_t moved = call();
    if (moved >= 0) return static_cast<size_t>(moved);
    if (errno != EINTR) return failed(last_errno());
  }
}

// One entry of getdents64, at `at`; returns where the next one begins.
size_t read_entry(const char* buffer, size_t at, std::vector<DirEntry>& out) {
  uint64_t inode = 0, next = 0;
  uint16_t length = 0;
  std::memcpy(&inode, buffer + at, 8);
  std::memcpy(&next, buffer + at + 8, 8);
  std::memcpy(&length, buffer + at + 16, 2);
  const uint8_t type = static_cast<uint8_t>(buffer[at + 18]);
  const auto kind = [&] {
    switch (type) {
      case DT_BLK: return FileType::block_device;
      case DT_CHR: return FileType::character_device;
      case DT_DIR: return FileType::directory;
      case DT_REG: return FileType::regular_file;
      case DT_SOCK: return FileType::socket_stream;
      case DT_LNK: return FileType::symbolic_link;
      case DT_FIFO: return FileType::fifo;
      default: return FileType::unknown;
    }
  };
  out.push_back({std::string(buffer + at + 19), inode, kind(), next});
  return at + length;
}

}  // namespace

Result<Directory> Directory::open(const std::string& path, Resolver resolver) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return system_error("cannot open the directory", errno, path);
  return Directory(std::move(fd), resolver);
}

Io<Fd> Directory::open_at(std::string_view path, const OpenFlags& flags) const {
  int system = flags.write ? (flags.read ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (flags.create) system |= O_CREAT;
  if (flags.exclusive) system |= O_EXCL;
  if (flags.truncate) system |= O_TRUNC;
  if (flags.directory) system |= O_DIRECTORY;
  if (!flags.follow) system |= O_NOFOLLOW;
  if (flags.directory && (flags.create || flags.exclusive || flags.truncate)) return failed(Errno::inval);
  return open_beneath(fd(), path, system, resolver_);
}

Io<FileStat> Directory::stat() const { return file_stat(fd()); }

Io<FileStat> Directory::stat_at(std::string_view path, bool follow) const {
  if (!follow && path.find_last_not_of('/') + 1 == path.size()) return stat_place(TRY(resolve(fd(), path, false, resolver_)));
  const Fd found = TRY(open_beneath(fd(), path, O_PATH, resolver_));
  return file_stat(found.get());
}

Io<void> Directory::set_times(SetTime accessed, SetTime modified) const { return file_set_times(fd(), accessed, modified); }

Io<void> Directory::set_times_at(std::string_view path, bool follow, SetTime accessed, SetTime modified) const {
  const Place place = TRY(resolve(fd(), path, follow, resolver_));
  TRY(stat_place(place));
  const timespec times[2] = {to_timespec(accessed), to_timespec(modified)};
  return result_of(utimensat(place.directory, place.name.c_str(), times, AT_SYMLINK_NOFOLLOW));
}

Io<void> Directory::create_directory_at(std::string_view path) const {
  const Place place = TRY(resolve(fd(), path, false, resolver_));
  if (place.is_dot()) return failed(Errno::exist);
  return result_of(mkdirat(place.directory, place.name.c_str(), 0777));
}

Io<void> Directory::remove_directory_at(std::string_view path) const {
  const Place place = TRY(resolve(fd(), path, false, resolver_));
  if (place.is_dot()) return failed(Errno::inval);
  return result_of(unlinkat(place.directory, place.name.c_str(), AT_REMOVEDIR));
}

Io<void> Directory::unlink_at(std::string_view path) const {
  const Place place = TRY(resolve(fd(), path, false, resolver_));
  if (place.is_dot()) return failed(Errno::isdir);
  if (place.slash) {
    const FileStat there = TRY(stat_place({Fd(), place.directory, place.name, false}));
    return failed(there.type == FileType::directory ? Errno::isdir : Errno::notdir);
  }
  return result_of(unlinkat(place.directory, place.name.c_str(), 0));
}

Io<void> Directory::rename_at(std::string_view path, const Directory& to, std::string_view to_path) const {
  const Place from = TRY(resolve(fd(), path, false, resolver_));
  const Place target = TRY(resolve(to.fd(), to_path, false, to.resolver_));
  if (from.is_dot() || target.is_dot()) return failed(Errno::busy);
  const FileStat moved = TRY(stat_place(from));
  if (target.slash && moved.type != FileType::directory) return failed(Errno::notdir);
  return result_of(renameat(from.directory, from.name.c_str(), target.directory, target.name.c_str()));
}

Io<void> Directory::link_at(std::string_view path, const Directory& to, std::string_view to_path) const {
  const Place from = TRY(resolve(fd(), path, false, resolver_));
  const Place target = TRY(resolve(to.fd(), to_path, false, to.resolver_));
  if (target.is_dot()) return failed(Errno::exist);
  if (from.is_dot()) return failed(Errno::perm);
  TRY(stat_place(from));
  TRY(check_no_slash(target));
  return result_of(linkat(from.directory, from.name.c_str(), target.directory, target.name.c_str(), 0));
}

Io<void> Directory::symlink_at(std::string_view target, std::string_view path) const {
  if (target.empty()) return failed(Errno::noent);
  if (target.find('\0') != std::string_view::npos) return failed(Errno::inval);
  if (target.size() > path_bytes_max) return failed(Errno::nametoolong);
  const Place place = TRY(resolve(fd(), path, false, resolver_));
  if (place.is_dot()) return failed(Errno::exist);
  TRY(check_no_slash(place));
  return result_of(symlinkat(std::string(target).c_str(), place.directory, place.name.c_str()));
}

Io<std::string> Directory::readlink_at(std::string_view path) const {
  const Place place = TRY(resolve(fd(), path, false, resolver_));
  if (place.slash) TRY(stat_place(place));
  std::string text(path_bytes_max + 1, '\0');
  const ssize_t length = readlinkat(place.directory, place.name.c_str(), text.data(), text.size());
  if (length < 0) return failed(last_errno());
  text.resize(static_cast<size_t>(length));
  return text;
}

// A descriptor of its own for each call, so that threads don't share a position.
Io<std::vector<DirEntry>> Directory::entries(uint64_t cookie, size_t count_max) const {
  const Fd own(openat(fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own) return failed(last_errno());
  if (cookie != 0 && lseek(own.get(), TRY(to_offset(cookie)), SEEK_SET) < 0) return failed(last_errno());
  std::vector<DirEntry> entries;
  alignas(8) std::array<char, 16 * 1024> buffer;
  while (entries.size() < count_max) {
    const size_t got = TRY(retried([&] { return syscall(SYS_getdents64, own.get(), buffer.data(), buffer.size()); }));
    if (got == 0) break;
    for (size_t at = 0; at < got && entries.size() < count_max;) at = read_entry(buffer.data(), at, entries);
  }
  return entries;
}

Io<void> Directory::sync(bool data_only) const { return file_sync(fd(), data_only); }

Io<FileStat> file_stat(int fd) {
  struct stat stat;
  if (fstat(fd, &stat) != 0) return failed(last_errno());
  return to_stat(stat);
}

Io<size_t> file_read(int fd, Pieces into, uint64_t offset) {
  const off_t at = TRY(to_offset(offset));
  std::array<iovec, iovecs_max> pieces;
  const int count = static_cast<int>(to_iovecs(into, pieces));
  auto got = retried([&] { return preadv(fd, pieces.data(), count, at); });
  if (!got && got.error() == Errno::spipe) got = retried([&] { return readv(fd, pieces.data(), count); });
  return got;
}

// RWF_APPEND makes one write atomic with finding the end, without a mode that the whole description has.
Io<size_t> file_write(int fd, ConstPieces from, uint64_t offset, WriteMode mode, uint64_t& end) {
  const off_t at = mode.append ? -1 : TRY(to_offset(offset));
  const int flags = (mode.append ? RWF_APPEND : 0) | (mode.data_sync ? RWF_DSYNC : 0) | (mode.sync ? RWF_SYNC : 0);
  std::array<iovec, iovecs_max> pieces;
  const int count = static_cast<int>(to_iovecs(from, pieces));
  auto written = retried([&] { return pwritev2(fd, pieces.data(), count, at, flags); });
  if (!written && written.error() == Errno::spipe) written = retried([&] { return writev(fd, pieces.data(), count); });
  if (!written) return written;
  end = offset + *written;
  if (mode.append) end = static_cast<uint64_t>(std::max<off_t>(lseek(fd, 0, SEEK_CUR), 0));
  return written;
}

Io<void> file_set_size(int fd, uint64_t bytes) { return result_of(ftruncate(fd, TRY(to_offset(bytes)))); }

Io<void> file_set_times(int fd, SetTime accessed, SetTime modified) {
  const timespec times[2] = {to_timespec(accessed), to_timespec(modified)};
  return result_of(futimens(fd, times));
}

Io<void> file_allocate(int fd, uint64_t offset, uint64_t bytes) {
  const off_t at = TRY(to_offset(offset));
  const off_t length = TRY(to_offset(bytes));
  off_t end = 0;
  if (__builtin_add_overflow(at, length, &end)) return failed(Errno::fbig);
  const int number = posix_fallocate(fd, at, length);
  if (number != 0) return failed(errno_of(number));
  return {};
}

Io<void> file_advise(int fd, uint64_t offset, uint64_t bytes, Advice advice) {
  constexpr int system[] = {POSIX_FADV_NORMAL, POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                            POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED, POSIX_FADV_NOREUSE};
  const int number = posix_fadvise(fd, TRY(to_offset(offset)), TRY(to_offset(bytes)), system[static_cast<size_t>(advice)]);
  if (number != 0) return failed(errno_of(number));
  return {};
}

Io<void> file_sync(int fd, bool data_only) { return result_of(data_only ? fdatasync(fd) : fsync(fd)); }

Io<size_t> stream_read(int fd, std::span<std::byte> into) {
  return retried([&] { return ::read(fd, into.data(), into.size()); });
}

Io<size_t> stream_write(int fd, std::span<const std::byte> bytes) {
  return retried([&] { return ::write(fd, bytes.data(), bytes.size()); });
}

// A pipe that is writable has room for PIPE_BUF bytes (POSIX.1-2017, write).
size_t stream_write_max(int fd) {
  struct stat stat;
  constexpr size_t pipe_room = 4096;
  if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode)) return std::numeric_limits<size_t>::max();
  return pipe_room;
}

bool is_terminal(int fd) { return isatty(fd) != 0; }

Io<size_t> socket_receive(int fd, Pieces into, bool peek, bool wait_all) {
  std::array<iovec, iovecs_max> pieces;
  msghdr message{};
  message.msg_iovlen = to_iovecs(into, pieces);
  message.msg_iov = pieces.data();
  const int flags = (peek ? MSG_PEEK : 0) | (wait_all ? MSG_WAITALL : 0);
  return retried([&] { return recvmsg(fd, &message, flags); });
}

Io<size_t> socket_send(int fd, ConstPieces from) {
  std::array<iovec, iovecs_max> pieces;
  msghdr message{};
  message.msg_iovlen = to_iovecs(from, pieces);
  message.msg_iov = pieces.data();
  return retried([&] { return sendmsg(fd, &message, MSG_NOSIGNAL); });
}

Io<void> socket_shutdown(int fd, bool receive, bool send) {
  return result_of(shutdown(fd, receive && send ? SHUT_RDWR : receive ? SHUT_RD : SHUT_WR));
}

Result<std::vector<uint8_t>> read_whole_file(const std::string& path, size_t bytes_max) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return system_error("cannot open", errno, path);
  struct stat stat;
  if (fstat(fd.get(), &stat) != 0) return system_error("cannot look at", errno, path);
  if (S_ISDIR(stat.st_mode)) return system_error("cannot read", EISDIR, path);
  std::vector<uint8_t> bytes;
  size_t used = 0;
  bytes.resize(std::min<uint64_t>(static_cast<uint64_t>(std::max<off_t>(stat.st_size, 0)), bytes_max) + 1);
  for (;;) {
    if (used == bytes.size()) bytes.resize(bytes.size() * 2);
    const auto got = stream_read(fd.get(), std::as_writable_bytes(std::span(bytes).subspan(used)));
    if (!got) return system_error("cannot read", errno, path);
    if (*got == 0) break;
    used += *got;
    if (used > bytes_max) {
      return std::unexpected(Error{ErrorKind::limit, path + " is larger than the " + std::to_string(bytes_max) + " bytes allowed", ""});
    }
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace wherry::sys
