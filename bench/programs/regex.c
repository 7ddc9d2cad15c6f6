// A backtracking matcher of small patterns.
#include "bench.h"
static int here(const char* p, const char* s);
static int star(char c, const char* p, const char* s) {
  do {
    if (here(p, s)) return 1;
  } while (*s && (*s++ == c || c == '.'));
  return 0;
}
static int here(const char* p, const char* s) {
  if (!*p) return 1;
  if (p[1] == '*') return star(p[0], p + 2, s);
  if (*p == '$' && !p[1]) return !*s;
  return *s && (*p == '.' || *p == *s) ? here(p + 1, s + 1) : 0;
}
int main(void) {
  static char text[4000];
  static const char* const patterns[] = {"a*b*c", "ab.*ba", "b.a.b.a", ".*aab", "c*a*b*$", "abcabc"};
  uint64_t sum = 0;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 3999; ++i) text[i] = i % 40 == 39 ? 0 : (char)('a' + next_random() % 3);
    for (int line = 0; line < 99; ++line)
      for (int p = 0; p < 6; ++p)
        for (const char* s = text + 40 * line; *s; ++s) sum = mix(sum, (uint64_t)here(patterns[p], s));
  }
  return finish(sum);
}
