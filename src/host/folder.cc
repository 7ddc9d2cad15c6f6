// Folders and files of this machine.
#include "host/files.h"

namespace wherry::host {
namespace {

class SystemFile final : public File {
 public:
  SystemFile(sys::Fd fd, bool read_only) : fd_(std::move(fd)), read_only_(read_only) {}

  Io<FileStat> stat() override { return sys::file_stat(fd_.get()); }
  Io<size_t> read(Pieces into, uint64_t offset) override { return sys::file_read(fd_.get(), into, offset); }
  Io<size_t> write(ConstPieces pieces, uint64_t offset, WriteMode mode, uint64_t& end) override {
    return sys::file_write(fd_.get(), pieces, offset, mode, end);
  }
  Io<void> set_size(uint64_t bytes) override { return sys::file_set_size(fd_.get(), bytes); }
  // The owner may do this with a descriptor that was opened for reading only.
  Io<void> set_times(SetTime accessed, SetTime modified) override {
    if (read_only_) return sys::failed(Errno::rofs);
    return sys::file_set_times(fd_.get(), accessed, modified);
  }
  Io<void> allocate(uint64_t offset, uint64_t bytes) override { return sys::file_allocate(fd_.get(), offset, bytes); }
  Io<void> advise(uint64_t offset, uint64_t bytes, Advice advice) override { return sys::file_advise(fd_.get(), offset, bytes, advice); }
  Io<void> sync(bool data_only) override { return sys::file_sync(fd_.get(), data_only); }

 private:
  sys::Fd fd_;
  bool read_only_;
};

class Folder final : public Dir {
 public:
  Folder(sys::Directory directory, bool read_only) : directory_(std::move(directory)), read_only_(read_only) {}

  Io<Opened> open_at(std::string_view path, const OpenFlags& flags) override {
    if (flags.write || flags.create || flags.truncate) TRY(check_writable());
    sys::Fd fd = TRY(directory_.open_at(path, flags));
    const FileStat stat = TRY(sys::file_stat(fd.get()));
    Opened opened;
    if (stat.type == FileType::directory) {
      opened.dir = std::make_unique<Folder>(sys::Directory(std::move(fd), directory_.resolver()), read_only_);
    } else {
      opened.file = std::make_unique<SystemFile>(std::move(fd), read_only_);
    }
    return opened;
  }

  Io<FileStat> stat() override { return directory_.stat(); }
  Io<FileStat> stat_at(std::string_view path, bool follow) override { return directory_.stat_at(path, follow); }
  Io<void> set_times(SetTime accessed, SetTime modified) override {
    TRY(check_writable());
    return directory_.set_times(accessed, modified);
  }
  Io<void> set_times_at(std::string_view path, bool follow, SetTime accessed, SetTime modified) override {
    TRY(check_writable());
    return directory_.set_times_at(path, follow, accessed, modified);
  }
  Io<void> create_directory_at(std::string_view path) override {
    TRY(check_writable());
    return directory_.create_directory_at(path);
  }
  Io<void> remove_directory_at(std::string_view path) override {
    TRY(check_writable());
    return directory_.remove_directory_at(path);
  }
  Io<void> unlink_at(std::string_view path) override {
    TRY(check_writable());
    return directory_.unlink_at(path);
  }
  Io<void> rename_at(std::string_view path, Dir& to, std::string_view to_path) override {
    const Folder& target = *TRY(writable_folder(to));
    return directory_.rename_at(path, target.directory_, to_path);
  }
  Io<void> link_at(std::string_view path, Dir& to, std::string_view to_path) override {
    const Folder& target = *TRY(writable_folder(to));
    return directory_.link_at(path, target.directory_, to_path);
  }
  Io<void> symlink_at(std::string_view target, std::string_view path) override {
    TRY(check_writable());
    if (!target.empty() && target.front() == '/') return sys::failed(Errno::perm);  // would mean something on the host only
    return directory_.symlink_at(target, path);
  }
  Io<std::string> readlink_at(std::string_view path) override { return directory_.readlink_at(path); }
  Io<std::vector<DirEntry>> entries(uint64_t cookie, size_t count_max) override;
  Io<void> sync(bool data_only) override { return directory_.sync(data_only); }
  bool read_only() const override { return read_only_; }

 private:
  Io<void> check_writable() const {
    if (read_only_) return sys::failed(Errno::rofs);
    return {};
  }
  // Both ends must be writable: a file that is linked or moved out of a read-only folder could be written there.
  Io<const Folder*> writable_folder(Dir& to) const {
    const auto* folder = dynamic_cast<const Folder*>(&to);
    if (!folder) return sys::failed(Errno::xdev);
    TRY(check_writable());
    TRY(folder->check_writable());
    return folder;
  }

  sys::Directory directory_;
  bool read_only_;
};

// What is above a directory is nobody's business, so `..` shows the directory's own number.
Io<std::vector<DirEntry>> Folder::entries(uint64_t cookie, size_t count_max) {
  auto entries = TRY(directory_.entries(cookie, count_max));
  for (DirEntry& entry : entries) {
    if (entry.name == "..") entry.inode = TRY(stat()).inode;
  }
  return entries;
}

}  // namespace

Result<std::unique_ptr<Dir>> open_folder(const std::string& path, const FolderOptions& options) {
  auto directory = TRY(sys::Directory::open(path, options.resolver));
  return std::make_unique<Folder>(std::move(directory), options.read_only);
}

}  // namespace wherry::host
