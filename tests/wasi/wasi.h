// WASI 0.1 as it is imported, without a C library between, and a way to check what it says.
// Each program ends with 0 when all is as expected, else with 1 after saying what wasn't.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint32_t u32;
typedef uint64_t u64;
#define IMPORT(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) int w_##name
IMPORT(args_get)(void *, void *);
IMPORT(args_sizes_get)(void *, void *);
IMPORT(environ_get)(void *, void *);
IMPORT(environ_sizes_get)(void *, void *);
IMPORT(clock_res_get)(u32, void *);
IMPORT(clock_time_get)(u32, u64, void *);
IMPORT(fd_advise)(u32, u64, u64, u32);
IMPORT(fd_allocate)(u32, u64, u64);
IMPORT(fd_close)(u32);
IMPORT(fd_datasync)(u32);
IMPORT(fd_fdstat_get)(u32, void *);
IMPORT(fd_fdstat_set_flags)(u32, u32);
IMPORT(fd_fdstat_set_rights)(u32, u64, u64);
IMPORT(fd_filestat_get)(u32, void *);
IMPORT(fd_filestat_set_size)(u32, u64);
IMPORT(fd_filestat_set_times)(u32, u64, u64, u32);
IMPORT(fd_pread)(u32, const void *, u32, u64, void *);
IMPORT(fd_prestat_get)(u32, void *);
IMPORT(fd_prestat_dir_name)(u32, void *, u32);
IMPORT(fd_pwrite)(u32, const void *, u32, u64, void *);
IMPORT(fd_read)(u32, const void *, u32, void *);
IMPORT(fd_readdir)(u32, void *, u32, u64, void *);
IMPORT(fd_renumber)(u32, u32);
IMPORT(fd_seek)(u32, int64_t, u32, void *);
IMPORT(fd_sync)(u32);
IMPORT(fd_tell)(u32, void *);
IMPORT(fd_write)(u32, const void *, u32, void *);
IMPORT(path_create_directory)(u32, const char *, u32);
IMPORT(path_filestat_get)(u32, u32, const char *, u32, void *);
IMPORT(path_filestat_set_times)(u32, u32, const char *, u32, u64, u64, u32);
IMPORT(path_link)(u32, u32, const char *, u32, u32, const char *, u32);
IMPORT(path_open)(u32, u32, const char *, u32, u32, u64, u64, u32, void *);
IMPORT(path_readlink)(u32, const char *, u32, void *, u32, void *);
IMPORT(path_remove_directory)(u32, const char *, u32);
IMPORT(path_rename)(u32, const char *, u32, u32, const char *, u32);
IMPORT(path_symlink)(const char *, u32, u32, const char *, u32);
IMPORT(path_unlink_file)(u32, const char *, u32);
IMPORT(poll_oneoff)(const void *, void *, u32, void *);
IMPORT(proc_raise)(u32);
IMPORT(sched_yield)(void);
IMPORT(random_get)(void *, u32);
IMPORT(sock_accept)(u32, u32, void *);
IMPORT(sock_recv)(u32, const void *, u32, u32, void *, void *);
IMPORT(sock_send)(u32, const void *, u32, u32, void *);
IMPORT(sock_shutdown)(u32, u32);

enum { OK = 0, ACCES = 2, AGAIN = 6, BADF = 8, EXIST = 20, FAULT = 21, ILSEQ = 25, INVAL = 28, ISDIR = 31, LOOP = 32, NAMETOOLONG = 37,
       NOENT = 44, NOTDIR = 54, NOTEMPTY = 55, NOTSOCK = 57, OVERFLOW = 61, PERM = 63, ROFS = 69, SPIPE = 70, NOTCAPABLE = 76 };
enum { O_CREATE = 1, O_DIR = 2, O_EXCL_ = 4, O_TRUNC_ = 8, FOLLOW = 1, APPEND = 1, NONBLOCK = 4 };
#define R(bit) (1ull << bit)
enum { R_READ = 1, R_SEEK = 2, R_TELL = 5, R_WRITE = 6, R_OPEN = 13, R_PATH_SIZE = 19, R_SIZE = 22 };
#define ALL 0x3fffffffull

typedef struct { const void *data; u32 bytes; } iovec;
typedef struct { uint8_t type, pad; uint16_t flags; u32 pad2; u64 base, inheriting; } fdstat;
typedef struct { u64 dev, ino; uint8_t type, pad[7]; u64 links, size, atim, mtim, ctim; } filestat;
typedef struct { u64 next, ino; u32 name_bytes; uint8_t type, pad[3]; } dirent_;
enum { T_UNKNOWN = 0, T_CHAR = 2, T_DIR = 3, T_FILE = 4, T_SOCKET = 6, T_LINK = 7 };

static int wrong;
#define CHECK(condition) ((condition) ? (void)0 : (void)(wrong = 1, printf("%s:%d: %s\n", __FILE__, __LINE__, #condition)))
#define IS(call, want) \
  do { int got_ = (call); if (got_ != (want)) { wrong = 1; printf("%s:%d: %s: %d, expected %d\n", __FILE__, __LINE__, #call, got_, (want)); } } while (0)

enum { ROOT = 3 };  // the folder of the test
static u32 opened;  // what open_ opened last
static int open_(u32 dir, u32 follow, const char *path, u32 oflags, u64 rights, u32 flags) {
  return w_path_open(dir, follow, path, strlen(path), oflags, rights, ALL, flags, &opened);
}
static u32 must_open(u32 dir, const char *path, u32 oflags, u64 rights, u32 flags) {
  int error = open_(dir, 0, path, oflags, rights, flags);
  if (error) { printf("cannot open %s: %d\n", path, error); exit(1); }
  return opened;
}
static void make(u32 dir, const char *path) { w_fd_close(must_open(dir, path, O_CREATE | O_EXCL_, ALL, 0)); }
static u32 put(u32 fd, const char *text) {
  iovec out = {text, strlen(text)};
  u32 count = 0;
  int error = w_fd_write(fd, &out, 1, &count);
  return error ? (wrong = 1, printf("cannot write: %d\n", error), 0) : count;
}
static char got[4096];
static const char *take(u32 fd) {
  iovec in = {got, sizeof got - 1};
  u32 count = 0;
  int error = w_fd_read(fd, &in, 1, &count);
  got[error ? 0 : count] = 0;
  return error ? "(error)" : got;
}
static int make_dir(u32 dir, const char *path) { return w_path_create_directory(dir, path, strlen(path)); }
static int remove_dir(u32 dir, const char *path) { return w_path_remove_directory(dir, path, strlen(path)); }
static int unlink_(u32 dir, const char *path) { return w_path_unlink_file(dir, path, strlen(path)); }
static int symlink_(const char *target, u32 dir, const char *path) { return w_path_symlink(target, strlen(target), dir, path, strlen(path)); }
static int rename_(u32 dir, const char *from, const char *to) { return w_path_rename(dir, from, strlen(from), dir, to, strlen(to)); }
static int link_(u32 dir, const char *from, const char *to) { return w_path_link(dir, 0, from, strlen(from), dir, to, strlen(to)); }
static int stat_(u32 dir, u32 follow, const char *path, filestat *out) { return w_path_filestat_get(dir, follow, path, strlen(path), out); }
