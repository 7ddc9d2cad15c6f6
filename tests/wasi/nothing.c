// Without a grant there is nothing: no folder, no environment, no socket, one argument.
#include "wasi.h"

int main(int argc, char **argv) {
  u32 count = 9, bytes = 9;
  (void)argv;
  CHECK(argc == 1);
  IS(w_environ_sizes_get(&count, &bytes), OK);
  CHECK(count == 0 && bytes == 0);
  for (u32 fd = 3; fd < 100; fd++) {
    fdstat stat;
    IS(w_fd_fdstat_get(fd, &stat), BADF);
    IS(open_(fd, 0, "etc/passwd", 0, 0, 0), BADF);
  }
  CHECK(!fopen("/etc/passwd", "r"));
  CHECK(!fopen("x", "w"));
  return wrong;
}
