// Clocks, randomness, arguments, environment, yielding.
#include "wasi.h"

static u64 now(u32 clock) {
  u64 time = 0;
  IS(w_clock_time_get(clock, 0, &time), OK);
  return time;
}

int main(int argc, char **argv) {
  CHECK(argc == 3 && !strcmp(argv[1], "one") && !strcmp(argv[2], "two words"));
  CHECK(getenv("NAME") && !strcmp(getenv("NAME"), "a=b"));
  CHECK(!getenv("PATH") && !getenv("HOME"));
  u32 count, bytes;
  IS(w_environ_sizes_get(&count, &bytes), OK);
  CHECK(count == 2 && bytes == sizeof "NAME=a=b" + sizeof "EMPTY=");
  for (u32 clock = 0; clock < 4; clock++) {
    u64 resolution = 0;
    IS(w_clock_res_get(clock, &resolution), OK);
    CHECK(resolution > 0 && resolution <= 1000000000);
    u64 first = now(clock);
    CHECK(now(clock) >= first);
  }
  CHECK(now(0) > 1600000000ull * 1000000000);
  u64 time;
  IS(w_clock_time_get(4, 0, &time), INVAL);
  IS(w_clock_res_get(4, &time), INVAL);
  static unsigned char random[100000];
  IS(w_random_get(random, sizeof random), OK);
  int histogram[256] = {0};
  for (u32 i = 0; i < sizeof random; i++) histogram[random[i]]++;
  for (int i = 0; i < 256; i++) CHECK(histogram[i] > 200 && histogram[i] < 600);
  IS(w_random_get(random, 0), OK);
  IS(w_sched_yield(), OK);
  IS(w_proc_raise(0), OK);
  IS(w_proc_raise(99), INVAL);
  return wrong;
}
