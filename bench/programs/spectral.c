#include <math.h>
#include "bench.h"
enum { N = 400 };
static double a(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }
static void times(const double* v, double* out, int transposed) {
  for (int i = 0; i < N; ++i) {
    double s = 0;
    for (int j = 0; j < N; ++j) s += (transposed ? a(j, i) : a(i, j)) * v[j];
    out[i] = s;
  }
}
int main(void) {
  static double u[N], v[N], t[N];
  for (int i = 0; i < N; ++i) u[i] = 1;
  for (int i = 0; i < 10; ++i) times(u, t, 0), times(t, v, 1), times(v, t, 0), times(t, u, 1);
  double uv = 0, vv = 0;
  for (int i = 0; i < N; ++i) uv += u[i] * v[i], vv += v[i] * v[i];
  return finish((uint64_t)(sqrt(uv / vv) * 1e12));
}
