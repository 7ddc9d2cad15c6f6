#include "bench.h"
enum { SIZE = 1 << 17 };
static struct { uint64_t key, value; } table[SIZE];
static uint32_t find(uint64_t key) {
  uint32_t at = (uint32_t)((key * 0x9E3779B97F4A7C15u) >> 40) & (SIZE - 1);
  while (table[at].key && table[at].key != key) at = (at + 1) & (SIZE - 1);
  return at;
}
int main(void) {
  for (int i = 0; i < 3000000; ++i) {
    const uint64_t key = (next_random() % 60000) * 77777ull + 1;
    const uint32_t at = find(key);
    table[at].key = key, table[at].value += (uint64_t)i;
  }
  uint64_t sum = 0;
  for (int i = 0; i < SIZE; ++i) sum = mix(sum, table[i].value);
  return finish(sum);
}
