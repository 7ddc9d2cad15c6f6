// Binary trees: the allocator.
#include "bench.h"
struct tree { struct tree *left, *right; };
static struct tree* make(int depth) {
  struct tree* t = malloc(sizeof *t);
  t->left = depth ? make(depth - 1) : 0, t->right = depth ? make(depth - 1) : 0;
  return t;
}
static int count(const struct tree* t) { return t->left ? 1 + count(t->left) + count(t->right) : 1; }
static void drop(struct tree* t) {
  if (t->left) drop(t->left), drop(t->right);
  free(t);
}
int main(void) {
  uint64_t sum = 0;
  for (int i = 0; i < 100; ++i) {
    struct tree* t = make(11 + i % 2);
    sum = mix(sum, (uint64_t)count(t));
    drop(t);
  }
  return finish(sum);
}
