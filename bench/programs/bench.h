// What the benchmark programs share: a checksum that they print, so that no work is optimised away and both engines can
// be compared, and a generator of numbers.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t random_state = 12345;
static inline uint32_t next_random(void) {
  random_state = random_state * 1664525u + 1013904223u;
  return random_state >> 8;
}
static inline uint64_t mix(uint64_t sum, uint64_t value) { return (sum ^ value) * 0x100000001b3u; }
static inline int finish(uint64_t sum) { return printf("%016llx\n", (unsigned long long)sum) < 0; }
