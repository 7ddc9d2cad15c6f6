// Paths: what stays inside, what would leave, slashes at the end, links, renames.
#include "wasi.h"

static void inside_and_out(void) {
  IS(make_dir(ROOT, "dir"), OK);
  IS(make_dir(ROOT, "dir/nested"), OK);
  IS(make_dir(ROOT, "dir/nested"), EXIST);
  make(ROOT, "dir/nested/file");
  IS(open_(ROOT, 0, "/dir/nested/file", 0, 0, 0), PERM);
  IS(open_(ROOT, 0, "dir/.//nested/../../dir/nested/../nested///./file", 0, 0, 0), OK);
  IS(w_path_open(ROOT, 0, "dir/nested/file\0", 16, 0, 0, 0, 0, &opened), INVAL);
  IS(w_path_open(ROOT, 0, "\xff", 1, 0, 0, 0, 0, &opened), ILSEQ);
  IS(open_(ROOT, 0, "dir/nested/file/", 0, 0, 0), NOTDIR);
  IS(open_(ROOT, 0, "dir/nested/file///", 0, 0, 0), NOTDIR);
  IS(open_(ROOT, 0, "dir/nested/", 0, 0, 0), OK);
  IS(open_(ROOT, 0, "dir/nested///", 0, 0, 0), OK);
  IS(open_(ROOT, 0, "dir/nested/../../../x/dir/nested/file", 0, 0, 0), PERM);
  IS(open_(ROOT, 0, "..", 0, 0, 0), PERM);
  IS(open_(ROOT, 0, "", 0, 0, 0), NOENT);
  IS(open_(ROOT, 0, "dir/nested/file/more", 0, 0, 0), NOTDIR);
  char name[5000];
  memset(name, 'a', sizeof name);
  IS(w_path_open(ROOT, 0, name, 300, O_CREATE, ALL, 0, 0, &opened), NAMETOOLONG);
  IS(w_path_open(ROOT, 0, name, 5000, O_CREATE, ALL, 0, 0, &opened), NAMETOOLONG);
  IS(open_(ROOT, 0, "missing", 0, 0, 0), NOENT);
  IS(open_(ROOT, 0, "dir/nested/file", O_CREATE | O_EXCL_, ALL, 0), EXIST);
  IS(open_(ROOT, 0, "dir", O_CREATE | O_DIR, ALL, 0), INVAL);
  IS(open_(ROOT, 0, "dir/nested/file", O_DIR, 0, 0), NOTDIR);
  u32 file = must_open(ROOT, "dir/nested/file", 0, ALL, 0);
  IS(open_(file, 0, "x", 0, 0, 0), NOTDIR);
  IS(open_(ROOT, 0, "dir", 16, 0, 0), INVAL);
  IS(unlink_(ROOT, "dir"), ISDIR);
  IS(unlink_(ROOT, "dir/nested/file/"), NOTDIR);
  IS(remove_dir(ROOT, "dir/nested"), NOTEMPTY);
  IS(remove_dir(ROOT, "dir/nested/file"), NOTDIR);
  IS(unlink_(ROOT, "dir/nested/file"), OK);
  IS(remove_dir(ROOT, "dir/nested/"), OK);
  IS(remove_dir(ROOT, "dir"), OK);
  IS(remove_dir(ROOT, "dir"), NOENT);
}

static void symbolic_links(void) {
  filestat stat;
  IS(symlink_("target", ROOT, "link"), OK);
  IS(open_(ROOT, 0, "link", O_DIR, 0, 0), NOTDIR);
  IS(open_(ROOT, 0, "link", 0, 0, 0), LOOP);
  IS(open_(ROOT, FOLLOW, "link", 0, 0, 0), NOENT);
  IS(make_dir(ROOT, "target"), OK);
  IS(open_(ROOT, 0, "link", O_DIR, 0, 0), NOTDIR);
  IS(open_(ROOT, 0, "link", 0, 0, 0), LOOP);
  IS(open_(ROOT, FOLLOW, "link", O_DIR, 0, 0), OK);
  IS(stat_(ROOT, 0, "link", &stat), OK);
  CHECK(stat.type == T_LINK && stat.size == 6);
  IS(stat_(ROOT, FOLLOW, "link", &stat), OK);
  CHECK(stat.type == T_DIR);
  IS(remove_dir(ROOT, "target"), OK);
  make(ROOT, "target");
  IS(open_(ROOT, FOLLOW, "link", O_DIR, 0, 0), NOTDIR);
  IS(unlink_(ROOT, "target"), OK);

  char text[8] = "-------";
  u32 used = 0;
  IS(w_path_readlink(ROOT, "link", 4, text, 8, &used), OK);
  CHECK(used == 6 && !memcmp(text, "target-", 7));
  IS(w_path_readlink(ROOT, "link", 4, text, 4, &used), OK);
  CHECK(used == 4 && !memcmp(text, "targ", 4));
  IS(unlink_(ROOT, "link"), OK);

  IS(symlink_("loop", ROOT, "loop"), OK);
  IS(open_(ROOT, FOLLOW, "loop", 0, 0, 0), LOOP);
  IS(unlink_(ROOT, "loop"), OK);
  IS(symlink_("/etc/passwd", ROOT, "absolute"), PERM);
  IS(symlink_("../../etc", ROOT, "out"), OK);
  IS(open_(ROOT, FOLLOW, "out", 0, 0, 0), PERM);
  IS(open_(ROOT, 0, "out/passwd", 0, 0, 0), PERM);
  IS(open_(ROOT, FOLLOW, "out/new", O_CREATE, ALL, 0), PERM);
  IS(unlink_(ROOT, "out"), OK);

  IS(symlink_("source", ROOT, "target/"), NOENT);
  IS(make_dir(ROOT, "target"), OK);
  IS(symlink_("source", ROOT, "target/"), EXIST);
  IS(symlink_("source", ROOT, "target"), EXIST);
  IS(remove_dir(ROOT, "target"), OK);
  make(ROOT, "target");
  IS(symlink_("source", ROOT, "target/"), NOTDIR);
  IS(symlink_("source", ROOT, "target"), EXIST);
  IS(unlink_(ROOT, "target"), OK);
}

static void hard_links(void) {
  filestat one, two;
  make(ROOT, "file");
  IS(link_(ROOT, "file", "link"), OK);
  IS(stat_(ROOT, 0, "file", &one), OK);
  IS(stat_(ROOT, 0, "link", &two), OK);
  CHECK(!memcmp(&one, &two, sizeof one) && one.links == 2);
  IS(link_(ROOT, "file", "link"), EXIST);
  IS(link_(ROOT, "file", "file"), EXIST);
  IS(unlink_(ROOT, "link"), OK);
  IS(make_dir(ROOT, "dir"), OK);
  IS(link_(ROOT, "dir", "link"), PERM);
  IS(link_(ROOT, "file", "dir"), EXIST);
  IS(link_(ROOT, "file", "link/"), NOENT);
  IS(symlink_("nowhere", ROOT, "symlink"), OK);
  IS(link_(ROOT, "symlink", "link"), OK);
  IS(w_path_link(ROOT, FOLLOW, "symlink", 7, ROOT, "other", 5), INVAL);
  IS(unlink_(ROOT, "link"), OK);
  IS(unlink_(ROOT, "symlink"), OK);
  IS(unlink_(ROOT, "file"), OK);
  IS(remove_dir(ROOT, "dir"), OK);
}

static void renames(void) {
  IS(make_dir(ROOT, "source"), OK);
  IS(rename_(ROOT, "source", "target"), OK);
  IS(open_(ROOT, 0, "source", O_DIR, 0, 0), NOENT);
  IS(make_dir(ROOT, "source"), OK);
  IS(rename_(ROOT, "source/", "target/"), OK);
  IS(make_dir(ROOT, "source"), OK);
  make(ROOT, "target/file");
  IS(rename_(ROOT, "source", "target"), NOTEMPTY);
  IS(rename_(ROOT, "source", "target/file"), NOTDIR);
  IS(rename_(ROOT, "target", "target/inside"), INVAL);
  IS(unlink_(ROOT, "target/file"), OK);
  IS(remove_dir(ROOT, "source"), OK);
  IS(remove_dir(ROOT, "target"), OK);
  make(ROOT, "source");
  make(ROOT, "target");
  IS(rename_(ROOT, "source", "target"), OK);
  IS(rename_(ROOT, "target", "source/"), NOTDIR);
  IS(rename_(ROOT, "target/", "source"), NOTDIR);
  IS(make_dir(ROOT, "dir"), OK);
  IS(rename_(ROOT, "target", "dir"), ISDIR);
  IS(rename_(ROOT, "target", "../x"), PERM);
  IS(unlink_(ROOT, "target"), OK);
  IS(remove_dir(ROOT, "dir"), OK);
}

int main(void) {
  inside_and_out();
  symbolic_links();
  hard_links();
  renames();
  return wrong;
}
