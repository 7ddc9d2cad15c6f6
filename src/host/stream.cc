#include "host/stream.h"

#include <algorithm>
#include <cstring>

#include "base/sys/files.h"

namespace wherry::host {

Io<size_t> FdInput::read(std::span<std::byte> into) { return sys::stream_read(fd_, into); }
bool FdInput::is_terminal() const { return sys::is_terminal(fd_); }

FdOutput::FdOutput(int fd) : fd_(fd), write_max_(sys::stream_write_max(fd)) {}
Io<size_t> FdOutput::write(std::span<const std::byte> bytes) { return sys::stream_write(fd_, bytes); }
bool FdOutput::is_terminal() const { return sys::is_terminal(fd_); }

Io<size_t> TextInput::read(std::span<std::byte> into) {
  const size_t count = std::min(into.size(), text_.size() - at_);
  if (count > 0) std::memcpy(into.data(), text_.data() + at_, count);
  at_ += count;
  return count;
}

Io<size_t> TextOutput::write(std::span<const std::byte> bytes) {
  const size_t count = std::min(bytes.size(), bytes_max_ - text_.size());
  if (count == 0 && !bytes.empty()) return sys::failed(Errno::nospc);
  text_.append(reinterpret_cast<const char*>(bytes.data()), count);
  return count;
}

}  // namespace wherry::host
