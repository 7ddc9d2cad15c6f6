// Factorials and powers in big integers of 32-bit digits.
#include "bench.h"
static uint32_t a[600], b[1200];
int main(void) {
  int n = 1;
  a[0] = 1;
  for (uint32_t k = 2; k <= 1200; ++k) {
    uint64_t carry = 0;
    for (int i = 0; i < n; ++i) carry += (uint64_t)a[i] * k, a[i] = (uint32_t)carry, carry >>= 32;
    if (carry) a[n++] = (uint32_t)carry;
  }
  uint64_t sum = 0;
  for (int round = 0; round < 60; ++round) {
    memset(b, 0, sizeof b);
    for (int i = 0; i < n; ++i) {
      uint64_t carry = 0;
      for (int j = 0; j < n; ++j) carry += (uint64_t)a[i] * a[j] + b[i + j], b[i + j] = (uint32_t)carry, carry >>= 32;
      b[i + n] = (uint32_t)carry;
    }
    for (int i = 0; i < 2 * n; ++i) sum = mix(sum, b[i]);
    a[round] ^= (uint32_t)sum;
  }
  return finish(sum);
}
