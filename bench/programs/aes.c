// AES-128 as written in the standard: S-box, shifts of rows, products in GF(2^8).
#include "bench.h"
static uint8_t sbox[256], keys[176];
static uint8_t xtime(uint8_t x) { return (uint8_t)(x << 1 ^ (x >> 7) * 0x1b); }
static void make_tables(void) {
  uint8_t p = 1, q = 1;
  do {
    p = p ^ xtime(p);
    q ^= q << 1, q ^= q << 2, q ^= q << 4, q ^= (q >> 7) * 0x09;
    sbox[p] = (uint8_t)(q ^ (q << 1 | q >> 7) ^ (q << 2 | q >> 6) ^ (q << 3 | q >> 5) ^ (q << 4 | q >> 4) ^ 0x63);
  } while (p != 1);
  sbox[0] = 0x63;
  for (int i = 0; i < 16; ++i) keys[i] = (uint8_t)i;
  uint8_t rcon = 1;
  for (int i = 16; i < 176; i += 4) {
    uint8_t t[4];
    memcpy(t, keys + i - 4, 4);
    if (i % 16 == 0) {
      const uint8_t first = t[0];
      t[0] = sbox[t[1]] ^ rcon, t[1] = sbox[t[2]], t[2] = sbox[t[3]], t[3] = sbox[first];
      rcon = xtime(rcon);
    }
    for (int j = 0; j < 4; ++j) keys[i + j] = keys[i + j - 16] ^ t[j];
  }
}
static void encrypt(uint8_t* s) {
  for (int i = 0; i < 16; ++i) s[i] ^= keys[i];
  for (int round = 1; round <= 10; ++round) {
    uint8_t t[16];
    for (int i = 0; i < 16; ++i) t[i] = sbox[s[(i + 4 * (i & 3)) & 15]];
    for (int c = 0; c < 16; c += 4) {
      const uint8_t all = t[c] ^ t[c + 1] ^ t[c + 2] ^ t[c + 3];
      for (int i = 0; i < 4; ++i) s[c + i] = (round == 10 ? t[c + i] : t[c + i] ^ all ^ xtime(t[c + i] ^ t[c + (i + 1) % 4])) ^ keys[16 * round + c + i];
    }
  }
}
int main(void) {
  make_tables();
  uint8_t state[16] = {0};
  for (int i = 0; i < 30000; ++i) encrypt(state);
  uint64_t a, b;
  memcpy(&a, state, 8), memcpy(&b, state + 8, 8);
  return finish(mix(a, b));
}
