#include "serve/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "base/sys/socket.h"

namespace wherry::serve {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
    in = sys::Fd(ends[0]);
    out = sys::Fd(ends[1]);
  }
  std::string read_all() {
    out.close();
    std::string all;
    char buffer[65536];
    for (ssize_t got = 0; (got = read(in.get(), buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<size_t>(got));
    return all;
  }
  sys::Fd in, out;
};

TEST(Log, keeps_lines_whole_and_in_the_order_of_each_thread) {
  Pipe pipe;
  std::string all;
  std::thread reader([&] {
    char buffer[4096];
    for (ssize_t got = 0; (got = read(pipe.in.get(), buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<size_t>(got));
  });
  {
    Log log(pipe.out.get());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 1000; ++i) log.line(std::to_string(t) + " " + std::to_string(i));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  pipe.out.close();
  reader.join();
  int next[4] = {};
  size_t count = 0;
  for (size_t at = 0; at < all.size(); ++count) {
    const size_t end = all.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    const int t = all[at] - '0';
    ASSERT_EQ(all.substr(at + 2, end - at - 2), std::to_string(next[t]++));
    at = end + 1;
  }
  EXPECT_EQ(count, 4000u);
}

TEST(Log, flush_waits_until_it_is_written) {
  Pipe pipe;
  Log log(pipe.out.get());
  log.line("first");
  log.flush();
  char buffer[16];
  ASSERT_EQ(read(pipe.in.get(), buffer, sizeof buffer), 6);
  EXPECT_EQ(std::string(buffer, 6), "first\n");
  log.flush();  // nothing to write
}

TEST(Log, drops_and_counts_when_the_reader_is_too_slow) {
  Pipe pipe;
  std::string all;
  std::thread reader;
  {
    Log log(pipe.out.get());
    const std::string line(1023, 'x');
    for (int i = 0; i < 10'000; ++i) log.line(line);  // 10 MB, and nobody reads: the pipe takes 64 KiB
    reader = std::thread([&] {
      char buffer[65536];
      for (ssize_t got = 0; (got = read(pipe.in.get(), buffer, sizeof buffer)) > 0;) all.append(buffer, static_cast<size_t>(got));
    });
    log.flush();
    log.line("last");
  }
  pipe.out.close();
  reader.join();
  EXPECT_LT(all.size(), 10'000'000u);
  EXPECT_GT(all.size(), 4'000'000u);
  EXPECT_NE(all.find(" log lines were dropped"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\nlast\n"));
}

TEST(Log, escapes_what_could_break_a_line) {
  std::string out;
  append_quoted(out, "a\"b\\c\r\n\x01\xFF");
  EXPECT_EQ(out, "a\\\"b\\\\c\\x0d\\x0a\\x01\\xff");
  out.clear();
  append_json_string(out, "a\"b\\c\n\u00E4");
  EXPECT_EQ(out, "a\\\"b\\\\c\\u000a\u00E4");
  out.clear();
  append_json_string(out, "\xFFx");
  EXPECT_EQ(out, "\uFFFDx");
}

TEST(Log, times_are_utc_with_milliseconds) {
  std::string out;
  append_time(out, 1'795'391'041'123'456'789);
  EXPECT_EQ(out, "2026-11-22T23:44:01.123Z");
}

}  // namespace
}  // namespace wherry::serve
