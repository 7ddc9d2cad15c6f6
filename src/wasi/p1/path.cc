// The calls on paths: path_*.
#include <algorithm>

#include "base/utf8.h"
#include "wasi/p1/helpers.h"
#include "wasi/p1/process.h"

namespace wherry::wasi::p1 {

Io<host::Dir*> Process::dir(uint32_t fd, Rights needed) {
  Descriptor* found = TRY(descriptors_.find(fd));
  if (!found->dir()) return sys::failed(Errno::notdir);
  return TRY(descriptors_.find(fd, needed))->dir();
}

Io<std::string> Process::path(const Call& call, uint32_t address, uint32_t length) {
  const auto bytes = TRY(call.memory.span(address, length));
  if (length > sys::path_bytes_max) return sys::failed(Errno::nametoolong);
  std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!utf8::valid(text)) return sys::failed(Errno::ilseq);
  return text;
}

Errno Process::path_create_directory(Call& call, uint32_t fd, uint32_t path, uint32_t path_len) {
  return errno_of([&]() -> Io<void> {
    host::Dir* at = TRY(dir(fd, rights::path_create_directory));
    return at->create_directory_at(TRY(this->path(call, path, path_len)));
  }());
}

Errno Process::path_filestat_get(Call& call, uint32_t fd, uint32_t flags, uint32_t path, uint32_t path_len, uint32_t stat) {
  return errno_of([&]() -> Io<void> {
    host::Dir* at = TRY(dir(fd, rights::path_filestat_get));
    return store_filestat(call, stat, TRY(at->stat_at(TRY(this->path(call, path, path_len)), flags & lookup_follow)));
  }());
}

Errno Process::path_filestat_set_times(Call& call, uint32_t fd, uint32_t flags, uint32_t path, uint32_t path_len, uint64_t atim, uint64_t mtim,
                                       uint32_t fst_flags) {
  return errno_of([&]() -> Io<void> {
    host::Dir* at = TRY(dir(fd, rights::path_filestat_set_times));
    const Times times = TRY(times_of(atim, mtim, fst_flags));
    return at->set_times_at(TRY(this->path(call, path, path_len)), flags & lookup_follow, times.accessed, times.modified);
  }());
}

Errno Process::path_link(Call& call, uint32_t old_fd, uint32_t old_flags, uint32_t old_path, uint32_t old_path_len, uint32_t new_fd,
                         uint32_t new_path, uint32_t new_path_len) {
  return errno_of([&]() -> Io<void> {
    if (old_flags & lookup_follow) return sys::failed(Errno::inval);  // as the other engines
    host::Dir* from = TRY(dir(old_fd, rights::path_link_source));
    host::Dir* to = TRY(dir(new_fd, rights::path_link_target));
    return from->link_at(TRY(path(call, old_path, old_path_len)), *to, TRY(path(call, new_path, new_path_len)));
  }());
}

Io<uint32_t> Process::open(const Call&, uint32_t fd, uint32_t dirflags, std::string_view name, uint32_t oflags, Rights base, Rights inheriting,
                           uint32_t fdflags) {
  if ((oflags & ~uint32_t{oflags::all}) || (fdflags & ~uint32_t{fdflags::all}) || (dirflags & ~lookup_follow)) return sys::failed(Errno::inval);
  const Rights needed = rights::path_open | (oflags & oflags::create ? rights::path_create_file : 0) |
                        (oflags & oflags::truncate ? rights::path_filestat_set_size : 0);
  host::Dir* at = TRY(dir(fd, needed));
  if (descriptors_.is_full()) return sys::failed(Errno::mfile);
  const Rights inherited = (*descriptors_.find(fd))->inheriting;
  const bool directory = oflags & oflags::directory;
  const bool write = !directory && (base & inherited & rights::fd_write);
  const host::OpenFlags flags{
      .read = !write || (base & inherited & (rights::fd_read | rights::fd_readdir)) != 0,
      .write = write,
      .create = (oflags & oflags::create) != 0,
      .exclusive = (oflags & oflags::exclusive) != 0,
      .truncate = (oflags & oflags::truncate) != 0,
      .directory = directory,
      .follow = (dirflags & lookup_follow) != 0,
  };
  host::Opened opened = TRY(at->open_at(name, flags));
  const bool is_dir = opened.dir != nullptr;
  Descriptor descriptor{.thing = std::shared_ptr<host::Dir>(std::move(opened.dir)),
                        .base = base & inherited & (is_dir ? rights::of_dir : rights::of_file),
                        .inheriting = inheriting & inherited,
                        .flags = static_cast<uint16_t>(fdflags)};
  if (!is_dir) descriptor.thing = std::move(opened.file);
  return descriptors_.add(std::move(descriptor));
}

Errno Process::path_open(Call& call, uint32_t fd, uint32_t dirflags, uint32_t path, uint32_t path_len, uint32_t oflags, uint64_t rights_base,
                         uint64_t rights_inheriting, uint32_t fdflags, uint32_t opened_fd) {
  return errno_of([&]() -> Io<void> {
    const auto name = TRY(this->path(call, path, path_len));
    TRY(call.memory.span(opened_fd, sizeof(uint32_t)));
    const uint32_t opened = TRY(open(call, fd, dirflags, name, oflags, rights_base, rights_inheriting, fdflags));
    return call.memory.store(opened_fd, opened);
  }());
}

Errno Process::path_readlink(Call& call, uint32_t fd, uint32_t path, uint32_t path_len, uint32_t buf, uint32_t buf_len, uint32_t bufused) {
  return errno_of([&]() -> Io<void> {
    host::Dir* at = TRY(dir(fd, rights::path_readlink));
    const auto into = TRY(call.memory.span(buf, buf_len));
    const std::string target = TRY(at->readlink_at(TRY(this->path(call, path, path_len))));
    const auto fits = std::as_bytes(std::span(target)).first(std::min<size_t>(target.size(), into.size()));
    TRY(call.memory.store_bytes(buf, fits));
    return call.memory.store(bufused, static_cast<uint32_t>(fits.size()));
  }());
}

Errno Process::path_remove_directory(Call& call, uint32_t fd, uint32_t path, uint32_t path_len) {
  return errno_of([&]() -> Io<void> {
    host::Dir* at = TRY(dir(fd, rights::path_remove_directory));
    return at->remove_directory_at(TRY(this->path(call, path, path_len)));
  }());
}

Errno Process::path_rename(Call& call, uint32_t old_fd, uint32_t old_path, uint32_t old_path_len, uint32_t new_fd, uint32_t new_path,
                           uint32_t new_path_len) {
  return errno_of([&]() -> Io<void> {
    host::Dir* from = TRY(dir(old_fd, rights::path_rename_source));
    host::Dir* to = TRY(dir(new_fd, rights::path_rename_target));
    return from->rename_at(TRY(path(call, old_path, old_path_len)), *to, TRY(path(call, new_path, new_path_len)));
  }());
}

Errno Process::path_symlink(Call& call, uint32_t old_path, uint32_t old_path_len, uint32_t fd, uint32_t new_path, uint32_t new_path_len) {
  return errno_of([&]() -> Io<void> {
    host::Dir* at = TRY(dir(fd, rights::path_symlink));
    return at->symlink_at(TRY(path(call, old_path, old_path_len)), TRY(path(call, new_path, new_path_len)));
  }());
}

Errno Process::path_unlink_file(Call& call, uint32_t fd, uint32_t path, uint32_t path_len) {
  return errno_of([&]() -> Io<void> {
    host::Dir* at = TRY(dir(fd, rights::path_unlink_file));
    return at->unlink_at(TRY(this->path(call, path, path_len)));
  }());
}

}  // namespace wherry::wasi::p1
