// wasi:filesystem over host::Dir and host::File.
#include <algorithm>

#include "wasi/p2/interfaces.h"
#include "wasi/p2/io.h"
#include "wasi/p2/time.h"
#include "wasi/p2/versions.h"

namespace wherry::wasi::p2 {

// In the order of the interface's error-code.
enum class FileError : uint8_t {
  access, would_block, already, bad_descriptor, busy, deadlock, quota, exist, file_too_large, illegal_byte_sequence,
  in_progress, interrupted, invalid, io, is_directory, loop, too_many_links, message_size, name_too_long, no_device,
  no_entry, no_lock, insufficient_memory, insufficient_space, not_directory, not_empty, not_recoverable, unsupported,
  no_tty, no_such_device, overflow, not_permitted, pipe, read_only, invalid_seek, text_file_busy, cross_device,
};
enum class DescriptorType : uint8_t { unknown, block_device, character_device, directory, fifo, symbolic_link, regular_file, socket };
enum class FileAdvice : uint8_t { normal, sequential, random, will_need, dont_need, no_reuse };
enum class DescriptorFlags : uint8_t { none = 0, read = 1, write = 2, file_integrity_sync = 4, data_integrity_sync = 8, requested_write_sync = 16, mutate_directory = 32 };
enum class PathFlags : uint8_t { none = 0, symlink_follow = 1 };
enum class OpenHow : uint8_t { none = 0, create = 1, directory = 2, exclusive = 4, truncate = 8 };
template <typename E>
constexpr bool has(E set, E flag) { return (uint8_t(set) & uint8_t(flag)) != 0; }

struct NewTimestamp {
  using variant = std::variant<None, None, Datetime>;
  variant value;
};
struct DescriptorStat {
  DescriptorType type;
  uint64_t links = 0, size = 0;
  std::optional<Datetime> accessed, modified, changed;
};
struct MetadataHash {
  uint64_t lower = 0, upper = 0;
};
struct DirectoryEntry {
  DescriptorType type;
  std::string name;
};

}  // namespace wherry::wasi::p2

namespace wherry::runtime::component {
template <>
struct Shape<wasi::p2::FileError> {
  static constexpr Form form = Form::enum_;
  static constexpr std::string_view names[] = {
      "access", "would-block", "already", "bad-descriptor", "busy", "deadlock", "quota", "exist", "file-too-large",
      "illegal-byte-sequence", "in-progress", "interrupted", "invalid", "io", "is-directory", "loop", "too-many-links",
      "message-size", "name-too-long", "no-device", "no-entry", "no-lock", "insufficient-memory", "insufficient-space",
      "not-directory", "not-empty", "not-recoverable", "unsupported", "no-tty", "no-such-device", "overflow",
      "not-permitted", "pipe", "read-only", "invalid-seek", "text-file-busy", "cross-device"};
};
template <>
struct Shape<wasi::p2::DescriptorType> {
  static constexpr Form form = Form::enum_;
  static constexpr std::string_view names[] = {"unknown", "block-device", "character-device", "directory", "fifo", "symbolic-link", "regular-file", "socket"};
};
template <>
struct Shape<wasi::p2::FileAdvice> {
  static constexpr Form form = Form::enum_;
  static constexpr std::string_view names[] = {"normal", "sequential", "random", "will-need", "dont-need", "no-reuse"};
};
template <>
struct Shape<wasi::p2::DescriptorFlags> {
  static constexpr Form form = Form::flags;
  static constexpr std::string_view names[] = {"read", "write", "file-integrity-sync", "data-integrity-sync", "requested-write-sync", "mutate-directory"};
};
template <>
struct Shape<wasi::p2::PathFlags> {
  static constexpr Form form = Form::flags;
  static constexpr std::string_view names[] = {"symlink-follow"};
};
template <>
struct Shape<wasi::p2::OpenHow> {
  static constexpr Form form = Form::flags;
  static constexpr std::string_view names[] = {"create", "directory", "exclusive", "truncate"};
};
template <>
struct Shape<wasi::p2::NewTimestamp> {
  static constexpr Form form = Form::variant;
  static constexpr std::string_view names[] = {"no-change", "now", "timestamp"};
};
template <>
struct Shape<wasi::p2::DescriptorStat> {
  using T = wasi::p2::DescriptorStat;
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&T::type, &T::links, &T::size, &T::accessed, &T::modified, &T::changed};
  static constexpr std::string_view names[] = {"type", "link-count", "size", "data-access-timestamp", "data-modification-timestamp", "status-change-timestamp"};
};
template <>
struct Shape<wasi::p2::MetadataHash> {
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&wasi::p2::MetadataHash::lower, &wasi::p2::MetadataHash::upper};
  static constexpr std::string_view names[] = {"lower", "upper"};
};
template <>
struct Shape<wasi::p2::DirectoryEntry> {
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&wasi::p2::DirectoryEntry::type, &wasi::p2::DirectoryEntry::name};
  static constexpr std::string_view names[] = {"type", "name"};
};
}  // namespace wherry::runtime::component

namespace wherry::wasi::p2 {
namespace {

using rc::row;
using host::Errno;
template <typename T>
using FileResult = std::expected<T, FileError>;

FileError error_of(Errno number) {
  switch (number) {
#define SAME(name) \
  case Errno::name: return FileError::name;
    SAME(loop) SAME(io) SAME(pipe) SAME(overflow) SAME(exist)
#undef SAME
    case Errno::acces: return FileError::access;
    case Errno::again: return FileError::would_block;
    case Errno::badf: return FileError::bad_descriptor;
    case Errno::busy: return FileError::busy;
    case Errno::fbig: return FileError::file_too_large;
    case Errno::ilseq: return FileError::illegal_byte_sequence;
    case Errno::intr: return FileError::interrupted;
    case Errno::inval: return FileError::invalid;
    case Errno::isdir: return FileError::is_directory;
    case Errno::mlink: return FileError::too_many_links;
    case Errno::nametoolong: return FileError::name_too_long;
    case Errno::noent: return FileError::no_entry;
    case Errno::nomem: return FileError::insufficient_memory;
    case Errno::nospc: return FileError::insufficient_space;
    case Errno::notdir: return FileError::not_directory;
    case Errno::notempty: return FileError::not_empty;
    case Errno::notsup: return FileError::unsupported;
    case Errno::perm: return FileError::not_permitted;
    case Errno::notcapable: return FileError::not_permitted;
    case Errno::rofs: return FileError::read_only;
    case Errno::spipe: return FileError::invalid_seek;
    case Errno::xdev: return FileError::cross_device;
    default: return FileError::io;
  }
}

DescriptorType type_of(host::FileType type) {
  switch (type) {
    case host::FileType::block_device: return DescriptorType::block_device;
    case host::FileType::character_device: return DescriptorType::character_device;
    case host::FileType::directory: return DescriptorType::directory;
    case host::FileType::regular_file: return DescriptorType::regular_file;
    case host::FileType::symbolic_link: return DescriptorType::symbolic_link;
    case host::FileType::fifo: return DescriptorType::fifo;
    case host::FileType::socket_dgram: case host::FileType::socket_stream: return DescriptorType::socket;
    default: return DescriptorType::unknown;
  }
}

// Runs `call` where it may block.
template <typename Call>
auto blocking(Context& context, Call call) -> FileResult<typename decltype(call())::value_type> {
  std::optional<decltype(call())> result;
  context.run([&] { result.emplace(call()); });
  if (!*result) return std::unexpected(error_of(result->error()));
  if constexpr (std::is_void_v<typename decltype(call())::value_type>) return {};
  else return std::move(**result);
}

struct Descriptor : rc::Resource {
  static const rc::ResourceKind kind;
  std::shared_ptr<host::File> file;  // one of the two
  std::shared_ptr<host::Dir> dir;
  DescriptorFlags flags = DescriptorFlags::none;
};
constinit const rc::ResourceKind Descriptor::kind = rc::kind_of<Descriptor>("descriptor");

struct EntryStream : rc::Resource {
  explicit EntryStream(std::shared_ptr<host::Dir> dir) : dir(std::move(dir)) {}
  static const rc::ResourceKind kind;
  std::shared_ptr<host::Dir> dir;
  uint64_t cookie = 0;
  std::vector<host::DirEntry> page;
  size_t at = 0;
};
constinit const rc::ResourceKind EntryStream::kind = rc::kind_of<EntryStream>("directory-entry-stream");

class FileInputStream final : public InputStream {
 public:
  FileInputStream(std::shared_ptr<host::File> file, uint64_t offset) : file_(std::move(file)), offset_(offset) {}
  StreamResult<Bytes> read(Context& context, uint64_t count, bool) override {
    if (count == 0) return Bytes();
    Bytes bytes(size_t(std::min<uint64_t>(count, context.read_bytes_max)));
    std::span<std::byte> piece = std::as_writable_bytes(std::span(bytes));
    const auto got = blocking(context, [&] { return file_->read({&piece, 1}, offset_); });
    if (!got) return std::unexpected(StreamError::failed(std::string(rc::Shape<FileError>::names[size_t(got.error())])));
    if (*got == 0) return std::unexpected(StreamError::closed());
    offset_ += *got;
    bytes.resize(*got);
    return bytes;
  }

 private:
  std::shared_ptr<host::File> file_;
  uint64_t offset_;
};

FileResult<void> write_all(Context& context, host::File& file, ByteView bytes, uint64_t& offset, host::WriteMode mode) {
  while (!bytes.empty()) {
    std::span<const std::byte> piece = std::as_bytes(bytes);
    uint64_t end = offset;
    const auto wrote = blocking(context, [&] { return file.write({&piece, 1}, offset, mode, end); });
    if (!wrote) return std::unexpected(wrote.error());
    offset = end;
    bytes = bytes.subspan(*wrote);
  }
  return {};
}

class FileOutputStream final : public OutputStream {
 public:
  FileOutputStream(std::shared_ptr<host::File> file, uint64_t offset, bool appends) : file_(std::move(file)), offset_(offset), appends_(appends) {}
  StreamResult<void> write(Context& context, ByteView bytes) override {
    const auto wrote = write_all(context, *file_, bytes, offset_, host::WriteMode{.append = appends_});
    if (!wrote) return std::unexpected(StreamError::failed(std::string(rc::Shape<FileError>::names[size_t(wrote.error())])));
    return {};
  }

 private:
  std::shared_ptr<host::File> file_;
  uint64_t offset_;
  bool appends_;
};

host::SetTime set_time(const NewTimestamp& time) {
  using Kind = host::SetTime::Kind;
  if (time.value.index() == 0) return {Kind::keep};
  if (time.value.index() == 1) return {Kind::now};
  const Datetime& at = std::get<2>(time.value);
  return {Kind::at, int64_t(std::min<uint64_t>(at.seconds, INT64_MAX / 1'000'000'000 - 1)) * 1'000'000'000 + at.nanoseconds};
}

DescriptorStat stat_of(const host::FileStat& stat) {
  return {type_of(stat.type), stat.links, stat.size, datetime(stat.accessed_ns), datetime(stat.modified_ns), datetime(stat.changed_ns)};
}

#define FILE_OF(descriptor) \
  if (!(descriptor).file) return std::unexpected((descriptor).dir ? FileError::is_directory : FileError::bad_descriptor)
#define DIR_OF(descriptor) \
  if (!(descriptor).dir) return std::unexpected(FileError::not_directory)
#define MAY(descriptor, flag) \
  if (!has((descriptor).flags, DescriptorFlags::flag)) return std::unexpected(DescriptorFlags::flag == DescriptorFlags::mutate_directory ? FileError::read_only : FileError::bad_descriptor)

FileResult<std::unique_ptr<InputStream>> read_via_stream(Context&, Descriptor& self, uint64_t offset) {
  FILE_OF(self);
  MAY(self, read);
  return std::make_unique<FileInputStream>(self.file, offset);
}
FileResult<std::unique_ptr<OutputStream>> write_via_stream(Context&, Descriptor& self, uint64_t offset) {
  FILE_OF(self);
  MAY(self, write);
  return std::make_unique<FileOutputStream>(self.file, offset, false);
}
FileResult<std::unique_ptr<OutputStream>> append_via_stream(Context&, Descriptor& self) {
  FILE_OF(self);
  MAY(self, write);
  return std::make_unique<FileOutputStream>(self.file, 0, true);
}
FileResult<void> advise(Context& context, Descriptor& self, uint64_t offset, uint64_t length, FileAdvice advice) {
  FILE_OF(self);
  return blocking(context, [&] { return self.file->advise(offset, length, host::Advice(advice)); });
}
FileResult<void> sync(Context& context, Descriptor& self) {
  return blocking(context, [&] { return self.file ? self.file->sync(false) : self.dir->sync(false); });
}
FileResult<void> sync_data(Context& context, Descriptor& self) {
  return blocking(context, [&] { return self.file ? self.file->sync(true) : self.dir->sync(true); });
}
FileResult<DescriptorFlags> get_flags(Context&, Descriptor& self) { return self.flags; }
FileResult<DescriptorType> get_type(Context& context, Descriptor& self) {
  if (self.dir) return DescriptorType::directory;
  const auto stat = blocking(context, [&] { return self.file->stat(); });
  if (!stat) return std::unexpected(stat.error());
  return type_of(stat->type);
}
FileResult<void> set_size(Context& context, Descriptor& self, uint64_t size) {
  FILE_OF(self);
  MAY(self, write);
  return blocking(context, [&] { return self.file->set_size(size); });
}
FileResult<void> set_times(Context& context, Descriptor& self, NewTimestamp accessed, NewTimestamp modified) {
  return blocking(context, [&] {
    return self.file ? self.file->set_times(set_time(accessed), set_time(modified)) : self.dir->set_times(set_time(accessed), set_time(modified));
  });
}
FileResult<std::tuple<Bytes, bool>> read(Context& context, Descriptor& self, uint64_t length, uint64_t offset) {
  FILE_OF(self);
  MAY(self, read);
  Bytes bytes(size_t(std::min<uint64_t>(length, context.read_bytes_max)));
  std::span<std::byte> piece = std::as_writable_bytes(std::span(bytes));
  const auto got = blocking(context, [&] { return self.file->read({&piece, 1}, offset); });
  if (!got) return std::unexpected(got.error());
  bytes.resize(*got);
  return std::tuple(std::move(bytes), *got == 0 && length > 0);
}
FileResult<uint64_t> write(Context& context, Descriptor& self, ByteView bytes, uint64_t offset) {
  FILE_OF(self);
  MAY(self, write);
  if (auto wrote = write_all(context, *self.file, bytes, offset, host::WriteMode{}); !wrote) return std::unexpected(wrote.error());
  return uint64_t(bytes.size());
}
FileResult<std::unique_ptr<EntryStream>> read_directory(Context&, Descriptor& self) {
  DIR_OF(self);
  return std::make_unique<EntryStream>(self.dir);
}
FileResult<void> create_directory_at(Context& context, Descriptor& self, std::string path) {
  DIR_OF(self);
  MAY(self, mutate_directory);
  return blocking(context, [&] { return self.dir->create_directory_at(path); });
}
FileResult<DescriptorStat> stat(Context& context, Descriptor& self) {
  const auto stat = blocking(context, [&] { return self.file ? self.file->stat() : self.dir->stat(); });
  if (!stat) return std::unexpected(stat.error());
  return stat_of(*stat);
}
FileResult<DescriptorStat> stat_at(Context& context, Descriptor& self, PathFlags flags, std::string path) {
  DIR_OF(self);
  const auto stat = blocking(context, [&] { return self.dir->stat_at(path, has(flags, PathFlags::symlink_follow)); });
  if (!stat) return std::unexpected(stat.error());
  return stat_of(*stat);
}
FileResult<void> set_times_at(Context& context, Descriptor& self, PathFlags flags, std::string path, NewTimestamp accessed, NewTimestamp modified) {
  DIR_OF(self);
  MAY(self, mutate_directory);
  return blocking(context, [&] { return self.dir->set_times_at(path, has(flags, PathFlags::symlink_follow), set_time(accessed), set_time(modified)); });
}
FileResult<void> link_at(Context& context, Descriptor& self, PathFlags flags, std::string old_path, Descriptor& to, std::string new_path) {
  DIR_OF(self);
  DIR_OF(to);
  MAY(self, mutate_directory);
  MAY(to, mutate_directory);
  if (has(flags, PathFlags::symlink_follow)) return std::unexpected(FileError::invalid);
  return blocking(context, [&] { return self.dir->link_at(old_path, *to.dir, new_path); });
}

FileResult<std::unique_ptr<Descriptor>> open_at(Context& context, Descriptor& self, PathFlags path_flags, std::string path, OpenHow how, DescriptorFlags flags) {
  DIR_OF(self);
  host::OpenFlags open{.read = has(flags, DescriptorFlags::read), .write = has(flags, DescriptorFlags::write)};
  open.create = has(how, OpenHow::create);
  open.exclusive = has(how, OpenHow::exclusive);
  open.truncate = has(how, OpenHow::truncate);
  open.directory = has(how, OpenHow::directory);
  open.follow = has(path_flags, PathFlags::symlink_follow);
  const bool changes = open.write || open.create || open.truncate || has(flags, DescriptorFlags::mutate_directory);
  if (changes && !has(self.flags, DescriptorFlags::mutate_directory)) return std::unexpected(FileError::read_only);
  if (!open.read && !open.write) open.read = true;
  auto opened = blocking(context, [&] { return self.dir->open_at(path, open); });
  if (!opened) return std::unexpected(opened.error());
  auto made = std::make_unique<Descriptor>();
  made->file = std::move(opened->file);
  made->dir = std::move(opened->dir);
  made->flags = flags;
  return made;
}

FileResult<std::string> readlink_at(Context& context, Descriptor& self, std::string path) {
  DIR_OF(self);
  return blocking(context, [&] { return self.dir->readlink_at(path); });
}
FileResult<void> remove_directory_at(Context& context, Descriptor& self, std::string path) {
  DIR_OF(self);
  MAY(self, mutate_directory);
  return blocking(context, [&] { return self.dir->remove_directory_at(path); });
}
FileResult<void> rename_at(Context& context, Descriptor& self, std::string old_path, Descriptor& to, std::string new_path) {
  DIR_OF(self);
  DIR_OF(to);
  MAY(self, mutate_directory);
  MAY(to, mutate_directory);
  return blocking(context, [&] { return self.dir->rename_at(old_path, *to.dir, new_path); });
}
FileResult<void> symlink_at(Context& context, Descriptor& self, std::string target, std::string path) {
  DIR_OF(self);
  MAY(self, mutate_directory);
  return blocking(context, [&] { return self.dir->symlink_at(target, path); });
}
FileResult<void> unlink_file_at(Context& context, Descriptor& self, std::string path) {
  DIR_OF(self);
  MAY(self, mutate_directory);
  return blocking(context, [&] { return self.dir->unlink_at(path); });
}

FileResult<host::FileStat> host_stat(Context& context, Descriptor& self) {
  return blocking(context, [&] { return self.file ? self.file->stat() : self.dir->stat(); });
}
bool is_same_object(Context& context, Descriptor& self, Descriptor& other) {
  const auto a = host_stat(context, self), b = host_stat(context, other);
  return a && b && a->device == b->device && a->inode == b->inode;
}
MetadataHash hash_of(const host::FileStat& stat) {
  return {stat.inode * 0x9E3779B97F4A7C15 ^ stat.size, (stat.device + 1) * 0xC2B2AE3D27D4EB4F ^ uint64_t(stat.modified_ns)};
}
FileResult<MetadataHash> metadata_hash(Context& context, Descriptor& self) {
  const auto stat = host_stat(context, self);
  if (!stat) return std::unexpected(stat.error());
  return hash_of(*stat);
}
FileResult<MetadataHash> metadata_hash_at(Context& context, Descriptor& self, PathFlags flags, std::string path) {
  DIR_OF(self);
  const auto stat = blocking(context, [&] { return self.dir->stat_at(path, has(flags, PathFlags::symlink_follow)); });
  if (!stat) return std::unexpected(stat.error());
  return hash_of(*stat);
}

FileResult<std::optional<DirectoryEntry>> read_directory_entry(Context& context, EntryStream& stream) {
  for (;;) {
    if (stream.at == stream.page.size()) {
      auto page = blocking(context, [&] { return stream.dir->entries(stream.cookie, 128); });
      if (!page) return std::unexpected(page.error());
      if (page->empty()) return std::nullopt;
      stream.page = std::move(*page);
      stream.at = 0;
    }
    const host::DirEntry& entry = stream.page[stream.at++];
    stream.cookie = entry.next;
    if (entry.name != "." && entry.name != "..") return DirectoryEntry{type_of(entry.type), entry.name};
  }
}

std::optional<FileError> filesystem_error_code(Context&, IoError& error) {
  for (size_t i = 0; i < std::size(rc::Shape<FileError>::names); ++i)
    if (error.text == rc::Shape<FileError>::names[i]) return FileError(i);
  return std::nullopt;
}

using Preopened = std::tuple<std::unique_ptr<Descriptor>, std::string>;
std::vector<Preopened> get_directories(Context& context) {
  std::vector<Preopened> list;
  for (const Preopen& preopen : context.preopens) {
    auto descriptor = std::make_unique<Descriptor>();
    descriptor->dir = preopen.dir;
    descriptor->flags = preopen.dir->read_only() ? DescriptorFlags::read : DescriptorFlags(uint8_t(DescriptorFlags::read) | uint8_t(DescriptorFlags::mutate_directory));
    list.emplace_back(std::move(descriptor), preopen.path);
  }
  return list;
}

constexpr rc::HostFunction functions[] = {
    row<&read_via_stream>("[method]descriptor.read-via-stream"),
    row<&write_via_stream>("[method]descriptor.write-via-stream"),
    row<&append_via_stream>("[method]descriptor.append-via-stream"),
    row<&advise>("[method]descriptor.advise"),
    row<&sync_data>("[method]descriptor.sync-data"),
    row<&get_flags>("[method]descriptor.get-flags"),
    row<&get_type>("[method]descriptor.get-type"),
    row<&set_size>("[method]descriptor.set-size"),
    row<&set_times>("[method]descriptor.set-times"),
    row<&read>("[method]descriptor.read"),
    row<&write>("[method]descriptor.write"),
    row<&read_directory>("[method]descriptor.read-directory"),
    row<&sync>("[method]descriptor.sync"),
    row<&create_directory_at>("[method]descriptor.create-directory-at"),
    row<&stat>("[method]descriptor.stat"),
    row<&stat_at>("[method]descriptor.stat-at"),
    row<&set_times_at>("[method]descriptor.set-times-at"),
    row<&link_at>("[method]descriptor.link-at"),
    row<&open_at>("[method]descriptor.open-at"),
    row<&readlink_at>("[method]descriptor.readlink-at"),
    row<&remove_directory_at>("[method]descriptor.remove-directory-at"),
    row<&rename_at>("[method]descriptor.rename-at"),
    row<&symlink_at>("[method]descriptor.symlink-at"),
    row<&unlink_file_at>("[method]descriptor.unlink-file-at"),
    row<&is_same_object>("[method]descriptor.is-same-object"),
    row<&metadata_hash>("[method]descriptor.metadata-hash"),
    row<&metadata_hash_at>("[method]descriptor.metadata-hash-at"),
    row<&read_directory_entry>("[method]directory-entry-stream.read-directory-entry"),
    row<&filesystem_error_code>("filesystem-error-code"),
};
constexpr const rc::ResourceKind* resources[] = {&Descriptor::kind, &EntryStream::kind};
constexpr rc::HostFunction preopen_functions[] = {row<&get_directories>("get-directories")};

}  // namespace

const rc::HostInterface filesystem_types_interface{"wasi:filesystem/types", oldest, newest, functions, resources};
const rc::HostInterface preopens_interface{"wasi:filesystem/preopens", oldest, newest, preopen_functions, {}};

}  // namespace wherry::wasi::p2
