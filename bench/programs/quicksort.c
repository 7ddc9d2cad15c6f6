#include "bench.h"
static uint32_t v[300000];
static void sort(uint32_t* a, int n) {
  while (n > 16) {
    const uint32_t pivot = a[n / 2];
    int i = 0, j = n - 1;
    for (;;) {
      while (a[i] < pivot) ++i;
      while (a[j] > pivot) --j;
      if (i >= j) break;
      const uint32_t t = a[i];
      a[i++] = a[j], a[j--] = t;
    }
    sort(a, i);
    a += i, n -= i;
  }
  for (int i = 1; i < n; ++i) {
    const uint32_t x = a[i];
    int j = i;
    for (; j > 0 && a[j - 1] > x; --j) a[j] = a[j - 1];
    a[j] = x;
  }
}
int main(void) {
  const int n = sizeof v / sizeof *v;
  for (int i = 0; i < n; ++i) v[i] = next_random();
  sort(v, n);
  uint64_t sum = 0;
  for (int i = 0; i < n; i += 97) sum = mix(sum, v[i]);
  return finish(sum);
}
