#include "serve/log.h"

#include <fmt/format.h>
#include <time.h>

#include <chrono>
#include <iterator>
#include <utility>

#include "base/sys/clock.h"
#include "base/sys/socket.h"
#include "base/utf8.h"

namespace wherry::serve {
namespace {

constexpr size_t gathered_max = 4 << 20;
constexpr auto pace = std::chrono::milliseconds(20);  // between writes, so that many lines share one

}  // namespace

Log::Log(int fd) : fd_(fd), thread_([this] { work(); }) {}

Log::~Log() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = hurry_ = true;
  }
  work_due_.notify_one();
  thread_.join();
}

void Log::line(std::string_view text) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (gathered_.size() + text.size() > gathered_max) {
      ++dropped_;
      return;
    }
    first = gathered_.empty();
    gathered_.append(text).push_back('\n');
  }
  if (first) work_due_.notify_one();
}

void Log::flush() {
  std::unique_lock lock(mutex_);
  hurry_ = true;
  work_due_.notify_one();
  written_.wait(lock, [this] { return gathered_.empty() && !writing_; });
}

void Log::work() {
  std::string text;
  std::unique_lock lock(mutex_);
  for (;;) {
    work_due_.wait(lock, [this] { return !gathered_.empty() || ending_; });
    if (gathered_.empty()) return;
    work_due_.wait_for(lock, pace, [this] { return hurry_; });
    text.swap(gathered_);
    if (dropped_ > 0) fmt::format_to(std::back_inserter(text), "{} log lines were dropped: whoever reads them is too slow\n", std::exchange(dropped_, 0));
    writing_ = true;
    lock.unlock();
    (void)sys::write_all(fd_, text);  // what can't be written is lost; the service goes on
    text.clear();
    lock.lock();
    writing_ = false;
    hurry_ = ending_;
    written_.notify_all();
  }
}

void append_json_string(std::string& out, std::string_view text) {
  const bool valid = utf8::valid(text);
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (c >= 0x80 && !valid) {
      out += "\uFFFD";
    } else {
      out += static_cast<char>(c);
    }
  }
}

void append_quoted(std::string& out, std::string_view text) {
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c < 0x20 || c >= 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", c);
    } else {
      out += static_cast<char>(c);
    }
  }
}

void append_time(std::string& out, int64_t realtime_ns) {
  const time_t seconds = static_cast<time_t>(realtime_ns / sys::ns_per_s);
  tm parts{};
  gmtime_r(&seconds, &parts);
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                 parts.tm_hour, parts.tm_min, parts.tm_sec, realtime_ns % sys::ns_per_s / sys::ns_per_ms);
}

}  // namespace wherry::serve
