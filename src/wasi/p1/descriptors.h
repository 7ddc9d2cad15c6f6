// What a guest's file descriptors stand for, and the table of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "host/files.h"
#include "host/socket.h"
#include "host/stream.h"
#include "wasi/p1/layout.h"

namespace wherry::wasi::p1 {

struct Descriptor {
  using Thing = std::variant<host::Input*, host::Output*, std::unique_ptr<host::File>, std::shared_ptr<host::Dir>,
                             std::unique_ptr<host::Socket>, std::shared_ptr<host::Listener>>;
  Thing thing;
  Rights base = 0, inheriting = 0;
  uint16_t flags = 0;
  uint64_t position = 0;               // files
  std::optional<std::string> preopen;  // folders that the host opened: the guest's name for it

  sys::FileType type() const;
  bool nonblocking() const { return flags & fdflags::nonblock; }
  host::File* file() const { return get<std::unique_ptr<host::File>>(); }
  host::Dir* dir() const { return get<std::shared_ptr<host::Dir>>(); }
  host::Socket* socket() const { return get<std::unique_ptr<host::Socket>>(); }
  host::Listener* listener() const { return get<std::shared_ptr<host::Listener>>(); }
  host::Input* input() const { return pointer<host::Input*>(); }
  host::Output* output() const { return pointer<host::Output*>(); }
  bool is_stream() const { return !file() && !dir(); }
  int wait_fd() const;  // -1: never waits

 private:
  template <typename T>
  typename T::element_type* get() const {
    const T* held = std::get_if<T>(&thing);
    return held ? held->get() : nullptr;
  }
  template <typename T>
  T pointer() const {
    const T* held = std::get_if<T>(&thing);
    return held ? *held : nullptr;
  }
};

class DescriptorTable {
 public:
  explicit DescriptorTable(size_t count_max) : count_max_(count_max) {}

  bool is_full() const { return used_ >= count_max_; }
  Io<uint32_t> add(Descriptor descriptor);                // the lowest free number; mfile
  Io<Descriptor*> find(uint32_t fd);                      // badf
  Io<Descriptor*> find(uint32_t fd, Rights needed);       // badf, notcapable (badf for reading and writing)
  Io<void> close(uint32_t fd);
  Io<void> renumber(uint32_t from, uint32_t to);          // both must be open; `to` is closed

 private:
  size_t count_max_;
  size_t used_ = 0;
  std::vector<std::unique_ptr<Descriptor>> slots_;
};

}  // namespace wherry::wasi::p1
