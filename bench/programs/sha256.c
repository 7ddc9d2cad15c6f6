#include "bench.h"
static uint32_t k[64];
static uint32_t rotr(uint32_t x, int n) { return x >> n | x << (32 - n); }
static void block(uint32_t* h, const uint8_t* data) {
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; ++i) w[i] = (uint32_t)data[4 * i] << 24 | (uint32_t)data[4 * i + 1] << 16 | (uint32_t)data[4 * i + 2] << 8 | data[4 * i + 3];
  for (int i = 16; i < 64; ++i) {
    const uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3, s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  memcpy(v, h, sizeof v);
  for (int i = 0; i < 64; ++i) {
    const uint32_t s1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25), ch = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const uint32_t t1 = v[7] + s1 + ch + k[i] + w[i], s0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
    const uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
    v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + t1, v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = t1 + t2;
  }
  for (int i = 0; i < 8; ++i) h[i] += v[i];
}
int main(void) {
  static uint8_t data[1 << 16];
  uint32_t h[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (int i = 0; i < 64; ++i) k[i] = next_random() * 2654435761u;
  for (size_t i = 0; i < sizeof data; ++i) data[i] = (uint8_t)next_random();
  for (int round = 0; round < 24; ++round)
    for (size_t i = 0; i < sizeof data; i += 64) block(h, data + i);
  return finish((uint64_t)h[0] << 32 | h[7]);
}
