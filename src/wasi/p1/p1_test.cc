#include "wasi/p1/p1.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "host/memory_files.h"
#include "runtime/call.h"
#include "runtime/store.h"

namespace wherry::wasi::p1 {
namespace {

// A guest without code: its memory, and the calls as it would make them.
class Guest {
 public:
  explicit Guest(std::vector<std::string> args = {"prog"}, std::vector<std::pair<std::string, std::string>> env = {}, bool with_folder = true,
                 size_t descriptors_max = 16)
      : store(shared), entered(store), caller(entered.thread()) {
    wasm::MemoryType type;
    type.pages = {1, 1};
    memory = *store.make_memory(type);
    Context context{in, out, err, clock, random, waiter, std::move(args), std::move(env), {}, {}, descriptors_max};
    if (with_folder) context.preopens.push_back({host::make_memory_folder(), "/data"});
    process.emplace(std::move(context));
  }

  Call call(Snapshot snapshot = Snapshot::preview1) { return {caller, snapshot, GuestMemory(memory)}; }
  template <typename T>
  T at(uint32_t address) { return *GuestMemory(memory).load<T>(address); }
  template <typename T>
  void put(uint32_t address, T value) { ASSERT_TRUE(GuestMemory(memory).store(address, value)); }
  uint32_t put_text(uint32_t address, std::string_view text) {
    EXPECT_TRUE(GuestMemory(memory).store_bytes(address, std::as_bytes(std::span(text))));
    return static_cast<uint32_t>(text.size());
  }
  std::string text(uint32_t address, uint32_t length) {
    const auto bytes = *memory->span(address, length);
    return {bytes.begin(), bytes.end()};
  }
  // An iovec at 1000.
  uint32_t iovec(uint32_t address, uint32_t length) {
    put(1000, address);
    put(1004, length);
    return 1000;
  }
  uint32_t open(std::string_view path, uint32_t oflags = oflags::create, Rights base = ~Rights{0}) {
    Call c = call();
    EXPECT_EQ(process->path_open(c, 3, 0, 2000, put_text(2000, path), oflags, base, ~Rights{0}, 0, 3000), Errno::success);
    return at<uint32_t>(3000);
  }

  runtime::Shared shared;
  runtime::Store store;
  runtime::Entered entered;
  runtime::Caller caller;
  runtime::Memory* memory = nullptr;
  host::TextInput in{"typed in"};
  host::TextOutput out, err;
  host::ManualClock clock;
  host::SeededRandom random{1};
  host::ThreadWaiter waiter;
  std::optional<Process> process;
};

TEST(Wasi01, has_all_46_functions_with_their_signatures) {
  const auto all = functions();
  EXPECT_EQ(all.size(), 46u);
  const auto text = [&](std::string_view name) {
    for (const FunctionInfo& info : all) {
      if (info.name == name) return info.text;
    }
    return std::string("missing");
  };
  EXPECT_EQ(text("fd_seek"), "fd_seek(fd: i32, offset: i64, whence: i32, newoffset*: i32) -> errno: i32");
  EXPECT_EQ(text("proc_exit"), "proc_exit(code: i32)");
  EXPECT_EQ(text("sched_yield"), "sched_yield() -> errno: i32");
  EXPECT_EQ(text("path_open"),
            "path_open(fd: i32, dirflags: i32, path*: i32, path_len: i32, oflags: i32, rights_base: i64, rights_inheriting: i64, fdflags: i32, "
            "opened_fd*: i32) -> errno: i32");
  for (const FunctionInfo& info : all) EXPECT_EQ(info.text.find("(:"), std::string::npos) << info.text;
}

TEST(Wasi01, lays_arguments_and_environment_out_as_the_guest_expects) {
  Guest guest({"prog", "a b"}, {{"K", "V=1"}, {"EMPTY", ""}});
  Call call = guest.call();
  ASSERT_EQ(guest.process->args_sizes_get(call, 0, 4), Errno::success);
  EXPECT_EQ(guest.at<uint32_t>(0), 2u);
  EXPECT_EQ(guest.at<uint32_t>(4), 9u);
  ASSERT_EQ(guest.process->args_get(call, 0, 100), Errno::success);
  EXPECT_EQ(guest.at<uint32_t>(0), 100u);
  EXPECT_EQ(guest.at<uint32_t>(4), 105u);
  EXPECT_EQ(guest.text(100, 9), std::string("prog\0a b\0", 9));
  ASSERT_EQ(guest.process->environ_get(call, 0, 100), Errno::success);
  EXPECT_EQ(guest.text(100, 13), std::string("K=V=1\0EMPTY=\0", 13));
}

TEST(Wasi01, grants_nothing_by_default) {
  Guest guest({}, {}, false);
  Call call = guest.call();
  guest.process->environ_sizes_get(call, 0, 4) == Errno::success ? void() : void(ADD_FAILURE());
  EXPECT_EQ(guest.at<uint32_t>(0), 0u);
  for (uint32_t fd = 3; fd < 40; ++fd) {
    EXPECT_EQ(guest.process->fd_fdstat_get(call, fd, 0), Errno::badf);
    EXPECT_EQ(guest.process->fd_prestat_get(call, fd, 0), Errno::badf);
    EXPECT_EQ(guest.process->path_open(call, fd, 0, 0, 1, 0, 0, 0, 0, 100), Errno::badf);
  }
}

TEST(Wasi01, answers_fault_for_every_address_outside) {
  Guest guest;
  Call call = guest.call();
  Process& process = *guest.process;
  for (const uint32_t outside : {65533u, 65536u, 0x80000000u, 0xFFFFFFFFu}) {
    EXPECT_EQ(process.args_get(call, outside, 0), Errno::fault);
    EXPECT_EQ(process.args_sizes_get(call, 0, outside), Errno::fault);
    EXPECT_EQ(process.clock_time_get(call, 0, 0, outside), Errno::fault);
    EXPECT_EQ(process.fd_fdstat_get(call, 0, outside), Errno::fault);
    EXPECT_EQ(process.fd_write(call, 1, outside, 1, 0), Errno::fault);
    EXPECT_EQ(process.fd_write(call, 1, guest.iovec(outside, 100), 1, 0), Errno::fault);
    EXPECT_EQ(process.fd_write(call, 1, guest.iovec(0, 4), 1, outside), Errno::fault);
    EXPECT_EQ(process.path_open(call, 3, 0, outside, 100, 0, 0, 0, 0, 0), Errno::fault);
    EXPECT_EQ(process.random_get(call, outside, 100), Errno::fault);
    EXPECT_EQ(process.poll_oneoff(call, outside, 0, 1, 0), Errno::fault);
    EXPECT_EQ(process.fd_readdir(call, 3, outside, 100, 0, 0), Errno::fault);
  }
  EXPECT_EQ(guest.out.text(), "");
  EXPECT_EQ(process.fd_write(call, 1, 0, iovecs_max + 1, 0), Errno::inval);
  EXPECT_EQ(process.poll_oneoff(call, 0, 0, subscriptions_max + 1, 0), Errno::inval);
}

TEST(Wasi01, reads_and_writes_standard_streams) {
  Guest guest;
  Call call = guest.call();
  const uint32_t length = guest.put_text(100, "hello\n");
  ASSERT_EQ(guest.process->fd_write(call, 1, guest.iovec(100, length), 1, 0), Errno::success);
  EXPECT_EQ(guest.at<uint32_t>(0), 6u);
  EXPECT_EQ(guest.out.text(), "hello\n");
  ASSERT_EQ(guest.process->fd_read(call, 0, guest.iovec(200, 5), 1, 0), Errno::success);
  EXPECT_EQ(guest.text(200, 5), "typed");
  EXPECT_EQ(guest.process->fd_read(call, 1, guest.iovec(200, 5), 1, 0), Errno::badf);
  EXPECT_EQ(guest.process->fd_seek(call, 1, 0, 0, 0), Errno::spipe);
}

TEST(Wasi01, keeps_the_layouts_of_both_snapshots) {
  Guest guest;
  const uint32_t fd = guest.open("file");
  Call now = guest.call(), old = guest.call(Snapshot::unstable);
  guest.put_text(100, "12345");
  ASSERT_EQ(guest.process->fd_write(now, fd, guest.iovec(100, 5), 1, 0), Errno::success);
  ASSERT_EQ(guest.process->fd_filestat_get(now, fd, 500), Errno::success);
  EXPECT_EQ(guest.at<uint8_t>(516), 4);
  EXPECT_EQ(guest.at<uint64_t>(524), 1u);
  EXPECT_EQ(guest.at<uint64_t>(532), 5u);
  guest.put(500 + 56, uint64_t{77});
  ASSERT_EQ(guest.process->fd_filestat_get(old, fd, 500), Errno::success);
  EXPECT_EQ(guest.at<uint32_t>(520), 1u);
  EXPECT_EQ(guest.at<uint64_t>(524), 5u);
  EXPECT_EQ(guest.at<uint64_t>(556), 77u);  // not written: that layout is shorter
  // Whence: set, current, end; in the old snapshot current, end, set.
  ASSERT_EQ(guest.process->fd_seek(now, fd, 1, 0, 0), Errno::success);
  EXPECT_EQ(guest.at<uint64_t>(0), 1u);
  ASSERT_EQ(guest.process->fd_seek(old, fd, 1, 0, 0), Errno::success);
  EXPECT_EQ(guest.at<uint64_t>(0), 2u);
  ASSERT_EQ(guest.process->fd_seek(now, fd, -1, 2, 0), Errno::success);
  EXPECT_EQ(guest.at<uint64_t>(0), 4u);
  ASSERT_EQ(guest.process->fd_seek(old, fd, 3, 2, 0), Errno::success);
  EXPECT_EQ(guest.at<uint64_t>(0), 3u);
  // A clock's subscription has one word more in the old one.
  for (Call* call : {&now, &old}) {
    const uint32_t field = call == &now ? 16 : 24;
    for (uint32_t i = 0; i < 64; ++i) guest.put(600 + i, uint8_t{0});
    guest.put(600, uint64_t{42});
    guest.put(600 + field, uint32_t{1});
    guest.put(600 + field + 8, uint64_t{1'000'000});
    ASSERT_EQ(guest.process->poll_oneoff(*call, 600, 700, 1, 0), Errno::success);
    EXPECT_EQ(guest.at<uint32_t>(0), 1u);
    EXPECT_EQ(guest.at<uint64_t>(700), 42u);
    EXPECT_EQ(guest.at<uint16_t>(708), 0u);
  }
}

TEST(Wasi01, bounds_the_descriptors) {
  Guest guest;
  Call call = guest.call();
  for (uint32_t fd = 4; fd < 16; ++fd) EXPECT_EQ(guest.open("file"), fd);
  EXPECT_EQ(guest.process->path_open(call, 3, 0, 2000, guest.put_text(2000, "new"), oflags::create, 0, 0, 0, 3000), Errno::mfile);
  EXPECT_EQ(guest.process->path_open(call, 3, 0, 2000, 3, 0, 0, 0, 0, 3000), Errno::mfile);
  ASSERT_EQ(guest.process->fd_close(call, 7), Errno::success);
  EXPECT_EQ(guest.open("file"), 7u);
}

TEST(Wasi01, gives_a_file_only_the_rights_that_were_asked_for_and_inherited) {
  Guest guest;
  Call call = guest.call();
  const uint32_t fd = guest.open("file", oflags::create, rights::fd_read);
  EXPECT_EQ(guest.process->fd_write(call, fd, guest.iovec(100, 1), 1, 0), Errno::badf);
  EXPECT_EQ(guest.process->fd_filestat_set_size(call, fd, 10), Errno::notcapable);
  EXPECT_EQ(guest.process->fd_fdstat_set_rights(call, fd, rights::fd_read | rights::fd_write, 0), Errno::notcapable);
  ASSERT_EQ(guest.process->fd_fdstat_set_rights(call, 3, rights::path_open, rights::fd_read), Errno::success);
  const uint32_t other = guest.open("file", 0);
  ASSERT_EQ(guest.process->fd_fdstat_get(call, other, 500), Errno::success);
  EXPECT_EQ(guest.at<uint64_t>(508), rights::fd_read);
  EXPECT_EQ(guest.process->path_open(call, 3, 0, 2000, 4, oflags::create, 0, 0, 0, 3000), Errno::notcapable);
  EXPECT_EQ(guest.process->path_unlink_file(call, 3, 2000, 4), Errno::notcapable);
}

TEST(Wasi01, a_waiting_guest_can_be_interrupted) {
  Guest guest;
  Call call = guest.call();
  guest.put(616, uint32_t{1});
  guest.put(624, uint64_t{3'600'000'000'000});
  std::thread host([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    guest.store.interrupt();
  });
  EXPECT_EQ(guest.process->poll_oneoff(call, 600, 700, 1, 0), Errno::intr);
  EXPECT_EQ(call.trap, abi::Trap::interrupted);
  host.join();
}

TEST(Wasi01, ends_with_the_code_that_the_guest_gives) {
  Guest guest;
  Call call = guest.call();
  guest.process->proc_exit(call, 3);
  EXPECT_EQ(call.trap, abi::Trap::exit);
  EXPECT_EQ(guest.entered.thread().exit_code, 3);
  Call raised = guest.call();
  EXPECT_EQ(guest.process->proc_raise(raised, 6), Errno::success);
  EXPECT_EQ(guest.entered.thread().exit_code, 134);
}

TEST(Wasi01, every_function_is_found_by_a_linker_under_both_names) {
  runtime::Shared shared;
  engine::Linker linker;
  Guest guest;
  ASSERT_TRUE(add_to_linker(linker, shared.types, *guest.process));
  for (const FunctionInfo& info : functions()) {
    EXPECT_TRUE(linker.find("wasi_snapshot_preview1", info.name)) << info.name;
    EXPECT_TRUE(linker.find("wasi_unstable", info.name)) << info.name;
  }
  EXPECT_FALSE(linker.find("wasi_snapshot_preview1", "fd_dup"));
}

}  // namespace
}  // namespace wherry::wasi::p1
