// Matrix products in doubles and integers.
#include "bench.h"
enum { N = 200 };
static double a[N][N], b[N][N], c[N][N];
static int32_t p[N][N], q[N][N], r[N][N];
int main(void) {
  for (int i = 0; i < N; ++i)
    for (int j = 0; j < N; ++j) a[i][j] = i * 0.5 + j, b[i][j] = i - j * 0.25, p[i][j] = (int32_t)next_random(), q[i][j] = i ^ j;
  for (int i = 0; i < N; ++i)
    for (int j = 0; j < N; ++j) {
      double s = 0;
      int32_t t = 0;
      for (int k = 0; k < N; ++k) s += a[i][k] * b[k][j], t += p[i][k] * q[k][j];
      c[i][j] = s, r[i][j] = t;
    }
  uint64_t sum = 1;
  for (int i = 0; i < N; ++i) sum = mix(mix(sum, (uint64_t)(int64_t)c[i][N - 1 - i]), (uint32_t)r[i][i]);
  return finish(sum);
}
