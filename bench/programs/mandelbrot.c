#include "bench.h"
int main(void) {
  uint64_t sum = 0;
  for (int y = 0; y < 400; ++y)
    for (int x = 0; x < 400; ++x) {
      const double cr = x / 200.0 - 1.5, ci = y / 200.0 - 1.0;
      double zr = 0, zi = 0;
      int n = 0;
      while (n < 150 && zr * zr + zi * zi < 4) {
        const double t = zr * zr - zi * zi + cr;
        zi = 2 * zr * zi + ci, zr = t, ++n;
      }
      sum = mix(sum, (uint64_t)n);
    }
  return finish(sum);
}
