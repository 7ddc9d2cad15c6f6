// A JSON document is written, and read again by recursive descent.
#include "bench.h"
static char doc[600000];
static const char* at;
static uint64_t sum;
static void value(void) {
  while (*at == ' ' || *at == '\n') ++at;
  if (*at == '{' || *at == '[') {
    const char close = *at++ == '{' ? '}' : ']';
    while (*at != close) {
      value();
      while (*at == ' ' || *at == ':' || *at == ',') ++at;
    }
    ++at;
    sum = mix(sum, (uint8_t)close);
  } else if (*at == '"') {
    for (++at; *at != '"'; ++at) sum = mix(sum, (uint8_t)*at);
    ++at;
  } else if (*at == 't' || *at == 'f' || *at == 'n') {
    while (*at >= 'a' && *at <= 'z') ++at;
  } else {
    double number = 0, scale = 1;
    const int negative = *at == '-';
    at += negative;
    for (; *at >= '0' && *at <= '9'; ++at) number = number * 10 + (*at - '0');
    if (*at == '.')
      for (++at; *at >= '0' && *at <= '9'; ++at) number += (*at - '0') * (scale /= 10);
    sum = mix(sum, (uint64_t)(number * 1000));
  }
}
int main(void) {
  char* to = doc;
  *to++ = '[';
  for (int i = 0; i < 3000; ++i) to += snprintf(to, 200, "{\"id\": %d, \"name\": \"item %u\", \"price\": %d.%02d, \"tags\": [\"a\", \"bc\", true, null]},\n", i, (unsigned)next_random(), i % 100, i % 89);
  strcpy(to, "0]");
  for (int round = 0; round < 12; ++round) at = doc, value();
  return finish(sum);
}
