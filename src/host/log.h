// Where a guest's log lines go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wherry::host {

enum class LogLevel : uint8_t { trace, debug, info, warn, error, critical };
std::string_view log_level_text(LogLevel level);

class Log {
 public:
  virtual ~Log() = default;
  // `context` is the guest's own word for where the line belongs.
  virtual void write(LogLevel level, std::string_view context, std::string_view message) = 0;
};

class NullLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
};

class TextLog final : public Log {
 public:
  void write(LogLevel level, std::string_view context, std::string_view message) override;
  std::vector<std::string> lines;  // "info main: text"
};

// A line each on a file descriptor; control characters are written as escapes, so that no guest forges a line.
class FdLog final : public Log {
 public:
  explicit FdLog(int fd) : fd_(fd) {}
  void write(LogLevel level, std::string_view context, std::string_view message) override;

 private:
  int fd_;
};

}  // namespace wherry::host
