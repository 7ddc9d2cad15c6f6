// A word count over generated text: malloc and realloc in many sizes, a hash table, qsort with a callback, strings.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct word {
  char *text;
  int count;
  struct word *next;
};

static struct word *table[1024];
static int words;

static void add(const char *text) {
  unsigned hash = 5381;
  for (const char *c = text; *c; c++) hash = hash * 33 ^ (unsigned char)*c;
  struct word **place = &table[hash % 1024];
  for (struct word *word = *place; word; word = word->next)
    if (!strcmp(word->text, text)) {
      word->count++;
      return;
    }
  struct word *word = malloc(sizeof *word);
  word->text = malloc(strlen(text) + 1);
  strcpy(word->text, text);
  word->count = 1;
  word->next = *place;
  *place = word;
  words++;
}

static int by_count(const void *a, const void *b) {
  const struct word *x = *(struct word *const *)a, *y = *(struct word *const *)b;
  return x->count != y->count ? y->count - x->count : strcmp(x->text, y->text);
}

int main(void) {
  const char *syllables[] = {"ba", "ko", "mi", "ru", "te", "xo", "zan", "pel"};
  unsigned seed = 12345;
  char *text = 0;
  size_t size = 0, room = 0;
  for (int i = 0; i < 60000; i++) {
    seed = seed * 1664525 + 1013904223;
    const char *part = syllables[(seed >> 16) * (seed >> 24 & 7) % 8];
    if (size + 8 > room) text = realloc(text, room = room * 2 + 16);
    size += sprintf(text + size, "%s%s", part, seed >> 20 & 3 ? "" : " ");
  }
  for (char *word = strtok(text, " "); word; word = strtok(0, " "))
    if (strlen(word) < 40) add(word);
  struct word **sorted = malloc(words * sizeof *sorted);
  int n = 0;
  for (int i = 0; i < 1024; i++)
    for (struct word *word = table[i]; word; word = word->next) sorted[n++] = word;
  qsort(sorted, n, sizeof *sorted, by_count);
  printf("%d words of %zu bytes\n", n, size);
  for (int i = 0; i < 20 && i < n; i++) printf("%6d %s\n", sorted[i]->count, sorted[i]->text);
}
