#include "bench.h"
static uint8_t data[1 << 18];
static uint32_t table[256];
int main(void) {
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int k = 0; k < 8; ++k) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
    table[i] = c;
  }
  for (size_t i = 0; i < sizeof data; ++i) data[i] = (uint8_t)next_random();
  uint32_t crc = ~0u;
  for (int round = 0; round < 50; ++round)
    for (size_t i = 0; i < sizeof data; ++i) crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
  return finish(~crc);
}
