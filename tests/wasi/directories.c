// Listing folders: cookies, small buffers, many entries.
#include "wasi.h"

static char buffer[4096];
static char seen[1100];
static int dots;

static void note(const char *name, u32 bytes) {
  if (name[0] == '.') { dots++; return; }
  char digits[8] = {0};
  CHECK(bytes > 5 && bytes < 5 + sizeof digits);
  if (bytes >= 5 + sizeof digits) return;
  memcpy(digits, name + 5, bytes - 5);
  int number = atoi(digits);
  CHECK(number >= 0 && number < 1000 && !seen[number]);
  if (number < 1000) seen[number] = 1;
}

// Lists all with a buffer of `size` bytes; returns how many entries came.
static int list(u32 fd, u32 size) {
  u64 cookie = 0;
  int count = 0;
  memset(seen, 0, sizeof seen);
  dots = 0;
  for (;;) {
    u32 used = 0;
    IS(w_fd_readdir(fd, buffer, size, cookie, &used), OK);
    CHECK(used <= size);
    u32 at = 0;
    int whole = 0;
    while (at + sizeof(dirent_) <= used) {
      dirent_ entry;
      memcpy(&entry, buffer + at, sizeof entry);
      if (at + sizeof entry + entry.name_bytes > used) break;
      note(buffer + at + sizeof entry, entry.name_bytes);
      at += sizeof entry + entry.name_bytes;
      cookie = entry.next;
      count++, whole++;
    }
    if (used < size) return count;
    if (!whole) { CHECK(!"a buffer too small for one entry"); return count; }
  }
}

int main(void) {
  IS(make_dir(ROOT, "many"), OK);
  u32 fd = must_open(ROOT, "many", O_DIR, ALL, 0);
  CHECK(list(fd, 4096) == 2 && dots == 2);
  char name[32];
  for (int i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "file.%d", i);
    make(fd, name);
  }
  CHECK(list(fd, 4096) == 1002 && dots == 2);
  CHECK(list(fd, 256) == 1002);
  CHECK(list(fd, 64) == 1002);
  // Types and numbers are those of stat.
  u32 used;
  IS(w_fd_readdir(fd, buffer, sizeof buffer, 0, &used), OK);
  filestat self;
  IS(w_fd_filestat_get(fd, &self), OK);
  for (u32 at = 0; at + sizeof(dirent_) < used;) {
    dirent_ entry;
    memcpy(&entry, buffer + at, sizeof entry);
    if (at + sizeof entry + entry.name_bytes > used) break;
    memcpy(name, buffer + at + sizeof entry, entry.name_bytes);
    name[entry.name_bytes] = 0;
    filestat stat;
    if (!strcmp(name, ".") || !strcmp(name, "..")) {
      CHECK(entry.ino == self.ino && entry.type == T_DIR);
    } else {
      IS(stat_(fd, 0, name, &stat), OK);
      CHECK(stat.ino == entry.ino && entry.type == T_FILE);
    }
    at += sizeof entry + entry.name_bytes;
  }
  IS(w_fd_readdir(fd, buffer, 0, 0, &used), OK);
  CHECK(used == 0);
  IS(w_fd_readdir(1, buffer, 64, 0, &used), NOTDIR);
  for (int i = 0; i < 1000; i++) {
    snprintf(name, sizeof name, "file.%d", i);
    IS(unlink_(fd, name), OK);
  }
  IS(remove_dir(ROOT, "many"), OK);
  return wrong;
}
