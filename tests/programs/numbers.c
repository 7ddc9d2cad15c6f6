// Floating point and its texts: printf and strtod in every form, an integral, a matrix, the awkward values.
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static double integral(double (*f)(double), double a, double b, int steps) {
  double sum = 0, width = (b - a) / steps;
  for (int i = 0; i < steps; i++) sum += f(a + (i + 0.5) * width) * width;
  return sum;
}

static double parabola(double x) { return x * x - 2 * x; }

int main(void) {
  const double values[] = {0.0, -0.0, 1.0 / 3, 1e-300 * 1e-10, DBL_MAX, DBL_MIN, INFINITY, -INFINITY, 123456789.125, 5e-324};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    char text[64];
    snprintf(text, sizeof text, "%.17g", values[i]);
    printf("%s %a %e %.3f %g same=%d\n", text, fabs(values[i]) < DBL_MIN ? 0 : values[i], values[i], fabs(values[i]) < 1e20 ? values[i] : 0, values[i],
           strtod(text, 0) == values[i]);
  }
  printf("%.12f\n", integral(parabola, 0, 3, 100000));
  printf("%.15g %.15g %.15g\n", sqrt(2), floor(-2.5), rint(2.5));
  double m[8][8], product[8][8] = {{0}};
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++) m[i][j] = 1.0 / (i + j + 1);
  for (int i = 0; i < 8; i++)
    for (int j = 0; j < 8; j++)
      for (int l = 0; l < 8; l++) product[i][j] += m[i][l] * m[l][j];
  for (int i = 0; i < 8; i++) printf("%.17g\n", product[i][7 - i]);
  printf("%lld %llu %d %x %o %5d|%-5d|%05d %c %s %%\n", LLONG_MIN, ULLONG_MAX, INT_MIN, 0xBEEFu, 8u, 42, 42, 42, 'c', "text");
  float f = 16777216.0f;
  printf("%d %d %u %lld\n", f + 1 == f, (int)-2.99f, (unsigned)3e9, (long long)9e18);
  uint64_t product64 = 0x123456789ABCDEFull * 0xFEDCBA987654321ull;
  printf("%llx %llu %lld\n", (unsigned long long)product64, 1000000007ull * 1000000009ull % 998244353u, -7ll / 2 * 3 % 5);
}
