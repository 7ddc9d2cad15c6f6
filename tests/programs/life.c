// Reads numbers from standard input and plays that many generations of Conway's game on a torus; also a big recursion.
#include <stdio.h>
#include <string.h>

enum { side = 64 };
static unsigned char now[side][side], next[side][side];

static int neighbours(int y, int x) {
  int sum = 0;
  for (int i = -1; i <= 1; i++)
    for (int j = -1; j <= 1; j++) sum += (i || j) && now[(y + i + side) % side][(x + j + side) % side];
  return sum;
}

static int ackermann(int m, int n) { return m == 0 ? n + 1 : ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1)); }

int main(void) {
  int generations;
  for (int i = 0; i < side * side; i++) now[i / side][i % side] = (i * 7 + i / 5 + i * i / 11) % 3 == 0;
  while (scanf("%d", &generations) == 1) {
    for (int g = 0; g < generations; g++) {
      for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
          int around = neighbours(y, x);
          next[y][x] = around == 3 || (around == 2 && now[y][x]);
        }
      memcpy(now, next, sizeof now);
    }
    int alive = 0;
    for (int i = 0; i < side * side; i++) alive += now[i / side][i % side];
    printf("%d generations: %d alive\n", generations, alive);
  }
  for (int y = 0; y < 8; y++) {
    for (int x = 0; x < side; x++) putchar(now[y][x] ? '#' : '.');
    putchar('\n');
  }
  printf("ackermann(2, 300) = %d\n", ackermann(2, 300));
  return 7;
}
