#include "bench.h"
static uint8_t composite[2000000];
int main(void) {
  uint64_t sum = 0;
  for (int round = 0; round < 3; ++round) {
    memset(composite, 0, sizeof composite);
    for (uint32_t i = 2; i < sizeof composite; ++i) {
      if (composite[i]) continue;
      sum = mix(sum, i);
      for (uint64_t j = (uint64_t)i * i; j < sizeof composite; j += i) composite[j] = 1;
    }
  }
  return finish(sum);
}
