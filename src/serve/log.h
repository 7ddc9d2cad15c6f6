// Lines for people and machines, from any thread, without waiting: they are gathered in memory and written by a thread
// of their own. When whoever reads them is too slow, lines are dropped and counted, never is a request held up.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace wherry::serve {

class Log {
 public:
  // Writes to a descriptor that outlives it.
  explicit Log(int fd);
  ~Log();  // writes what is left
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // One line without its end; line breaks inside are the caller's business.
  void line(std::string_view text);
  void flush();  // returns when everything before is written

 private:
  void work();

  const int fd_;
  std::mutex mutex_;
  std::condition_variable work_due_, written_;
  std::string gathered_;
  uint64_t dropped_ = 0;
  bool hurry_ = false;
  bool writing_ = false;
  bool ending_ = false;
  std::thread thread_;
};

// `text` as the inside of a JSON string (RFC 8259, 7); bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// `text` with quotes, backslashes and control characters escaped, so that it can't break a line or a field.
void append_quoted(std::string& out, std::string_view text);
// "2026-11-22T23:44:01.123Z"
void append_time(std::string& out, int64_t realtime_ns);

}  // namespace wherry::serve
