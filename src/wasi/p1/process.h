// A guest as WASI 0.1 sees it: its arguments, environment and open files, and the calls that it can make on them.
// Nothing is there that the host didn't put into the Context.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/clock.h"
#include "host/files.h"
#include "host/random.h"
#include "host/socket.h"
#include "host/stream.h"
#include "host/wait.h"
#include "runtime/host_func.h"
#include "wasi/p1/descriptors.h"
#include "wasi/p1/guest_memory.h"
#include "wasi/p1/layout.h"

namespace wherry::wasi::p1 {

struct Preopen {
  std::shared_ptr<host::Dir> dir;
  std::string name;  // the guest's
};

// The references must outlive the Process.
struct Context {
  host::Input& in;     // descriptor 0
  host::Output& out;   // 1
  host::Output& err;   // 2
  host::Clock& clock;
  host::Random& random;
  host::Waiter& waiter;
  std::vector<std::string> args;  // the first is the program's name
  std::vector<std::pair<std::string, std::string>> env;
  std::vector<Preopen> preopens;                               // descriptors from 3 on …
  std::vector<std::shared_ptr<host::Listener>> listeners;      // … then these
  size_t descriptors_max = 1024;
};

// One call of a function. What ends the guest instead of returning is put into `trap`.
struct Call {
  runtime::Caller& caller;
  Snapshot snapshot;
  GuestMemory memory;
  abi::Trap trap = abi::Trap::none;
};

class Process {
 public:
  explicit Process(Context context);

  // The functions of functions.def, in its order. Addresses and lengths are the guest's, unchecked.
  Errno args_get(Call& call, uint32_t argv, uint32_t argv_buf);
  Errno args_sizes_get(Call& call, uint32_t count, uint32_t bytes);
  Errno environ_get(Call& call, uint32_t environ, uint32_t environ_buf);
  Errno environ_sizes_get(Call& call, uint32_t count, uint32_t bytes);
  Errno clock_res_get(Call& call, uint32_t id, uint32_t resolution);
  Errno clock_time_get(Call& call, uint32_t id, uint64_t precision, uint32_t time);
  Errno fd_advise(Call& call, uint32_t fd, uint64_t offset, uint64_t len, uint32_t advice);
  Errno fd_allocate(Call& call, uint32_t fd, uint64_t offset, uint64_t len);
  Errno fd_close(Call& call, uint32_t fd);
  Errno fd_datasync(Call& call, uint32_t fd);
  Errno fd_fdstat_get(Call& call, uint32_t fd, uint32_t stat);
  Errno fd_fdstat_set_flags(Call& call, uint32_t fd, uint32_t flags);
  Errno fd_fdstat_set_rights(Call& call, uint32_t fd, uint64_t base, uint64_t inheriting);
  Errno fd_filestat_get(Call& call, uint32_t fd, uint32_t stat);
  Errno fd_filestat_set_size(Call& call, uint32_t fd, uint64_t size);
  Errno fd_filestat_set_times(Call& call, uint32_t fd, uint64_t atim, uint64_t mtim, uint32_t flags);
  Errno fd_pread(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint64_t offset, uint32_t nread);
  Errno fd_prestat_get(Call& call, uint32_t fd, uint32_t prestat);
  Errno fd_prestat_dir_name(Call& call, uint32_t fd, uint32_t path, uint32_t path_len);
  Errno fd_pwrite(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint64_t offset, uint32_t nwritten);
  Errno fd_read(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint32_t nread);
  Errno fd_readdir(Call& call, uint32_t fd, uint32_t buf, uint32_t buf_len, uint64_t cookie, uint32_t bufused);
  Errno fd_renumber(Call& call, uint32_t fd, uint32_t to);
  Errno fd_seek(Call& call, uint32_t fd, int64_t offset, uint32_t whence, uint32_t newoffset);
  Errno fd_sync(Call& call, uint32_t fd);
  Errno fd_tell(Call& call, uint32_t fd, uint32_t offset);
  Errno fd_write(Call& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len, uint32_t nwritten);
  Errno path_create_directory(Call& call, uint32_t fd, uint32_t path, uint32_t path_len);
  Errno path_filestat_get(Call& call, uint32_t fd, uint32_t flags, uint32_t path, uint32_t path_len, uint32_t stat);
  Errno path_filestat_set_times(Call& call, uint32_t fd, uint32_t flags, uint32_t path, uint32_t path_len, uint64_t atim, uint64_t mtim,
                                uint32_t fst_flags);
  Errno path_link(Call& call, uint32_t old_fd, uint32_t old_flags, uint32_t old_path, uint32_t old_path_len, uint32_t new_fd, uint32_t new_path,
                  uint32_t new_path_len);
  Errno path_open(Call& call, uint32_t fd, uint32_t dirflags, uint32_t path, uint32_t path_len, uint32_t oflags, uint64_t rights_base,
                  uint64_t rights_inheriting, uint32_t fdflags, uint32_t opened_fd);
  Errno path_readlink(Call& call, uint32_t fd, uint32_t path, uint32_t path_len, uint32_t buf, uint32_t buf_len, uint32_t bufused);
  Errno path_remove_directory(Call& call, uint32_t fd, uint32_t path, uint32_t path_len);
  Errno path_rename(Call& call, uint32_t old_fd, uint32_t old_path, uint32_t old_path_len, uint32_t new_fd, uint32_t new_path, uint32_t new_path_len);
  Errno path_symlink(Call& call, uint32_t old_path, uint32_t old_path_len, uint32_t fd, uint32_t new_path, uint32_t new_path_len);
  Errno path_unlink_file(Call& call, uint32_t fd, uint32_t path, uint32_t path_len);
  Errno poll_oneoff(Call& call, uint32_t in, uint32_t out, uint32_t nsubscriptions, uint32_t nevents);
  void proc_exit(Call& call, uint32_t code);
  Errno proc_raise(Call& call, uint32_t signal);
  Errno sched_yield(Call& call);
  Errno random_get(Call& call, uint32_t buf, uint32_t buf_len);
  Errno sock_accept(Call& call, uint32_t fd, uint32_t flags, uint32_t accepted_fd);
  Errno sock_recv(Call& call, uint32_t fd, uint32_t ri_data, uint32_t ri_data_len, uint32_t ri_flags, uint32_t ro_datalen, uint32_t ro_flags);
  Errno sock_send(Call& call, uint32_t fd, uint32_t si_data, uint32_t si_data_len, uint32_t si_flags, uint32_t so_datalen);
  Errno sock_shutdown(Call& call, uint32_t fd, uint32_t how);

 private:
  // Waits until one of the interests is ready or the deadline passes; interrupted guests end (call.trap) with Errno::intr.
  Io<void> wait(Call& call, std::span<host::FdInterest> interests, sys::Instant deadline);
  Io<void> wait_for(Call& call, const Descriptor& descriptor, bool for_writing);

  Io<size_t> read_stream(Call& call, Descriptor& from, host::Pieces into);
  Io<size_t> write_stream(Call& call, Descriptor& to, host::ConstPieces pieces);
  Io<size_t> write_output(Call& call, host::Output& out, const Descriptor& to, std::span<const std::byte> bytes);
  Io<size_t> receive(Call& call, Descriptor& from, host::Pieces into, uint16_t flags);
  Io<size_t> send(Call& call, Descriptor& to, host::ConstPieces pieces);

  Io<host::File*> file(uint32_t fd, Rights needed);
  Io<host::Dir*> dir(uint32_t fd, Rights needed);
  // A copy: threads of the guest may write where it lies.
  Io<std::string> path(const Call& call, uint32_t address, uint32_t length);
  Io<uint32_t> open(const Call& call, uint32_t fd, uint32_t dirflags, std::string_view name, uint32_t oflags, Rights base, Rights inheriting,
                    uint32_t fdflags);

  Context context_;
  std::vector<std::string> env_;  // "K=V"
  DescriptorTable descriptors_;
};

}  // namespace wherry::wasi::p1
