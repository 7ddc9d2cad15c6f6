// The calls on descriptors: fd_*.
#include <algorithm>
#include <array>
#include <cstring>

#include "wasi/p1/helpers.h"
#include "wasi/p1/process.h"

namespace wherry::wasi::p1 {

Io<std::vector<std::span<std::byte>>> iovecs(const Call& call, uint32_t iovs, uint32_t count) {
  if (count > iovecs_max) return sys::failed(Errno::inval);
  TRY(call.memory.span(iovs, uint64_t{count} * iovec_bytes));
  std::vector<std::span<std::byte>> pieces;
  pieces.reserve(count);
  uint64_t total = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint64_t at = uint64_t{iovs} + i * iovec_bytes;
    const auto length = TRY(call.memory.load<uint32_t>(at + 4));
    total += length;
    if (total > UINT32_MAX) return sys::failed(Errno::inval);
    const auto piece = TRY(call.memory.span(TRY(call.memory.load<uint32_t>(at)), length));
    if (!piece.empty()) pieces.push_back(piece);
  }
  return pieces;
}

Io<Times> times_of(uint64_t atim, uint64_t mtim, uint32_t flags) {
  if (flags & ~uint32_t{fstflags::all}) return sys::failed(Errno::inval);
  using Kind = sys::SetTime::Kind;
  const auto one = [&](uint64_t ns, uint32_t at, uint32_t now) -> Io<sys::SetTime> {
    if ((flags & at) && (flags & now)) return sys::failed(Errno::inval);
    if ((flags & at) && ns > INT64_MAX) return sys::failed(Errno::overflow);
    return sys::SetTime{flags & at ? Kind::at : flags & now ? Kind::now : Kind::keep, static_cast<int64_t>(ns)};
  };
  return Times{TRY(one(atim, fstflags::accessed, fstflags::accessed_now)), TRY(one(mtim, fstflags::modified, fstflags::modified_now))};
}

Io<void> store_filestat(const Call& call, uint32_t address, const sys::FileStat& stat) {
  const auto time = [](int64_t ns) { return static_cast<uint64_t>(std::max<int64_t>(ns, 0)); };  // no time before 1970 here
  const auto type = stat.type == sys::FileType::fifo ? sys::FileType::unknown : stat.type;
  Record<64> record;
  record.put(0, stat.device).put(8, stat.inode).put(16, type);
  if (call.snapshot == Snapshot::preview1) {
    record.put(24, stat.links).put(32, stat.size).put(40, time(stat.accessed_ns)).put(48, time(stat.modified_ns)).put(56, time(stat.changed_ns));
  } else {
    record.put(20, static_cast<uint32_t>(stat.links)).put(24, stat.size);
    record.put(32, time(stat.accessed_ns)).put(40, time(stat.modified_ns)).put(48, time(stat.changed_ns));
  }
  return call.memory.store_bytes(address, record.bytes(filestat_bytes(call.snapshot)));
}

Io<host::File*> Process::file(uint32_t fd, Rights needed) {
  Descriptor* found = TRY(descriptors_.find(fd));
  if (found->dir()) return sys::failed(Errno::isdir);
  if (!found->file()) return sys::failed(Errno::spipe);
  return TRY(descriptors_.find(fd, needed))->file();
}

Errno Process::fd_advise(Call&, uint32_t fd, uint64_t offset, uint64_t len, uint32_t advice) {
  if (advice > uint32_t(sys::Advice::no_reuse)) return Errno::inval;
  const auto found = file(fd, rights::fd_advise);
  return found ? errno_of((*found)->advise(offset, len, static_cast<sys::Advice>(advice))) : found.error();
}

Errno Process::fd_allocate(Call&, uint32_t fd, uint64_t offset, uint64_t len) {
  const auto found = file(fd, rights::fd_allocate);
  return found ? errno_of((*found)->allocate(offset, len)) : found.error();
}

Errno Process::fd_close(Call&, uint32_t fd) { return errno_of(descriptors_.close(fd)); }

Errno Process::fd_datasync(Call&, uint32_t fd) {
  const auto found = descriptors_.find(fd, rights::fd_datasync);
  if (!found) return found.error();
  if (auto* dir = (*found)->dir()) return errno_of(dir->sync(true));
  if (auto* file = (*found)->file()) return errno_of(file->sync(true));
  return Errno::inval;
}

Errno Process::fd_sync(Call&, uint32_t fd) {
  const auto found = descriptors_.find(fd, rights::fd_sync);
  if (!found) return found.error();
  if (auto* dir = (*found)->dir()) return errno_of(dir->sync(false));
  if (auto* file = (*found)->file()) return errno_of(file->sync(false));
  return Errno::inval;
}

Errno Process::fd_fdstat_get(Call& call, uint32_t fd, uint32_t stat) {
  const auto found = descriptors_.find(fd);
  if (!found) return found.error();
  const Descriptor& descriptor = **found;
  const auto type = descriptor.type();
  Record<fdstat_bytes> record;
  record.put(0, type == sys::FileType::fifo ? sys::FileType::unknown : type).put(2, descriptor.flags);
  record.put(8, descriptor.base).put(16, descriptor.inheriting);
  return errno_of(call.memory.store_bytes(stat, record.bytes()));
}

Errno Process::fd_fdstat_set_flags(Call&, uint32_t fd, uint32_t flags) {
  const auto found = descriptors_.find(fd, rights::fd_fdstat_set_flags);
  if (!found) return found.error();
  if (flags & ~uint32_t{fdflags::all}) return Errno::inval;
  (*found)->flags = static_cast<uint16_t>(flags);
  return Errno::success;
}

// Rights can only be given up.
Errno Process::fd_fdstat_set_rights(Call&, uint32_t fd, uint64_t base, uint64_t inheriting) {
  const auto found = descriptors_.find(fd);
  if (!found) return found.error();
  if ((base & ~(*found)->base) || (inheriting & ~(*found)->inheriting)) return Errno::notcapable;
  (*found)->base = base;
  (*found)->inheriting = inheriting;
  return Errno::success;
}

Errno Process::fd_filestat_get(Call& call, uint32_t fd, uint32_t stat) {
  const auto found = descriptors_.find(fd, rights::fd_filestat_get);
  if (!found) return found.error();
  const Descriptor& descriptor = **found;
  if (descriptor.is_stream()) return errno_of(store_filestat(call, stat, {.type = descriptor.type()}));
  const auto known = descriptor.dir() ? descriptor.dir()->stat() : descriptor.file()->stat();
  return known ? errno_of(store_filestat(call, stat, *known)) : known.error();
}

Errno Process::fd_filestat_set_size(Call&, uint32_t fd, uint64_t size) {
  const auto found = file(fd, rights::fd_filestat_set_size);
  return found ? errno_of((*found)->set_size(size)) : found.error();
}

Errno Process::fd_filestat_set_times(Call&, uint32_t fd, uint64_t atim, uint64_t mtim, uint32_t flags) {
  const auto found = descriptors_.find(fd, rights::fd_filestat_set_times);
  if (!found) return found.error();
  const auto times = times_of(atim, mtim, flags);
  if (!times) return times.error();
  if (auto* dir = (*found)->dir()) return errno_of(dir->set_times(times->accessed, times->modified));
  if (auto* file = (*found)->file()) return errno_of(file->set_times(times->accessed, times->modified));
  return Errno::inval;
}

Errno Process::fd_prestat_get(Call& call, uint32_t fd, uint32_t prestat) {
  const auto found = descriptors_.find(fd);
  if (!found || !(*found)->preopen) return Errno::badf;
  constexpr uint8_t tag_dir = 0;
  Record<prestat_bytes> record;
  record.put(0, tag_dir).put(4, static_cast<uint32_t>((*found)->preopen->size()));
  return errno_of(call.memory.store_bytes(prestat, record.bytes()));
}

Errno Process::fd_prestat_dir_name(Call& call, uint32_t fd, uint32_t path, uint32_t path_len) {
  const auto found = descriptors_.find(fd);
  if (!found) return Errno::badf;
  if (!(*found)->preopen) return Errno::notdir;
  const std::string& name = *(*found)->preopen;
  if (path_len < name.size()) return Errno::nametoolong;
  return errno_of(call.memory.store_bytes(path, std::as_bytes(std::span(name))));
}

Errno Process::fd_renumber(Call&, uint32_t fd, uint32_t to) { return errno_of(descriptors_.renumber(fd, to)); }

Errno Process::fd_seek(Call& call, uint32_t fd, int64_t offset, uint32_t whence, uint32_t newoffset) {
  enum class Whence : uint8_t { set, current, end };
  constexpr Whence of_preview1[] = {Whence::set, Whence::current, Whence::end};
  constexpr Whence of_unstable[] = {Whence::current, Whence::end, Whence::set};
  if (whence > 2) return Errno::inval;
  const Whence from = (call.snapshot == Snapshot::preview1 ? of_preview1 : of_unstable)[whence];
  const bool only_tells = from == Whence::current && offset == 0;
  const auto found = file(fd, only_tells ? rights::fd_tell : rights::fd_seek);
  if (!found) return found.error();
  Descriptor& descriptor = **descriptors_.find(fd);
  int64_t start = from == Whence::current ? static_cast<int64_t>(descriptor.position) : 0;
  if (from == Whence::end) {
    const auto stat = (*found)->stat();
    if (!stat) return stat.error();
    start = static_cast<int64_t>(stat->size);
  }
  int64_t position = 0;
  if (__builtin_add_overflow(start, offset, &position)) return Errno::overflow;
  if (position < 0) return Errno::inval;
  const Errno stored = errno_of(call.memory.store(newoffset, position));
  if (stored == Errno::success) descriptor.position = static_cast<uint64_t>(position);
  return stored;
}

Errno Process::fd_tell(Call& call, uint32_t fd, uint32_t offset) {
  const auto found = file(fd, rights::fd_tell);
  return found ? errno_of(call.memory.store(offset, (*descriptors_.find(fd))->position)) : found.error();
}

namespace {

template <typename Pieces>
Io<void> check_count(const Call& call, uint32_t address, const Pieces&) {
  TRY(call.memory.span(address, sizeof(uint32_t)));  // before anything is moved
  return {};
}

std::vector<std::span<const std::byte>> for_writing(const std::vector<std::span<std::byte>>& pieces) { return {pieces.begin(), pieces.end()}; }

host::WriteMode mode_of(uint16_t flags) {
  return {.append = (flags & fdflags::append) != 0, .data_sync = (flags & fdflags::dsync) != 0, .sync = (flags & fdflags::sync) != 0};
}

}  // namespace

Errno Process::fd_read(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint32_t nread) {
  return errno_of([&]() -> Io<void> {
    Descriptor& from = *TRY(descriptors_.find(fd));
    if (from.dir()) return sys::failed(Errno::isdir);
    TRY(descriptors_.find(fd, rights::fd_read));
    const auto pieces = TRY(iovecs(call, iovs, iovs_len));
    TRY(check_count(call, nread, pieces));
    size_t got = 0;
    if (pieces.empty()) return call.memory.store(nread, uint32_t{0});
    if (host::File* file = from.file()) {
      got = TRY(file->read(pieces, from.position));
      from.position += got;
    } else {
      got = TRY(read_stream(call, from, pieces));
    }
    return call.memory.store(nread, static_cast<uint32_t>(got));
  }());
}

Errno Process::fd_write(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint32_t nwritten) {
  return errno_of([&]() -> Io<void> {
    Descriptor& to = *TRY(descriptors_.find(fd));
    if (to.dir()) return sys::failed(Errno::isdir);
    TRY(descriptors_.find(fd, rights::fd_write));
    const auto pieces = for_writing(TRY(iovecs(call, iovs, iovs_len)));
    TRY(check_count(call, nwritten, pieces));
    size_t written = 0;
    if (pieces.empty()) return call.memory.store(nwritten, uint32_t{0});
    if (host::File* file = to.file()) {
      written = TRY(file->write(pieces, to.position, mode_of(to.flags), to.position));
    } else {
      written = TRY(write_stream(call, to, pieces));
    }
    return call.memory.store(nwritten, static_cast<uint32_t>(written));
  }());
}

Errno Process::fd_pread(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint64_t offset, uint32_t nread) {
  return errno_of([&]() -> Io<void> {
    host::File* from = TRY(file(fd, rights::fd_read | rights::fd_seek));
    const auto pieces = TRY(iovecs(call, iovs, iovs_len));
    TRY(check_count(call, nread, pieces));
    const size_t got = pieces.empty() ? 0 : TRY(from->read(pieces, offset));
    return call.memory.store(nread, static_cast<uint32_t>(got));
  }());
}

// With the append flag this writes at the offset, as POSIX has it, and not at the end, as Linux does.
Errno Process::fd_pwrite(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint64_t offset, uint32_t nwritten) {
  return errno_of([&]() -> Io<void> {
    host::File* to = TRY(file(fd, rights::fd_write | rights::fd_seek));
    const auto pieces = for_writing(TRY(iovecs(call, iovs, iovs_len)));
    TRY(check_count(call, nwritten, pieces));
    host::WriteMode mode = mode_of((*descriptors_.find(fd))->flags);
    mode.append = false;
    uint64_t end = 0;
    const size_t written = pieces.empty() ? 0 : TRY(to->write(pieces, offset, mode, end));
    return call.memory.store(nwritten, static_cast<uint32_t>(written));
  }());
}

// Entries as they fit; one that doesn't is cut off, so that a full buffer tells the guest that there is more.
Errno Process::fd_readdir(Call& call, uint32_t fd, uint32_t buf, uint32_t buf_len, uint64_t cookie, uint32_t bufused) {
  return errno_of([&]() -> Io<void> {
    constexpr size_t entries_max = 512;
    host::Dir* from = TRY(dir(fd, rights::fd_readdir));
    auto rest = TRY(call.memory.span(buf, buf_len));
    TRY(call.memory.span(bufused, sizeof(uint32_t)));
    const auto put = [&](std::span<const std::byte> bytes) {
      const size_t count = std::min(bytes.size(), rest.size());
      if (count > 0) std::memcpy(rest.data(), bytes.data(), count);
      rest = rest.subspan(count);
    };
    while (!rest.empty()) {
      const auto entries = TRY(from->entries(cookie, std::min(rest.size() / dirent_bytes + 1, entries_max)));
      if (entries.empty()) break;
      for (const host::DirEntry& entry : entries) {
        Record<dirent_bytes> record;
        record.put(0, entry.next).put(8, entry.inode).put(16, static_cast<uint32_t>(entry.name.size()));
        record.put(20, entry.type == sys::FileType::fifo ? sys::FileType::unknown : entry.type);
        put(record.bytes());
        put(std::as_bytes(std::span(entry.name)));
        cookie = entry.next;
      }
    }
    return call.memory.store(bufused, static_cast<uint32_t>(buf_len - rest.size()));
  }());
}

}  // namespace wherry::wasi::p1
