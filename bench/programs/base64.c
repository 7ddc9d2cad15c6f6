#include "bench.h"
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static uint8_t data[90000], back[90000], code[120000], value[256];
int main(void) {
  for (size_t i = 0; i < sizeof data; ++i) data[i] = (uint8_t)next_random();
  for (int i = 0; i < 64; ++i) value[(uint8_t)letters[i]] = (uint8_t)i;
  for (int round = 0; round < 40; ++round) {
    for (size_t i = 0, o = 0; i < sizeof data; i += 3, o += 4) {
      const uint32_t x = (uint32_t)data[i] << 16 | (uint32_t)data[i + 1] << 8 | data[i + 2];
      code[o] = (uint8_t)letters[x >> 18], code[o + 1] = (uint8_t)letters[x >> 12 & 63], code[o + 2] = (uint8_t)letters[x >> 6 & 63], code[o + 3] = (uint8_t)letters[x & 63];
    }
    for (size_t i = 0, o = 0; i < sizeof code; i += 4, o += 3) {
      const uint32_t x = (uint32_t)value[code[i]] << 18 | (uint32_t)value[code[i + 1]] << 12 | (uint32_t)value[code[i + 2]] << 6 | value[code[i + 3]];
      back[o] = (uint8_t)(x >> 16), back[o + 1] = (uint8_t)(x >> 8), back[o + 2] = (uint8_t)x;
    }
    data[round] ^= back[round + 1];
  }
  uint64_t sum = 0;
  for (size_t i = 0; i < sizeof back; ++i) sum = mix(sum, back[i]);
  return finish(sum);
}
