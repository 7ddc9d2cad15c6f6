#include <math.h>
#include "bench.h"
struct body { double x, y, z, vx, vy, vz, mass; };
static struct body bodies[5] = {{0, 0, 0, 0, 0, 0, 39.47}, {4.84, -1.16, -0.10, 0.6, 2.8, -0.02, 0.037}, {8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011}, {12.89, -15.11, -0.22, 1.08, 0.86, -0.01, 0.0017}, {15.37, -25.9, 0.179, 0.97, 0.59, -0.03, 0.002}};
int main(void) {
  for (int step = 0; step < 120000; ++step) {
    for (int i = 0; i < 5; ++i)
      for (int j = i + 1; j < 5; ++j) {
        struct body *a = &bodies[i], *b = &bodies[j];
        const double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z, d = dx * dx + dy * dy + dz * dz, m = 0.001 / (d * sqrt(d));
        a->vx -= dx * b->mass * m, a->vy -= dy * b->mass * m, a->vz -= dz * b->mass * m;
        b->vx += dx * a->mass * m, b->vy += dy * a->mass * m, b->vz += dz * a->mass * m;
      }
    for (int i = 0; i < 5; ++i) bodies[i].x += 0.001 * bodies[i].vx, bodies[i].y += 0.001 * bodies[i].vy, bodies[i].z += 0.001 * bodies[i].vz;
  }
  return finish((uint64_t)(int64_t)(bodies[0].x * 1e12));
}
