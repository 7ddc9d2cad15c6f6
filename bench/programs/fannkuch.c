#include "bench.h"
int main(void) {
  enum { n = 9 };
  int p[n], q[n], count[n], flips_max = 0, r = n, sum = 0, permutation = 0;
  for (int i = 0; i < n; ++i) p[i] = i;
  for (;;) {
    for (; r != 1; --r) count[r - 1] = r;
    memcpy(q, p, sizeof p);
    int flips = 0;
    for (int k; (k = q[0]) != 0; ++flips)
      for (int i = 0, j = k; i < j; ++i, --j) { int t = q[i]; q[i] = q[j], q[j] = t; }
    if (flips > flips_max) flips_max = flips;
    sum += permutation++ & 1 ? -flips : flips;
    for (;; ++r) {
      if (r == n) return finish(mix((uint64_t)flips_max, (uint64_t)sum));
      int first = p[0];
      for (int i = 0; i < r; ++i) p[i] = p[i + 1];
      p[r] = first;
      if (--count[r] > 0) break;
    }
  }
}
