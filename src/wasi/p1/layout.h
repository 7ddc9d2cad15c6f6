// Numbers and layouts of WASI 0.1 (preview 1's witx, and where it differs snapshot 0, `wasi_unstable`).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/sys/errno.h"
#include "base/sys/files.h"

namespace wherry::wasi::p1 {

using sys::Errno;
using sys::Io;
static_assert(uint16_t(Errno::notcapable) == 76 && uint16_t(Errno::inval) == 28 && uint16_t(Errno::badf) == 8);
static_assert(uint8_t(sys::FileType::symbolic_link) == 7);

// The two names under which this interface is imported.
enum class Snapshot : uint8_t { unstable, preview1 };

using Rights = uint64_t;
namespace rights {
constexpr Rights fd_datasync = 1 << 0, fd_read = 1 << 1, fd_seek = 1 << 2, fd_fdstat_set_flags = 1 << 3, fd_sync = 1 << 4,
                 fd_tell = 1 << 5, fd_write = 1 << 6, fd_advise = 1 << 7, fd_allocate = 1 << 8, path_create_directory = 1 << 9,
                 path_create_file = 1 << 10, path_link_source = 1 << 11, path_link_target = 1 << 12, path_open = 1 << 13,
                 fd_readdir = 1 << 14, path_readlink = 1 << 15, path_rename_source = 1 << 16, path_rename_target = 1 << 17,
                 path_filestat_get = 1 << 18, path_filestat_set_size = 1 << 19, path_filestat_set_times = 1 << 20,
                 fd_filestat_get = 1 << 21, fd_filestat_set_size = 1 << 22, fd_filestat_set_times = 1 << 23, path_symlink = 1 << 24,
                 path_remove_directory = 1 << 25, path_unlink_file = 1 << 26, poll_fd_readwrite = 1 << 27, sock_shutdown = 1 << 28,
                 sock_accept = 1 << 29;
// What is possible for each kind.
constexpr Rights of_file = fd_datasync | fd_read | fd_seek | fd_fdstat_set_flags | fd_sync | fd_tell | fd_write | fd_advise | fd_allocate |
                           fd_filestat_get | fd_filestat_set_size | fd_filestat_set_times | poll_fd_readwrite;
constexpr Rights of_dir = fd_fdstat_set_flags | fd_sync | fd_datasync | fd_readdir | fd_filestat_get | fd_filestat_set_times | path_create_directory |
                          path_create_file | path_link_source | path_link_target | path_open | path_readlink | path_rename_source |
                          path_rename_target | path_filestat_get | path_filestat_set_size | path_filestat_set_times | path_symlink |
                          path_remove_directory | path_unlink_file;
constexpr Rights of_input = fd_read | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite;
constexpr Rights of_output = fd_write | fd_fdstat_set_flags | fd_filestat_get | fd_sync | fd_datasync | poll_fd_readwrite;
constexpr Rights of_socket = fd_read | fd_write | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite | sock_shutdown;
constexpr Rights of_listener = fd_read | fd_fdstat_set_flags | fd_filestat_get | poll_fd_readwrite | sock_accept;
}  // namespace rights

namespace fdflags {
constexpr uint16_t append = 1, dsync = 2, nonblock = 4, rsync = 8, sync = 16, all = 31;
}
namespace oflags {
constexpr uint16_t create = 1, directory = 2, exclusive = 4, truncate = 8, all = 15;
}
namespace fstflags {
constexpr uint16_t accessed = 1, accessed_now = 2, modified = 4, modified_now = 8, all = 15;
}
constexpr uint32_t lookup_follow = 1;
namespace riflags {
constexpr uint16_t peek = 1, wait_all = 2, all = 3;
}
constexpr uint16_t roflag_truncated = 1;
namespace sdflags {
constexpr uint8_t receive = 1, send = 2, all = 3;
}
namespace eventtype {
constexpr uint8_t clock = 0, fd_read = 1, fd_write = 2;
}
constexpr uint16_t subclock_absolute = 1;
constexpr uint16_t event_hangup = 1;

constexpr size_t dirent_bytes = 24, fdstat_bytes = 24, prestat_bytes = 8, event_bytes = 32, iovec_bytes = 8;
constexpr size_t filestat_bytes(Snapshot snapshot) { return snapshot == Snapshot::preview1 ? 64 : 56; }
constexpr size_t subscription_bytes(Snapshot snapshot) { return snapshot == Snapshot::preview1 ? 48 : 56; }

// Limits on what a guest asks for in one call; more is an error (inval).
constexpr uint32_t iovecs_max = 1024;
constexpr uint32_t subscriptions_max = 4096;

}  // namespace wherry::wasi::p1
