// The two kinds of folders, in memory and of this machine, behave the same.
#include "host/files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <set>

#include "host/memory_files.h"

namespace wherry::host {
namespace {

class Folders : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string("memory")) {
      root = make_memory_folder();
      return;
    }
    char name[] = "/tmp/wherry-host-XXXXXX";
    path = mkdtemp(name);
    auto opened = open_folder(path, {.resolver = GetParam() == std::string("walk") ? sys::Resolver::walk : sys::Resolver::automatic});
    ASSERT_TRUE(opened);
    root = *std::move(opened);
  }
  void TearDown() override {
    if (!path.empty()) std::filesystem::remove_all(path);
  }
  Errno make(std::string_view name, std::string_view text = {}) {
    auto opened = root->open_at(name, {.write = true, .create = true});
    if (!opened) return opened.error();
    const auto bytes = std::as_bytes(std::span(text));
    uint64_t end = 0;
    return opened->file->write(ConstPieces(&bytes, 1), 0, {}, end) ? Errno::success : Errno::io;
  }
  std::string read(std::string_view name) {
    auto opened = root->open_at(name, {.read = true, .follow = true});
    if (!opened) return std::string(sys::errno_text(opened.error()));
    if (!opened->file) return "(directory)";
    std::string text(64, '\0');
    const auto bytes = std::as_writable_bytes(std::span(text));
    text.resize(*opened->file->read(Pieces(&bytes, 1), 0));
    return text;
  }
  template <typename T>
  static Errno why(const Io<T>& done) { return done ? Errno::success : done.error(); }

  std::string path;
  std::unique_ptr<Dir> root;
};

TEST_P(Folders, keep_files_folders_and_links) {
  EXPECT_EQ(why(root->create_directory_at("dir")), Errno::success);
  EXPECT_EQ(why(root->create_directory_at("dir/")), Errno::exist);
  EXPECT_EQ(make("dir/file", "hello"), Errno::success);
  EXPECT_EQ(why(root->symlink_at("dir/file", "link")), Errno::success);
  EXPECT_EQ(why(root->link_at("dir/file", *root, "hard")), Errno::success);
  EXPECT_EQ(read("link"), "hello");
  EXPECT_EQ(read("hard"), "hello");
  EXPECT_EQ(read("dir/../dir/./file"), "hello");
  EXPECT_EQ(root->stat_at("hard", false)->links, 2u);
  EXPECT_EQ(root->stat_at("link", false)->type, FileType::symbolic_link);
  EXPECT_EQ(root->stat_at("link", true)->size, 5u);
  EXPECT_EQ(*root->readlink_at("link"), "dir/file");
  EXPECT_EQ(why(root->readlink_at("hard")), Errno::inval);
  EXPECT_EQ(why(root->unlink_at("dir/file")), Errno::success);
  EXPECT_EQ(read("link"), sys::errno_text(Errno::noent));
  EXPECT_EQ(read("hard"), "hello");
}

TEST_P(Folders, have_no_way_out) {
  EXPECT_EQ(why(root->symlink_at("..", "up")), Errno::success);
  EXPECT_EQ(why(root->symlink_at("/etc", "etc")), Errno::perm);
  EXPECT_EQ(why(root->symlink_at("loop", "loop")), Errno::success);
  for (const char* name : {"..", "up", "up/x", "/etc", "a/../../x"}) {
    (void)root->create_directory_at("a");
    EXPECT_EQ(why(root->open_at(name, {.read = true, .follow = true})), Errno::perm) << name;
    EXPECT_EQ(why(root->stat_at(name, true)), Errno::perm) << name;
  }
  EXPECT_EQ(why(root->open_at("loop", {.read = true, .follow = true})), Errno::loop);
  // A folder that was opened is a root of its own.
  auto inner = root->open_at("a", {.read = true, .directory = true});
  ASSERT_TRUE(inner);
  EXPECT_EQ(why(inner->dir->open_at("..", {.read = true})), Errno::perm);
}

TEST_P(Folders, say_the_same_when_something_is_wrong) {
  using namespace std::string_view_literals;
  ASSERT_EQ(make("file"), Errno::success);
  ASSERT_TRUE(root->create_directory_at("dir"));
  ASSERT_EQ(make("dir/inside"), Errno::success);
  ASSERT_TRUE(root->symlink_at("file", "link"));
  EXPECT_EQ(why(root->open_at("file/", {.read = true})), Errno::notdir);
  EXPECT_EQ(why(root->open_at("file/x", {.read = true})), Errno::notdir);
  EXPECT_EQ(why(root->open_at("file", {.read = true, .directory = true})), Errno::notdir);
  EXPECT_EQ(why(root->open_at("link", {.read = true})), Errno::loop);
  EXPECT_EQ(why(root->open_at("link", {.read = true, .directory = true})), Errno::notdir);
  EXPECT_EQ(why(root->open_at("dir", {.write = true})), Errno::isdir);
  EXPECT_EQ(why(root->open_at("new/", {.write = true, .create = true})), Errno::isdir);
  EXPECT_EQ(why(root->open_at("file", {.write = true, .create = true, .exclusive = true})), Errno::exist);
  EXPECT_EQ(why(root->open_at("dir", {.create = true, .directory = true})), Errno::inval);
  EXPECT_EQ(why(root->open_at("", {.read = true})), Errno::noent);
  EXPECT_EQ(why(root->open_at("a\0b"sv, {.read = true})), Errno::inval);
  EXPECT_EQ(why(root->open_at(std::string(256, 'n'), {.read = true})), Errno::nametoolong);
  EXPECT_EQ(why(root->unlink_at("dir")), Errno::isdir);
  EXPECT_EQ(why(root->unlink_at("file/")), Errno::notdir);
  EXPECT_EQ(why(root->remove_directory_at("file")), Errno::notdir);
  EXPECT_EQ(why(root->remove_directory_at("dir")), Errno::notempty);
  EXPECT_EQ(why(root->remove_directory_at(".")), Errno::inval);
  EXPECT_EQ(why(root->rename_at("dir", *root, "dir/x")), Errno::inval);
  EXPECT_EQ(why(root->rename_at("dir", *root, "file")), Errno::notdir);
  EXPECT_EQ(why(root->rename_at("file", *root, "dir")), Errno::isdir);
  EXPECT_EQ(why(root->rename_at("file", *root, "x/")), Errno::notdir);
  EXPECT_EQ(why(root->rename_at("none", *root, "x")), Errno::noent);
  EXPECT_EQ(why(root->link_at("dir", *root, "x")), Errno::perm);
  EXPECT_EQ(why(root->link_at("file", *root, "dir")), Errno::exist);
  EXPECT_EQ(why(root->link_at("file", *root, "x/")), Errno::noent);
  EXPECT_EQ(why(root->symlink_at("x", "dir/")), Errno::exist);
  EXPECT_EQ(why(root->symlink_at("x", "file/")), Errno::notdir);
  EXPECT_EQ(why(root->symlink_at("", "x")), Errno::noent);
}

TEST_P(Folders, rename_over_what_may_be_replaced) {
  ASSERT_EQ(make("a", "A"), Errno::success);
  ASSERT_EQ(make("b", "B"), Errno::success);
  ASSERT_TRUE(root->create_directory_at("from"));
  ASSERT_TRUE(root->create_directory_at("to"));
  ASSERT_EQ(make("from/x", "X"), Errno::success);
  EXPECT_EQ(why(root->rename_at("a", *root, "b")), Errno::success);
  EXPECT_EQ(read("b"), "A");
  EXPECT_EQ(why(root->rename_at("from/", *root, "to/")), Errno::success);
  EXPECT_EQ(read("to/x"), "X");
  EXPECT_EQ(why(root->rename_at("b", *root, "b")), Errno::success);
  EXPECT_EQ(read("b"), "A");
}

TEST_P(Folders, list_from_any_cookie) {
  std::set<std::string> want{".", ".."}, seen;
  for (int i = 0; i < 40; ++i) {
    want.insert("f" + std::to_string(i));
    ASSERT_EQ(make("f" + std::to_string(i)), Errno::success);
  }
  uint64_t cookie = 0;
  for (;;) {
    const auto some = root->entries(cookie, 3);
    ASSERT_TRUE(some);
    if (some->empty()) break;
    for (const DirEntry& entry : *some) {
      seen.insert(entry.name);
      if (entry.name.starts_with(".")) EXPECT_EQ(entry.inode, root->stat()->inode);
    }
    cookie = some->back().next;
  }
  EXPECT_EQ(seen, want);
}

TEST_P(Folders, write_where_they_are_told) {
  auto opened = root->open_at("file", {.read = true, .write = true, .create = true});
  ASSERT_TRUE(opened);
  File& file = *opened->file;
  const auto put = [&](std::string_view text, uint64_t offset, bool append) {
    const auto bytes = std::as_bytes(std::span(text));
    uint64_t end = 0;
    EXPECT_EQ(*file.write(ConstPieces(&bytes, 1), offset, {.append = append}, end), text.size());
    return end;
  };
  EXPECT_EQ(put("hello", 2, false), 7u);
  EXPECT_EQ(put("!", 0, true), 8u);
  EXPECT_EQ(put("HE", 2, false), 4u);
  EXPECT_EQ(read("file"), std::string("\0\0HEllo!", 8));
  EXPECT_TRUE(file.set_size(3));
  EXPECT_TRUE(file.allocate(0, 5));
  EXPECT_EQ(why(file.allocate(0, 0)), Errno::inval);
  EXPECT_EQ(file.stat()->size, 5u);
  EXPECT_TRUE(file.set_times({SetTime::Kind::at, 5}, {SetTime::Kind::at, 6}));
  EXPECT_EQ(file.stat()->accessed_ns, 5);
  EXPECT_EQ(file.stat()->modified_ns, 6);
}

INSTANTIATE_TEST_SUITE_P(All, Folders, testing::Values("memory", "machine", "walk"), [](const auto& info) { return std::string(info.param); });

TEST(ReadOnlyFolder, refuses_every_change) {
  char name[] = "/tmp/wherry-host-XXXXXX";
  const std::string path = mkdtemp(name);
  auto writable = *open_folder(path);
  ASSERT_TRUE(writable->create_directory_at("dir"));
  ASSERT_TRUE(writable->open_at("file", {.write = true, .create = true}));
  auto root = *open_folder(path, {.read_only = true});
  auto refused = [](const auto& done) { return !done && done.error() == Errno::rofs; };
  EXPECT_TRUE(refused(root->open_at("file", {.write = true})));
  EXPECT_TRUE(refused(root->open_at("file", {.read = true, .truncate = true})));
  EXPECT_TRUE(refused(root->open_at("new", {.read = true, .create = true})));
  EXPECT_TRUE(refused(root->create_directory_at("new")));
  EXPECT_TRUE(refused(root->unlink_at("file")));
  EXPECT_TRUE(refused(root->remove_directory_at("dir")));
  EXPECT_TRUE(refused(root->symlink_at("x", "new")));
  EXPECT_TRUE(refused(root->rename_at("file", *root, "new")));
  EXPECT_TRUE(refused(root->rename_at("file", *writable, "new")));
  EXPECT_TRUE(refused(root->link_at("file", *writable, "new")));
  EXPECT_TRUE(refused(writable->rename_at("file", *root, "new")));
  EXPECT_TRUE(refused(root->set_times({SetTime::Kind::now, 0}, {})));
  EXPECT_TRUE(refused(root->set_times_at("file", false, {SetTime::Kind::now, 0}, {})));
  auto inner = root->open_at("dir", {.read = true});
  ASSERT_TRUE(inner);
  EXPECT_TRUE(refused(inner->dir->create_directory_at("new")));
  auto file = root->open_at("file", {.read = true});
  ASSERT_TRUE(file);
  EXPECT_TRUE(refused(file->file->set_times({SetTime::Kind::now, 0}, {})));
  EXPECT_FALSE(file->file->set_size(10));
  std::filesystem::remove_all(path);
}

TEST(MemoryFolder, is_bounded) {
  auto root = make_memory_folder({.bytes_max = 10'000});
  auto opened = root->open_at("file", {.read = true, .write = true, .create = true});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->file->set_size(20'000).error(), Errno::nospc);
  EXPECT_EQ(opened->file->set_size(uint64_t{1} << 60).error(), Errno::nospc);
  EXPECT_TRUE(opened->file->set_size(9'000));
  EXPECT_TRUE(opened->file->set_size(0));
  int made = 0;
  while (root->create_directory_at("dir" + std::to_string(made))) ++made;
  EXPECT_GT(made, 10);
  EXPECT_LT(made, 100);
}

}  // namespace
}  // namespace wherry::host
