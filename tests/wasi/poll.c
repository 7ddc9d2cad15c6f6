// poll_oneoff: clocks and descriptors. Standard input is a pipe that gets a line after 200 ms.
#include "wasi.h"

typedef struct {
  u64 userdata;
  u64 tag;
  union {
    struct { u32 id; u64 timeout, precision; uint16_t flags; } clock;
    u32 fd;
  };
} subscription;
typedef struct { u64 userdata; uint16_t error; uint8_t type; u64 bytes; uint16_t flags; } event;
_Static_assert(sizeof(subscription) == 48 && sizeof(event) == 32, "layout");
enum { CLOCK, FD_READ, FD_WRITE };

static event events[8];
static u32 count;
static int poll_(subscription *in, u32 n) { return w_poll_oneoff(in, events, n, &count); }
static subscription after(u64 id, u64 ms) { return (subscription){id, CLOCK, .clock = {1, ms * 1000000, 0, 0}}; }
static subscription on(u64 id, u32 type, u32 fd) { return (subscription){id, type, .fd = fd}; }
static u64 ms(void) {
  u64 time = 0;
  w_clock_time_get(1, 0, &time);
  return time / 1000000;
}

int main(void) {
  subscription in[4];
  u64 begin = ms();
  in[0] = after(7, 50);
  IS(poll_(in, 1), OK);
  CHECK(count == 1 && events[0].userdata == 7 && events[0].type == CLOCK && !events[0].error);
  CHECK(ms() - begin >= 50 && ms() - begin < 2000);

  begin = ms();
  in[0] = after(1, 5000), in[1] = after(2, 30);
  IS(poll_(in, 2), OK);
  CHECK(count == 1 && events[0].userdata == 2 && ms() - begin < 2000);

  begin = ms();
  u64 time = 0;
  IS(w_clock_time_get(0, 0, &time), OK);
  in[0] = after(3, 0);
  in[0].clock.id = 0, in[0].clock.timeout = time + 40000000, in[0].clock.flags = 1;
  IS(poll_(in, 1), OK);
  CHECK(count == 1 && ms() - begin >= 39 && ms() - begin < 2000);
  in[0].clock.timeout = 5;  // long ago
  IS(poll_(in, 1), OK);
  CHECK(count == 1);

  // Nothing to read yet: the clock comes first; then the line.
  in[0] = on(10, FD_READ, 0), in[1] = after(11, 20);
  IS(poll_(in, 2), OK);
  CHECK(count == 1 && events[0].userdata == 11);
  IS(w_fd_fdstat_set_flags(0, NONBLOCK), OK);
  iovec line = {got, 100};
  u32 bytes;
  IS(w_fd_read(0, &line, 1, &bytes), AGAIN);
  IS(w_fd_fdstat_set_flags(0, 0), OK);
  in[1] = after(11, 5000);
  IS(poll_(in, 2), OK);
  CHECK(count == 1 && events[0].userdata == 10 && events[0].type == FD_READ && !events[0].error && events[0].bytes > 0);
  CHECK(!strcmp(take(0), "line\n"));
  CHECK(!strcmp(take(0), ""));  // waits until the pipe is closed
  IS(poll_(in, 1), OK);
  CHECK(count == 1 && events[0].flags == 1);  // hung up

  // Files and standard output are always ready; what is wrong with one is told in its event.
  u32 fd = must_open(ROOT, "file", O_CREATE, ALL, 0);
  put(fd, "12345");
  u64 at;
  w_fd_seek(fd, 2, 0, &at);
  in[0] = on(1, FD_READ, fd), in[1] = on(2, FD_WRITE, fd), in[2] = on(3, FD_WRITE, 1), in[3] = on(4, FD_READ, 99);
  IS(poll_(in, 4), OK);
  CHECK(count == 4 && events[0].bytes == 3 && events[3].userdata == 4 && events[3].error == BADF);
  in[0] = on(1, FD_READ, 1);
  IS(poll_(in, 1), OK);
  CHECK(count == 1 && events[0].error == NOTCAPABLE);
  in[0] = after(1, 1), in[0].clock.id = 9;
  IS(poll_(in, 1), OK);
  CHECK(count == 1 && events[0].error == INVAL);
  IS(poll_(in, 0), INVAL);
  in[0].tag = 3;
  IS(poll_(in, 1), INVAL);
  in[0] = after(1, 1), in[0].clock.flags = 2;
  IS(poll_(in, 1), INVAL);
  IS(unlink_(ROOT, "file"), OK);
  return wrong;
}
