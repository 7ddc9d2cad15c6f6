// Shortest paths on a grid, with a binary heap.
#include "bench.h"
enum { N = 440 };
static uint32_t cost[N * N], best[N * N], heap[4 * N * N];
static int size;
static void push(uint32_t node) {
  int i = size++;
  for (; i && best[heap[(i - 1) / 2]] > best[node]; i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
  heap[i] = node;
}
static uint32_t pop(void) {
  const uint32_t top = heap[0], last = heap[--size];
  int i = 0;
  for (int c; (c = 2 * i + 1) < size; i = c) {
    if (c + 1 < size && best[heap[c + 1]] < best[heap[c]]) ++c;
    if (best[heap[c]] >= best[last]) break;
    heap[i] = heap[c];
  }
  heap[i] = last;
  return top;
}
int main(void) {
  for (int i = 0; i < N * N; ++i) cost[i] = 1 + next_random() % 9, best[i] = ~0u;
  best[0] = 0, push(0);
  while (size) {
    const uint32_t at = pop(), x = at % N, y = at / N;
    const int next[4] = {x > 0 ? (int)at - 1 : -1, x < N - 1 ? (int)at + 1 : -1, y > 0 ? (int)at - N : -1, y < N - 1 ? (int)at + N : -1};
    for (int i = 0; i < 4; ++i)
      if (next[i] >= 0 && best[at] + cost[next[i]] < best[next[i]]) best[next[i]] = best[at] + cost[next[i]], push((uint32_t)next[i]);
  }
  uint64_t sum = 0;
  for (int i = 0; i < N * N; ++i) sum = mix(sum, best[i]);
  return finish(sum);
}
