// Files by capability: everything is named by an open directory and a path that stays beneath it. Whatever the path,
// the symbolic links and other processes do, nothing outside is reached: not by `..`, not by an absolute link, not by
// renames while a path is resolved (docs/rationale.md, "Why is the sandbox's path resolution like this?").
//
// Only regular files and directories are opened, and the four memory devices null, zero, random and urandom; a fifo, a
// socket or any other device is refused without being touched. All files are close-on-exec. Safe to use from many threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/sys/errno.h"
#include "base/sys/socket.h"

namespace wherry::sys {

// In the order of WASI 0.1's filetype; fifo has no number there.
enum class FileType : uint8_t {
  unknown, block_device, character_device, directory, regular_file, socket_dgram, socket_stream, symbolic_link, fifo,
};

struct FileStat {
  uint64_t device = 0;
  uint64_t inode = 0;
  FileType type = FileType::unknown;
  uint64_t links = 0;
  uint64_t size = 0;
  int64_t accessed_ns = 0;  // since 1970
  int64_t modified_ns = 0;
  int64_t changed_ns = 0;
};

// One of the two times that can be set.
struct SetTime {
  enum class Kind : uint8_t { keep, now, at };
  Kind kind = Kind::keep;
  int64_t ns = 0;  // with `at`
};

struct OpenFlags {
  bool read = false, write = false;
  bool create = false, exclusive = false, truncate = false;
  bool directory = false;  // else an error
  bool follow = false;     // the last component may be a symbolic link
};

struct DirEntry {
  std::string name;  // bytes as the system has them; `.` and `..` are there too
  uint64_t inode = 0;
  FileType type = FileType::unknown;
  uint64_t next = 0;  // cookie of the entry after this one
};

enum class Advice : uint8_t { normal, sequential, random, will_need, dont_need, no_reuse };

// How paths are resolved: by the kernel (openat2, Linux 5.6), else component by component. `walk` forces the latter.
enum class Resolver : uint8_t { automatic, walk };
bool has_openat2();

inline constexpr size_t path_bytes_max = 4095;
inline constexpr size_t symlinks_max = 40;         // as Linux has it
inline constexpr size_t walk_depth_max = 256;      // directories held open at once by the walk

// An open directory.
class Directory {
 public:
  // `path` is the operator's, and is followed wherever it leads.
  static Result<Directory> open(const std::string& path, Resolver resolver = Resolver::automatic);
  Directory(Fd fd, Resolver resolver) : fd_(std::move(fd)), resolver_(resolver) {}

  Io<Fd> open_at(std::string_view path, const OpenFlags& flags) const;
  Io<FileStat> stat() const;
  Io<FileStat> stat_at(std::string_view path, bool follow) const;
  Io<void> set_times(SetTime accessed, SetTime modified) const;
  Io<void> set_times_at(std::string_view path, bool follow, SetTime accessed, SetTime modified) const;
  Io<void> create_directory_at(std::string_view path) const;
  Io<void> remove_directory_at(std::string_view path) const;
  Io<void> unlink_at(std::string_view path) const;  // anything but a directory
  Io<void> rename_at(std::string_view path, const Directory& to, std::string_view to_path) const;
  Io<void> link_at(std::string_view path, const Directory& to, std::string_view to_path) const;  // follows no link at the end
  Io<void> symlink_at(std::string_view target, std::string_view path) const;
  Io<std::string> readlink_at(std::string_view path) const;
  // Up to `count_max` entries from `cookie` on (0: the first). None: the end.
  Io<std::vector<DirEntry>> entries(uint64_t cookie, size_t count_max) const;
  Io<void> sync(bool data_only) const;

  int fd() const { return fd_.get(); }
  Resolver resolver() const { return resolver_; }

 private:
  Fd fd_;
  Resolver resolver_;
};

// Open files. Offsets above 2^63-1 are Errno::inval.
using Pieces = std::span<const std::span<std::byte>>;
using ConstPieces = std::span<const std::span<const std::byte>>;

struct WriteMode {
  bool append = false;     // at the end, whatever the offset
  bool data_sync = false;  // returns when the data is on the disk
  bool sync = false;       // and its metadata
};

Io<FileStat> file_stat(int fd);
Io<size_t> file_read(int fd, Pieces into, uint64_t offset);
// `end` becomes the position after what was written.
Io<size_t> file_write(int fd, ConstPieces pieces, uint64_t offset, WriteMode mode, uint64_t& end);
Io<void> file_set_size(int fd, uint64_t bytes);
Io<void> file_set_times(int fd, SetTime accessed, SetTime modified);
Io<void> file_allocate(int fd, uint64_t offset, uint64_t bytes);
Io<void> file_advise(int fd, uint64_t offset, uint64_t bytes, Advice advice);
Io<void> file_sync(int fd, bool data_only);

// What is not positioned: terminals, pipes. A read or write takes what fits at once, and waits when nothing does.
Io<size_t> stream_read(int fd, std::span<std::byte> into);
Io<size_t> stream_write(int fd, std::span<const std::byte> bytes);
// A write of this many bytes does not wait once the descriptor is writable; no limit for regular files.
size_t stream_write_max(int fd);
bool is_terminal(int fd);

// Sockets beyond socket.h.
Io<size_t> socket_receive(int fd, Pieces into, bool peek, bool wait_all);
Io<size_t> socket_send(int fd, ConstPieces pieces);
Io<void> socket_shutdown(int fd, bool receive, bool send);

// The size and the bytes of a file that the operator named; `bytes_max` bounds both.
Result<std::vector<uint8_t>> read_whole_file(const std::string& path, size_t bytes_max);

}  // namespace wherry::sys
