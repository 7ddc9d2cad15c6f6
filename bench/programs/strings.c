// Words: split, compare, join, count, print numbers.
#include "bench.h"
static char text[200000], out[400000];
int main(void) {
  size_t n = 0;
  while (n < sizeof text - 20) {
    for (uint32_t left = 1 + next_random() % 9; left; --left) text[n++] = (char)('a' + next_random() % 6);
    text[n++] = ' ';
  }
  text[n] = 0;
  uint64_t sum = 0;
  for (int round = 0; round < 6; ++round) {
    char *at = text, *to = out;
    char longest[16] = "";
    while (*at) {
      char* end = strchr(at, ' ');
      *end = 0;
      if (strlen(at) > strlen(longest) || (strlen(at) == strlen(longest) && strcmp(at, longest) > 0)) strcpy(longest, at);
      if (strstr(at, "ab")) to += snprintf(to, 24, "%s:%d;", at, (int)(end - at));
      *end = ' ';
      at = end + 1;
    }
    for (const char* c = out; c < to; ++c) sum = mix(sum, (uint8_t)*c);
    sum = mix(sum, (uint8_t)longest[2]);
  }
  return finish(sum);
}
