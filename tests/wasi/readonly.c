// A folder given read-only: everything can be read, nothing changed, also not through a second, writable folder (4).
#include "wasi.h"

int main(void) {
  enum { WRITABLE = 4 };
  filestat stat;
  u32 fd = must_open(ROOT, "file", 0, R(R_READ) | R(R_SEEK) | R(21) | R(23), 0);
  CHECK(!strcmp(take(fd), "given\n"));
  IS(w_fd_filestat_get(fd, &stat), OK);
  IS(w_fd_filestat_set_times(fd, 0, 0, 2 | 8), ROFS);
  IS(open_(ROOT, 0, "file", 0, ALL, 0), ROFS);
  IS(open_(ROOT, 0, "file", O_TRUNC_, R(R_READ), 0), ROFS);
  IS(open_(ROOT, 0, "new", O_CREATE, R(R_READ), 0), ROFS);
  IS(make_dir(ROOT, "new"), ROFS);
  IS(unlink_(ROOT, "file"), ROFS);
  IS(remove_dir(ROOT, "dir"), ROFS);
  IS(rename_(ROOT, "file", "new"), ROFS);
  IS(link_(ROOT, "file", "new"), ROFS);
  IS(symlink_("file", ROOT, "new"), ROFS);
  IS(w_path_filestat_set_times(ROOT, 0, "file", 4, 0, 0, 2), ROFS);
  IS(w_fd_filestat_set_times(ROOT, 0, 0, 2), ROFS);
  u32 dir = must_open(ROOT, "dir", O_DIR, ALL, 0);
  IS(open_(dir, 0, "new", O_CREATE, ALL, 0), ROFS);
  IS(open_(dir, 0, "inner", 0, ALL, 0), ROFS);
  IS(w_path_link(ROOT, 0, "file", 4, WRITABLE, "stolen", 6), ROFS);
  IS(w_path_rename(ROOT, "file", 4, WRITABLE, "stolen", 6), ROFS);
  make(WRITABLE, "own");
  IS(w_path_rename(WRITABLE, "own", 3, ROOT, "new", 3), ROFS);
  IS(w_path_link(WRITABLE, 0, "own", 3, ROOT, "new", 3), ROFS);
  IS(unlink_(WRITABLE, "own"), OK);
  return wrong;
}
