#include "bench.h"
enum { N = 128 };
static uint8_t a[N][N], b[N][N];
int main(void) {
  for (int i = 0; i < N * N; ++i) a[0][i] = next_random() & 1;
  for (int round = 0; round < 120; ++round) {
    for (int y = 0; y < N; ++y)
      for (int x = 0; x < N; ++x) {
        int n = -a[y][x];
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx) n += a[(y + dy) & (N - 1)][(x + dx) & (N - 1)];
        b[y][x] = n == 3 || (n == 2 && a[y][x]);
      }
    memcpy(a, b, sizeof a);
  }
  uint64_t sum = 0;
  for (int i = 0; i < N * N; ++i) sum = mix(sum, a[0][i]);
  return finish(sum);
}
