#include "host/log.h"

#include <fmt/format.h>

#include <span>

#include "base/sys/files.h"

namespace wherry::host {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += c == '\n' ? "\\n" : c == '\t' ? "\\t" : fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

std::string line_of(LogLevel level, std::string_view context, std::string_view message) {
  return fmt::format("{} {}: {}", log_level_text(level), context, message);
}

}  // namespace

std::string_view log_level_text(LogLevel level) {
  constexpr std::string_view texts[] = {"trace", "debug", "info", "warn", "error", "critical"};
  return texts[static_cast<size_t>(level)];
}

void TextLog::write(LogLevel level, std::string_view context, std::string_view message) {
  lines.push_back(line_of(level, context, message));
}

void FdLog::write(LogLevel level, std::string_view context, std::string_view message) {
  const std::string line = line_of(level, escaped(context), escaped(message)) + "\n";
  (void)sys::stream_write(fd_, std::as_bytes(std::span(line)));
}

}  // namespace wherry::host
