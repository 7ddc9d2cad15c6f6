#include "wasi/p1/descriptors.h"

#include <algorithm>

namespace wherry::wasi::p1 {

sys::FileType Descriptor::type() const {
  const auto of_stream = [](bool terminal) { return terminal ? sys::FileType::character_device : sys::FileType::unknown; };
  if (dir()) return sys::FileType::directory;
  if (socket() || listener()) return sys::FileType::socket_stream;
  if (const auto* in = input()) return of_stream(in->is_terminal());
  if (const auto* out = output()) return of_stream(out->is_terminal());
  const auto stat = file()->stat();
  return stat ? stat->type : sys::FileType::unknown;
}

int Descriptor::wait_fd() const {
  if (const auto* in = input()) return in->wait_fd();
  if (const auto* out = output()) return out->wait_fd();
  if (const auto* peer = socket()) return peer->wait_fd();
  if (const auto* door = listener()) return door->wait_fd();
  return -1;
}

Io<uint32_t> DescriptorTable::add(Descriptor descriptor) {
  if (is_full()) return sys::failed(Errno::mfile);
  const auto free = std::find(slots_.begin(), slots_.end(), nullptr);
  const auto fd = static_cast<uint32_t>(free - slots_.begin());
  if (free == slots_.end()) slots_.emplace_back();
  slots_[fd] = std::make_unique<Descriptor>(std::move(descriptor));
  ++used_;
  return fd;
}

Io<Descriptor*> DescriptorTable::find(uint32_t fd) {
  if (fd >= slots_.size() || !slots_[fd]) return sys::failed(Errno::badf);
  return slots_[fd].get();
}

Io<Descriptor*> DescriptorTable::find(uint32_t fd, Rights needed) {
  Descriptor* found = TRY(find(fd));
  const Rights missing = needed & ~found->base;
  if (missing == 0) return found;
  return sys::failed(missing & (rights::fd_read | rights::fd_write) ? Errno::badf : Errno::notcapable);
}

Io<void> DescriptorTable::close(uint32_t fd) {
  TRY(find(fd));
  slots_[fd].reset();
  --used_;
  return {};
}

Io<void> DescriptorTable::renumber(uint32_t from, uint32_t to) {
  TRY(find(from));
  TRY(find(to));
  if (from == to) return {};
  slots_[to] = std::move(slots_[from]);
  --used_;
  return {};
}

}  // namespace wherry::wasi::p1
