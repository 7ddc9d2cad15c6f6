// Compression by matches of earlier text, found through a hash of three bytes; and back.
#include "bench.h"
static uint8_t data[200000], packed[400000], back[200000];
static int32_t last[1 << 14];
int main(void) {
  for (size_t i = 0; i < sizeof data; ++i) data[i] = i > 3000 && next_random() % 16 ? data[i - 1 - (next_random() % 3) * 900] : (uint8_t)(next_random() % 40);
  uint64_t sum = 0;
  for (int round = 0; round < 4; ++round) {
    memset(last, -1, sizeof last);
    size_t o = 0, n = 0;
    for (size_t i = 0; i < sizeof data;) {
      uint32_t length = 0, distance = 0;
      if (i + 3 < sizeof data) {
        const uint32_t h = ((uint32_t)data[i] << 10 ^ (uint32_t)data[i + 1] << 5 ^ data[i + 2]) * 40503u >> 4 & 0x3FFF;
        const int32_t from = last[h];
        last[h] = (int32_t)i;
        if (from >= 0 && i - (size_t)from < 65536)
          while (length < 255 && i + length < sizeof data && data[from + length] == data[i + length]) ++length;
        distance = (uint32_t)(i - (size_t)from);
      }
      if (length > 3) packed[o++] = (uint8_t)length, packed[o++] = (uint8_t)distance, packed[o++] = (uint8_t)(distance >> 8), i += length;
      else packed[o++] = 0, packed[o++] = data[i++];
    }
    for (size_t i = 0; i < o;) {
      const uint32_t length = packed[i++];
      if (!length) { back[n++] = packed[i++]; continue; }
      const uint32_t distance = packed[i] | (uint32_t)packed[i + 1] << 8;
      i += 2;
      for (uint32_t k = 0; k < length; ++k, ++n) back[n] = back[n - distance];
    }
    sum = mix(mix(sum, o), (uint64_t)memcmp(data, back, sizeof data));
    data[round * 100] ^= 1;
  }
  return finish(sum);
}
