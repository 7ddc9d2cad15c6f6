// Files in the folder given as the only argument: write, append, seek, rename, list, stat, remove; and what must fail.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[256], other[256];

static const char *in(char *out, const char *folder, const char *name) {
  snprintf(out, 256, "%s/%s", folder, name);
  return out;
}

static int by_name(const void *a, const void *b) { return strcmp((const char *)a, (const char *)b); }

static void list(const char *folder) {
  char names[16][64];
  int n = 0;
  DIR *dir = opendir(folder);
  for (struct dirent *entry; dir && (entry = readdir(dir)) && n < 16;)
    if (entry->d_name[0] != '.') strcpy(names[n++], entry->d_name);
  if (dir) closedir(dir);
  qsort(names, n, sizeof *names, by_name);
  for (int i = 0; i < n; i++) printf("  %s\n", names[i]);
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : ".";
  FILE *file = fopen(in(path, folder, "a.txt"), "w");
  if (!file) return perror("a.txt"), 1;
  for (int i = 0; i < 1000; i++) fprintf(file, "line %d\n", i);
  fclose(file);
  file = fopen(path, "a+");
  fputs("the end\n", file);
  fseek(file, 5, SEEK_SET);
  int first = -1;
  fscanf(file, "%d", &first);
  fseek(file, -8, SEEK_END);
  char line[64];
  fgets(line, sizeof line, file);
  printf("%d %s", first, line);
  fclose(file);
  struct stat status;
  printf("stat %d size %lld file %d\n", stat(path, &status), (long long)status.st_size, S_ISREG(status.st_mode) != 0);
  printf("mkdir %d", mkdir(in(other, folder, "sub"), 0755));
  printf(" again %d", mkdir(other, 0755));
  printf(" %d\n", errno == EEXIST);
  printf("rename %d\n", rename(path, in(other, folder, "sub/b.txt")));
  list(folder);
  printf("open the old name %d %d\n", open(path, O_RDONLY), errno == ENOENT);
  int fd = open(other, O_RDWR);
  printf("truncate %d seek %lld", ftruncate(fd, 10), (long long)lseek(fd, 0, SEEK_END));
  char buffer[32] = {0};
  printf(" pread %d %s\n", (int)pread(fd, buffer, 4, 0), buffer);
  close(fd);
  printf("rmdir full %d", rmdir(in(path, folder, "sub")));
  printf(" %d\n", errno == ENOTEMPTY || errno == EEXIST);
  printf("unlink %d", unlink(other));
  printf(" rmdir %d\n", rmdir(path));
  list(folder);
}
