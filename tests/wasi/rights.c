// Rights are given up and never come back; descriptors are renumbered; preopened folders are found and closed.
#include "wasi.h"

int main(void) {
  struct { uint8_t tag; u32 name_bytes; } prestat;
  char name[16] = {0};
  IS(w_fd_prestat_get(ROOT, &prestat), OK);
  CHECK(prestat.tag == 0 && prestat.name_bytes == 5);
  IS(w_fd_prestat_dir_name(ROOT, name, 4), NAMETOOLONG);
  IS(w_fd_prestat_dir_name(ROOT, name, 16), OK);
  CHECK(!strcmp(name, "/work"));
  IS(w_fd_prestat_get(ROOT + 1, &prestat), BADF);
  IS(w_fd_prestat_get(0, &prestat), BADF);

  u32 fd = must_open(ROOT, "file", O_CREATE, R(R_READ) | R(R_WRITE) | R(R_SEEK) | R(R_TELL), 0), count;
  u64 at;
  fdstat stat;
  CHECK(put(fd, "text") == 4);
  IS(w_fd_seek(fd, 0, 0, &at), OK);
  CHECK(!strcmp(take(fd), "text"));
  IS(w_fd_fdstat_get(fd, &stat), OK);
  CHECK(stat.base == (R(R_READ) | R(R_WRITE) | R(R_SEEK) | R(R_TELL)));
  filestat unused;
  IS(w_fd_filestat_get(fd, &unused), NOTCAPABLE);
  IS(w_fd_fdstat_set_rights(fd, R(R_SEEK) | R(R_TELL), 0), OK);
  iovec one = {name, 1};
  IS(w_fd_read(fd, &one, 1, &count), BADF);
  IS(w_fd_write(fd, &one, 1, &count), BADF);
  IS(w_fd_seek(fd, 0, 0, &at), OK);
  IS(w_fd_fdstat_set_rights(fd, R(R_SEEK) | R(R_READ), 0), NOTCAPABLE);
  IS(w_fd_fdstat_set_rights(fd, R(R_TELL), 0), OK);
  IS(w_fd_seek(fd, 1, 0, &at), NOTCAPABLE);
  IS(w_fd_seek(fd, 0, 1, &at), OK);  // telling is enough
  IS(w_fd_close(fd), OK);

  // A file that is opened for one thing only.
  fd = must_open(ROOT, "file", 0, R(R_READ), 0);
  IS(w_fd_write(fd, &one, 1, &count), BADF);
  CHECK(!strcmp(take(fd), "text"));
  IS(w_fd_close(fd), OK);
  fd = must_open(ROOT, "file", 0, R(R_WRITE), 0);
  IS(w_fd_read(fd, &one, 1, &count), BADF);
  CHECK(put(fd, "TE") == 2);
  IS(w_fd_close(fd), OK);

  // A folder that may no longer truncate, and gives its files no right to write.
  u32 dir = must_open(ROOT, ".", O_DIR, ALL, 0);
  IS(w_fd_fdstat_get(dir, &stat), OK);
  CHECK(!(stat.base & R(R_SIZE)) && (stat.base & R(R_PATH_SIZE)));
  IS(w_fd_fdstat_set_rights(dir, stat.base & ~R(R_PATH_SIZE), stat.inheriting & ~R(R_WRITE)), OK);
  IS(open_(dir, 0, "file", O_TRUNC_, 0, 0), NOTCAPABLE);
  fd = must_open(dir, "file", 0, ALL, 0);
  IS(w_fd_write(fd, &one, 1, &count), BADF);
  CHECK(!strcmp(take(fd), "TExt"));
  IS(w_fd_fdstat_set_rights(dir, 0, 0), OK);
  IS(open_(dir, 0, "file", 0, 0, 0), NOTCAPABLE);

  // Renumbering.
  u32 other = must_open(ROOT, "file", 0, ALL, 0);
  IS(w_fd_renumber(fd, other), OK);
  IS(w_fd_close(fd), BADF);
  IS(w_fd_fdstat_get(other, &stat), OK);
  CHECK(!(stat.base & R(R_WRITE)));
  IS(w_fd_renumber(other, fd), BADF);
  IS(w_fd_renumber(other, other), OK);
  IS(w_fd_renumber(other, 1000000), BADF);
  CHECK(must_open(ROOT, "file", 0, ALL, 0) == fd);  // the lowest free number
  IS(unlink_(ROOT, "file"), OK);

  dir = must_open(ROOT, ".", O_DIR, ALL, 0);
  IS(w_fd_close(ROOT), OK);
  IS(w_fd_fdstat_get(ROOT, &stat), BADF);
  IS(w_fd_fdstat_get(dir, &stat), OK);
  return wrong;
}
