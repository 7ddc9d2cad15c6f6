// Files: reading, writing, seeking, sizes, times, flags.
#include "wasi.h"

#define RW (R(R_READ) | R(R_WRITE) | R(R_SEEK) | R(R_TELL))

static void seek_and_tell(void) {
  u32 fd = must_open(ROOT, "file", O_CREATE, ALL, 0);
  u64 at = 9;
  IS(w_fd_tell(fd, &at), OK);
  CHECK(at == 0);
  char zeros[100] = {0};
  iovec out = {zeros, 100};
  u32 count;
  IS(w_fd_write(fd, &out, 1, &count), OK);
  CHECK(count == 100);
  IS(w_fd_seek(fd, -50, 1, &at), OK);
  CHECK(at == 50);
  IS(w_fd_seek(fd, 0, 0, &at), OK);
  IS(w_fd_seek(fd, 1000, 1, &at), OK);
  IS(w_fd_seek(fd, -2000, 1, &at), INVAL);
  IS(w_fd_tell(fd, &at), OK);
  CHECK(at == 1000);
  IS(w_fd_seek(fd, -1, 2, &at), OK);
  CHECK(at == 99);
  IS(w_fd_seek(fd, INT64_MAX, 1, &at), OVERFLOW);
  IS(w_fd_seek(fd, 0, 3, &at), INVAL);
  CHECK(strlen(take(fd)) == 0);
  IS(w_fd_close(fd), OK);
  IS(w_fd_close(fd), BADF);
  IS(unlink_(ROOT, "file"), OK);
}

static void at_offsets(void) {
  u32 fd = must_open(ROOT, "file", O_CREATE, ALL, 0), count = 0;
  u64 at = 0;
  char back[8] = {0};
  iovec out[2] = {{"abc", 3}, {"def", 3}}, in[2] = {{back, 2}, {back + 2, 4}};
  IS(w_fd_pwrite(fd, out, 2, 4, &count), OK);
  CHECK(count == 6);
  IS(w_fd_tell(fd, &at), OK);
  CHECK(at == 0);
  IS(w_fd_pread(fd, in, 2, 4, &count), OK);
  CHECK(count == 6 && !strcmp(back, "abcdef"));
  IS(w_fd_pread(fd, in, 2, 8, &count), OK);
  CHECK(count == 2);
  IS(w_fd_pread(fd, in, 2, 100, &count), OK);
  CHECK(count == 0);
  IS(w_fd_pread(fd, in, 0, 0, &count), OK);
  IS(w_fd_pread(fd, in, 2, UINT64_MAX, &count), INVAL);
  IS(w_fd_pread(0, in, 2, 0, &count), SPIPE);
  IS(w_fd_close(fd), OK);
  IS(unlink_(ROOT, "file"), OK);
}

static void appending(void) {
  u32 fd = must_open(ROOT, "file", O_CREATE, ALL, APPEND), count;
  u64 at;
  fdstat stat;
  IS(w_fd_fdstat_get(fd, &stat), OK);
  CHECK(stat.type == T_FILE && stat.flags == APPEND);
  CHECK(put(fd, "one") == 3);
  IS(w_fd_seek(fd, 0, 0, &at), OK);
  CHECK(put(fd, "two") == 3);
  IS(w_fd_tell(fd, &at), OK);
  CHECK(at == 6);
  iovec out = {"xxx", 3};
  IS(w_fd_pwrite(fd, &out, 1, 0, &count), OK);
  IS(w_fd_tell(fd, &at), OK);
  CHECK(at == 6);
  IS(w_fd_fdstat_set_flags(fd, 0), OK);
  IS(w_fd_fdstat_set_flags(fd, 32), INVAL);
  IS(w_fd_seek(fd, 0, 0, &at), OK);
  CHECK(put(fd, "ONE") == 3);
  IS(w_fd_seek(fd, 0, 0, &at), OK);
  CHECK(!strcmp(take(fd), "ONEtwo"));
  IS(w_fd_close(fd), OK);
  IS(unlink_(ROOT, "file"), OK);
}

static void sizes_and_times(void) {
  u32 fd = must_open(ROOT, "file", O_CREATE, ALL, 0);
  filestat stat, later;
  IS(w_fd_filestat_set_size(fd, 100), OK);
  IS(w_fd_advise(fd, 10, 50, 0), OK);
  IS(w_fd_advise(fd, 0, 0, 9), INVAL);
  IS(w_fd_allocate(fd, 100, 100), OK);
  IS(w_fd_allocate(fd, UINT64_MAX, 100), INVAL);
  IS(w_fd_filestat_get(fd, &stat), OK);
  CHECK(stat.size == 200 && stat.type == T_FILE && stat.links == 1);
  IS(w_fd_filestat_set_times(fd, 5, stat.mtim - 100, 4), OK);
  IS(w_fd_filestat_get(fd, &later), OK);
  CHECK(later.mtim == stat.mtim - 100 && later.atim == stat.atim);
  IS(w_fd_filestat_set_times(fd, 0, 0, 4 | 8), INVAL);
  IS(w_fd_filestat_set_times(fd, 0, 0, 1 | 2), INVAL);
  IS(w_fd_filestat_set_times(fd, 0, 0, 16), INVAL);
  IS(w_path_filestat_set_times(ROOT, 0, "file", 4, 7, 8, 1 | 4), OK);
  IS(stat_(ROOT, 0, "file", &stat), OK);
  CHECK(stat.atim == 7 && stat.mtim == 8);
  IS(w_fd_sync(fd), OK);
  IS(w_fd_datasync(fd), OK);
  IS(w_fd_close(fd), OK);
  w_fd_close(must_open(ROOT, "file", O_TRUNC_, RW, 0));
  IS(stat_(ROOT, 0, "file", &stat), OK);
  CHECK(stat.size == 0);
  IS(unlink_(ROOT, "file"), OK);
}

static void wrong_kinds(void) {
  u32 count;
  u64 at;
  char byte;
  iovec one = {&byte, 1};
  filestat stat;
  IS(w_fd_filestat_get(ROOT, &stat), OK);
  CHECK(stat.type == T_DIR);
  IS(w_fd_read(ROOT, &one, 1, &count), ISDIR);
  IS(w_fd_write(ROOT, &one, 1, &count), ISDIR);
  IS(w_fd_pread(ROOT, &one, 1, 0, &count), ISDIR);
  IS(w_fd_pwrite(ROOT, &one, 1, 0, &count), ISDIR);
  IS(w_fd_seek(ROOT, 0, 0, &at), ISDIR);
  IS(w_fd_tell(ROOT, &at), ISDIR);
  IS(w_fd_allocate(ROOT, 0, 1), ISDIR);
  IS(w_fd_filestat_set_size(ROOT, 0), ISDIR);
  IS(w_fd_seek(1, 0, 0, &at), SPIPE);
  IS(w_fd_read(1, &one, 1, &count), BADF);
  IS(w_fd_write(0, &one, 1, &count), BADF);
  IS(w_fd_read(77, &one, 1, &count), BADF);
  IS(w_sock_shutdown(ROOT, 1), NOTSOCK);
  IS(w_sock_shutdown(77, 1), BADF);
  IS(w_sock_accept(ROOT, 0, &count), NOTSOCK);
}

static void wrong_addresses(void) {
  char *outside = (char *)(__builtin_wasm_memory_size(0) * 65536 - 2);
  u32 count;
  iovec bad = {outside, 10}, far = {(void *)0xfffffff0u, 0xffffffffu}, fine = {got, 1};
  iovec huge[2] = {{got, 0x80000000u}, {got, 0x80000000u}};
  IS(w_fd_write(1, &bad, 1, &count), FAULT);
  IS(w_fd_write(1, &far, 1, &count), FAULT);
  IS(w_fd_write(1, (void *)0xfffffffcu, 1, &count), FAULT);
  IS(w_fd_write(1, &fine, 1025, &count), INVAL);
  int error = w_fd_write(1, huge, 2, &count);
  CHECK(error == FAULT || error == INVAL);
  IS(w_fd_write(1, &fine, 1, outside), FAULT);
  IS(w_args_get(outside, outside), FAULT);
  IS(w_clock_time_get(0, 0, outside), FAULT);
  IS(w_random_get(outside, 10), FAULT);
  IS(w_path_open(ROOT, 0, outside, 10, 0, 0, 0, 0, &count), FAULT);
  IS(w_path_open(ROOT, 0, "wasi.new", 8, O_CREATE, ALL, 0, 0, outside), FAULT);
  IS(open_(ROOT, 0, "wasi.new", 0, 0, 0), NOENT);  // nothing was made
  IS(w_fd_readdir(ROOT, outside, 100, 0, &count), FAULT);
  IS(w_poll_oneoff(outside, got, 1, &count), FAULT);
  IS(w_fd_filestat_get(ROOT, outside), FAULT);
  IS(w_fd_fdstat_get(ROOT, outside), FAULT);
  IS(w_fd_prestat_get(ROOT, outside), FAULT);
}

static void too_many(void) {
  int error = 0, count = 0;
  while (!(error = open_(ROOT, 0, ".", 0, 0, 0)) && count < 100000) count++;
  CHECK(error == 33 || error == 41);  // mfile, nfile
  for (u32 fd = 4; fd < 4 + (u32)count; fd++) IS(w_fd_close(fd), OK);
  w_fd_close(must_open(ROOT, ".", 0, 0, 0));
}

int main(void) {
  seek_and_tell();
  at_offsets();
  appending();
  sizes_and_times();
  wrong_kinds();
  wrong_addresses();
  too_many();
  return wrong;
}
