// Files for guests: directories by capability, and what is opened in them. Paths stay beneath their directory
// (base/sys/files.h says how). A read-only directory refuses every change to what is in it (rofs), also through what was opened
// from it, and never lets its files be linked or moved elsewhere. Thread-safe, but for one File used by two threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/sys/errno.h"
#include "base/sys/files.h"

namespace wherry::host {

using sys::Advice;
using sys::ConstPieces;
using sys::DirEntry;
using sys::Errno;
using sys::FileStat;
using sys::FileType;
using sys::Io;
using sys::OpenFlags;
using sys::Pieces;
using sys::SetTime;
using sys::WriteMode;

class File {
 public:
  virtual ~File() = default;
  virtual Io<FileStat> stat() = 0;
  virtual Io<size_t> read(Pieces into, uint64_t offset) = 0;  // may be short; 0: the end
  // `end` becomes the position after what was written. May be short.
  virtual Io<size_t> write(ConstPieces pieces, uint64_t offset, WriteMode mode, uint64_t& end) = 0;
  virtual Io<void> set_size(uint64_t bytes) = 0;
  virtual Io<void> set_times(SetTime accessed, SetTime modified) = 0;
  virtual Io<void> allocate(uint64_t offset, uint64_t bytes) = 0;
  virtual Io<void> advise(uint64_t offset, uint64_t bytes, Advice advice) = 0;
  virtual Io<void> sync(bool data_only) = 0;
};

class Dir;
// One of the two.
struct Opened {
  std::unique_ptr<File> file;
  std::unique_ptr<Dir> dir;
};

class Dir {
 public:
  virtual ~Dir() = default;
  virtual Io<Opened> open_at(std::string_view path, const OpenFlags& flags) = 0;
  virtual Io<FileStat> stat() = 0;
  virtual Io<FileStat> stat_at(std::string_view path, bool follow) = 0;
  virtual Io<void> set_times(SetTime accessed, SetTime modified) = 0;
  virtual Io<void> set_times_at(std::string_view path, bool follow, SetTime accessed, SetTime modified) = 0;
  virtual Io<void> create_directory_at(std::string_view path) = 0;
  virtual Io<void> remove_directory_at(std::string_view path) = 0;
  virtual Io<void> unlink_at(std::string_view path) = 0;
  // `to` must be of the same kind of file system (else xdev).
  virtual Io<void> rename_at(std::string_view path, Dir& to, std::string_view to_path) = 0;
  virtual Io<void> link_at(std::string_view path, Dir& to, std::string_view to_path) = 0;
  virtual Io<void> symlink_at(std::string_view target, std::string_view path) = 0;
  virtual Io<std::string> readlink_at(std::string_view path) = 0;
  // Up to `count_max` entries from `cookie` on (0: the first), `.` and `..` among them; none: the end.
  virtual Io<std::vector<DirEntry>> entries(uint64_t cookie, size_t count_max) = 0;
  virtual Io<void> sync(bool data_only) = 0;
  virtual bool read_only() const = 0;
};

// A folder of this machine.
struct FolderOptions {
  bool read_only = false;
  sys::Resolver resolver = sys::Resolver::automatic;
};
Result<std::unique_ptr<Dir>> open_folder(const std::string& path, const FolderOptions& options = {});

}  // namespace wherry::host
