#include "base/sys/files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <thread>

namespace wherry::sys {
namespace {

namespace fs = std::filesystem;

// A folder with a sandbox beside a secret, seen by each of the two ways to resolve paths.
class Sandbox : public testing::TestWithParam<Resolver> {
 protected:
  void SetUp() override {
    char name[] = "/tmp/wherry-files-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    base = name;
    root = base / "root";
    fs::create_directories(root / "dir/nested");
    fs::create_directories(base / "outside");
    write(base / "outside/secret", "secret");
    write(root / "file", "hello");
    write(root / "dir/nested/file", "nested");
    open();
  }
  void TearDown() override { fs::remove_all(base); }

  void open() {
    auto opened = Directory::open(root.string(), GetParam());
    ASSERT_TRUE(opened) << opened.error().what;
    sandbox.emplace(*std::move(opened));
  }
  static void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }

  Errno why(std::string_view path, OpenFlags flags = {.read = true, .follow = true}) const {
    const auto opened = sandbox->open_at(path, flags);
    return opened ? Errno::success : opened.error();
  }
  std::string read(std::string_view path) const {
    const auto opened = sandbox->open_at(path, {.read = true, .follow = true});
    if (!opened) return std::string(errno_text(opened.error()));
    std::string text(100, '\0');
    const std::span<std::byte> into(reinterpret_cast<std::byte*>(text.data()), text.size());
    const auto got = file_read(opened->get(), Pieces(&into, 1), 0);
    if (!got) return std::string(errno_text(got.error()));
    return text.substr(0, *got);
  }

  fs::path base, root;
  std::optional<Directory> sandbox;
};

TEST_P(Sandbox, opens_what_is_beneath) {
  EXPECT_EQ(read("file"), "hello");
  EXPECT_EQ(read("./dir//nested/./file"), "nested");
  EXPECT_EQ(read("dir/.//nested/../../dir/nested/../nested///./file"), "nested");
  EXPECT_EQ(why("."), Errno::success);
  EXPECT_EQ(why("dir/.."), Errno::success);
  EXPECT_EQ(why("dir/nested///"), Errno::success);
}

TEST_P(Sandbox, refuses_every_way_out) {
  fs::create_symlink(base / "outside", root / "absolute");
  fs::create_symlink("../outside", root / "relative");
  fs::create_symlink("../../outside/secret", root / "dir/up");
  fs::create_symlink("relative/secret", root / "chained");
  fs::create_symlink("/proc/self/root", root / "magic");
  for (const char* path : {"/etc/passwd", "..", "../outside/secret", "dir/../../outside/secret", "dir/nested/../../../root/file",
                           "absolute", "absolute/secret", "relative", "relative/secret", "dir/up", "chained", "magic/etc/passwd"}) {
    EXPECT_EQ(why(path), Errno::perm) << path;
    const auto stat = sandbox->stat_at(path, true);
    EXPECT_TRUE(!stat && stat.error() == Errno::perm) << path;
  }
  const auto times = sandbox->set_times_at("chained", true, {SetTime::Kind::now, 0}, {});
  EXPECT_TRUE(!times && times.error() == Errno::perm);
  for (const char* path : {"../made", "relative/made", "absolute/made", "dir/../../made"}) {
    EXPECT_EQ(why(path, {.write = true, .create = true, .follow = true}), Errno::perm) << path;
    EXPECT_EQ(sandbox->create_directory_at(path).error(), Errno::perm) << path;
    EXPECT_EQ(sandbox->symlink_at("x", path).error(), Errno::perm) << path;
    EXPECT_EQ(sandbox->rename_at("file", *sandbox, path).error(), Errno::perm) << path;
    EXPECT_EQ(sandbox->link_at("file", *sandbox, path).error(), Errno::perm) << path;
  }
  EXPECT_EQ(sandbox->unlink_at("relative/secret").error(), Errno::perm);
  EXPECT_EQ(sandbox->remove_directory_at("../outside").error(), Errno::perm);
  EXPECT_EQ(sandbox->rename_at("relative/secret", *sandbox, "stolen").error(), Errno::perm);
  EXPECT_EQ(sandbox->link_at("relative/secret", *sandbox, "stolen").error(), Errno::perm);
  EXPECT_EQ(sandbox->readlink_at("relative/secret").error(), Errno::perm);
  EXPECT_FALSE(fs::exists(base / "made"));
  EXPECT_TRUE(fs::exists(base / "outside/secret"));
}

TEST_P(Sandbox, dots_at_the_end_never_leave) {
  EXPECT_EQ(sandbox->remove_directory_at("..").error(), Errno::perm);
  EXPECT_EQ(sandbox->unlink_at("dir/../..").error(), Errno::perm);
  EXPECT_EQ(sandbox->rename_at("..", *sandbox, "x").error(), Errno::perm);
  EXPECT_EQ(sandbox->rename_at("dir", *sandbox, "dir/nested/../..").error(), Errno::busy);
  EXPECT_EQ(sandbox->remove_directory_at(".").error(), Errno::inval);
  EXPECT_EQ(sandbox->create_directory_at("dir/..").error(), Errno::exist);
}

TEST_P(Sandbox, follows_links_that_stay_inside) {
  fs::create_symlink("nested/file", root / "dir/link");
  fs::create_symlink("dir/../dir/nested", root / "dirlink");
  EXPECT_EQ(read("dir/link"), "nested");
  EXPECT_EQ(read("dirlink/file"), "nested");
  EXPECT_EQ(why("dir/link", {.read = true}), Errno::loop);
  EXPECT_EQ(sandbox->stat_at("dir/link", true)->type, FileType::regular_file);
  EXPECT_EQ(sandbox->stat_at("dir/link", false)->type, FileType::symbolic_link);
  EXPECT_EQ(sandbox->stat_at("dirlink/", false)->type, FileType::directory);
  EXPECT_EQ(*sandbox->readlink_at("dir/link"), "nested/file");
  EXPECT_EQ(why("made-through", {.write = true, .create = true, .follow = true}), Errno::success);
}

TEST_P(Sandbox, creates_through_a_dangling_link_only_inside) {
  fs::create_symlink("dir/new", root / "dangling");
  fs::create_symlink("../outside/new", root / "dangling-out");
  EXPECT_EQ(why("dangling", {.write = true, .create = true, .follow = true}), Errno::success);
  EXPECT_TRUE(fs::exists(root / "dir/new"));
  EXPECT_EQ(why("dangling-out", {.write = true, .create = true, .follow = true}), Errno::perm);
  EXPECT_FALSE(fs::exists(base / "outside/new"));
}

TEST_P(Sandbox, ends_loops_of_links) {
  fs::create_symlink("loop", root / "loop");
  fs::create_symlink("b", root / "a");
  fs::create_symlink("a/x", root / "b");
  EXPECT_EQ(why("loop"), Errno::loop);
  EXPECT_EQ(why("a"), Errno::loop);
  EXPECT_EQ(why("loop/x/y"), Errno::loop);
}

TEST_P(Sandbox, refuses_paths_that_are_none) {
  using namespace std::string_view_literals;
  EXPECT_EQ(why(""), Errno::noent);
  EXPECT_EQ(why("file\0"sv), Errno::inval);
  EXPECT_EQ(why("dir\0/../../x"sv), Errno::inval);
  EXPECT_EQ(why(std::string(5000, 'a')), Errno::nametoolong);
  EXPECT_EQ(why(std::string(300, 'a')), Errno::nametoolong);
  EXPECT_EQ(why("nothing/file"), Errno::noent);
  EXPECT_EQ(why("file/x"), Errno::notdir);
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "dir/../";
  EXPECT_EQ(read(deep.substr(0, 3500) + "file"), "hello");
}

TEST_P(Sandbox, a_slash_at_the_end_means_a_directory) {
  EXPECT_EQ(why("file/"), Errno::notdir);
  EXPECT_EQ(why("new/", {.write = true, .create = true, .follow = true}), Errno::isdir);
  EXPECT_EQ(sandbox->stat_at("file/", false).error(), Errno::notdir);
  EXPECT_EQ(sandbox->unlink_at("file/").error(), Errno::notdir);
  EXPECT_EQ(sandbox->unlink_at("dir/").error(), Errno::isdir);
  EXPECT_EQ(sandbox->symlink_at("source", "target/").error(), Errno::noent);
  EXPECT_EQ(sandbox->symlink_at("source", "dir/").error(), Errno::exist);
  EXPECT_EQ(sandbox->link_at("file", *sandbox, "link/").error(), Errno::noent);
  EXPECT_EQ(sandbox->rename_at("file", *sandbox, "other/").error(), Errno::notdir);
  EXPECT_EQ(sandbox->rename_at("file/", *sandbox, "other").error(), Errno::notdir);
  EXPECT_TRUE(sandbox->rename_at("dir/", *sandbox, "moved/"));
  EXPECT_TRUE(sandbox->create_directory_at("fresh/"));
  EXPECT_TRUE(sandbox->remove_directory_at("fresh/"));
}

TEST_P(Sandbox, neither_waits_for_special_files_nor_opens_them) {
  ASSERT_EQ(mkfifo((root / "fifo").c_str(), 0666), 0);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(root.string().size() + 8, sizeof address.sun_path);
  std::strcpy(address.sun_path, (root / "socket").c_str());
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  for (const char* path : {"fifo", "socket"}) {
    EXPECT_EQ(why(path), Errno::acces) << path;
    EXPECT_EQ(why(path, {.write = true, .create = true, .follow = true}), Errno::acces) << path;
  }
  EXPECT_EQ(sandbox->stat_at("fifo", false)->type, FileType::fifo);
  close(listener);
}

TEST_P(Sandbox, opens_only_the_harmless_devices) {
  auto devices = Directory::open("/dev", GetParam());
  ASSERT_TRUE(devices);
  EXPECT_TRUE(devices->open_at("null", {.read = true, .write = true}));
  EXPECT_TRUE(devices->open_at("urandom", {.read = true}));
  const auto terminal = devices->open_at("tty", {.read = true, .write = true});
  EXPECT_TRUE(!terminal && terminal.error() == Errno::acces);
}

TEST_P(Sandbox, does_not_follow_magic_links) {
  auto process = Directory::open("/proc/self", GetParam());
  ASSERT_TRUE(process);
  EXPECT_FALSE(process->open_at("root/etc/passwd", {.read = true, .follow = true}));
  EXPECT_FALSE(process->open_at("fd/0", {.read = true, .follow = true}));
  EXPECT_FALSE(process->open_at("cwd/.", {.read = true, .follow = true}));
}

// Somebody swaps a directory for a link to the outside, and moves another one out and in again, while we resolve.
TEST_P(Sandbox, holds_while_names_are_swapped) {
  fs::create_symlink("../outside", root / "evil");
  fs::create_directories(root / "swap/deep");
  write(root / "swap/secret", "inside");
  write(root / "swap/deep/secret", "inside");
  std::atomic<bool> done = false;
  std::thread racer([&] {
    const std::string a = root / "swap", b = root / "evil", moved = base / "moved";
    while (!done) {
      (void)renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
      (void)rename((a + "/deep").c_str(), moved.c_str());
      (void)rename(moved.c_str(), (a + "/deep").c_str());
    }
  });
  for (int i = 0; i < 3000; ++i) {
    EXPECT_NE(read("swap/secret"), "secret");
    EXPECT_NE(read("swap/deep/../secret"), "secret");
    EXPECT_NE(read("swap/deep/../../outside/secret"), "secret");
    const auto made = sandbox->open_at("swap/made", {.write = true, .create = true, .follow = true});
    ASSERT_FALSE(fs::exists(base / "outside/made"));
    (void)sandbox->unlink_at("swap/secret2");
  }
  done = true;
  racer.join();
  EXPECT_TRUE(fs::exists(base / "outside/secret"));
}

TEST_P(Sandbox, lists_entries_and_goes_on_from_each) {
  fs::create_directories(root / "many");
  for (int i = 0; i < 500; ++i) write(root / "many" / std::to_string(i), "");
  const auto many = Directory(*sandbox->open_at("many", {.read = true, .directory = true}), GetParam());
  std::set<std::string> seen;
  uint64_t cookie = 0;
  for (;;) {
    const auto some = many.entries(cookie, 7);
    ASSERT_TRUE(some);
    if (some->empty()) break;
    for (const DirEntry& entry : *some) EXPECT_TRUE(seen.insert(entry.name).second) << entry.name;
    cookie = some->back().next;
  }
  EXPECT_EQ(seen.size(), 502u);
  EXPECT_TRUE(seen.contains("."));
}

TEST_P(Sandbox, writes_at_offsets_and_at_the_end) {
  const auto file = sandbox->open_at("new", {.read = true, .write = true, .create = true, .exclusive = true});
  ASSERT_TRUE(file);
  const auto put = [&](std::string_view text, uint64_t offset, bool append) {
    const auto bytes = std::as_bytes(std::span(text));
    uint64_t end = 0;
    EXPECT_EQ(*file_write(file->get(), ConstPieces(&bytes, 1), offset, {.append = append}, end), text.size());
    return end;
  };
  EXPECT_EQ(put("hello", 0, false), 5u);
  EXPECT_EQ(put(" world", 0, true), 11u);
  EXPECT_EQ(put("J", 0, false), 1u);
  EXPECT_EQ(read("new"), "Jello world");
  EXPECT_EQ(put("end", (uint64_t{1} << 32) + 5, false), (uint64_t{1} << 32) + 8);  // 64-bit offsets everywhere
  EXPECT_EQ(file_stat(file->get())->size, (uint64_t{1} << 32) + 8);
  EXPECT_TRUE(file_set_size(file->get(), 3));
  EXPECT_EQ(read("new"), "Jel");
  std::span<const std::byte> nothing;
  uint64_t end = 0;
  EXPECT_EQ(file_write(file->get(), ConstPieces(&nothing, 1), UINT64_MAX, {}, end).error(), Errno::inval);
}

TEST_P(Sandbox, sets_times_of_links_and_of_what_they_mean) {
  fs::create_symlink("file", root / "link");
  const SetTime at{SetTime::Kind::at, 1'234'567'891'000'000'123};
  EXPECT_TRUE(sandbox->set_times_at("link", true, {}, at));
  EXPECT_EQ(sandbox->stat_at("file", false)->modified_ns, at.ns);
  EXPECT_NE(sandbox->stat_at("link", false)->modified_ns, at.ns);
  EXPECT_TRUE(sandbox->set_times_at("link", false, {}, at));
  EXPECT_EQ(sandbox->stat_at("link", false)->modified_ns, at.ns);
  const SetTime before_1970{SetTime::Kind::at, -1};
  EXPECT_TRUE(sandbox->set_times_at("file", false, before_1970, before_1970));
  EXPECT_EQ(sandbox->stat_at("file", false)->modified_ns, -1);
}

INSTANTIATE_TEST_SUITE_P(Both, Sandbox, testing::Values(Resolver::automatic, Resolver::walk),
                         [](const auto& info) { return info.param == Resolver::walk ? "walk" : "automatic"; });

TEST(WholeFile, is_bounded) {
  EXPECT_EQ(read_whole_file("/dev/zero", 100).error().kind, ErrorKind::limit);
  EXPECT_EQ(read_whole_file("/nowhere", 100).error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(read_whole_file("/tmp", 100));
  EXPECT_GT(read_whole_file("/proc/self/status", 1 << 20)->size(), 10u);
}

}  // namespace
}  // namespace wherry::sys
