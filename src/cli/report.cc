#include "cli/report.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"

namespace wherry::cli {
namespace {

void say(std::string_view subject, std::string_view text) {
  const std::string line = subject.empty() ? fmt::format("wherry: {}\n", text) : fmt::format("wherry: {}: {}\n", subject, text);
  std::fflush(stdout);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

int report(std::string_view subject, const Error& error) {
  say(subject, error.where.empty() ? error.what : fmt::format("{} ({})", error.what, error.where));
  return refused;
}

int report(std::string_view subject, const engine::Failure& failure) {
  if (failure.call) return report(subject, *failure.call);
  if (failure.stage == engine::Stage::unlinkable) return report(subject, failure.error);
  say(subject, fmt::format("{}: {}", failure.stage == engine::Stage::malformed ? "malformed module" : "invalid module", engine::to_text(failure)));
  return refused;
}

int report(std::string_view subject, const runtime::CallFailure& failure) {
  if (failure.trap == abi::Trap::exit) return failure.exit_code;
  std::string text = runtime::to_text(failure);
  while (text.ends_with('\n')) text.pop_back();
  if (failure.trap == abi::Trap::host_error) {
    say(subject, text);
    return refused;
  }
  say(subject, "trap: " + text);
  return trapped;
}

int report_usage(std::string_view text) {
  say("", text);
  return usage;
}

Result<std::vector<uint8_t>> read_file(const std::string& path, uint64_t bytes_max) {
  const auto failed = [&](ErrorKind kind, std::string what) { return std::unexpected(Error{kind, std::move(what), path}); };
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) return failed(ErrorKind::unavailable, fmt::format("can't open the file: {}", std::strerror(errno)));
  std::vector<uint8_t> bytes;
  if (std::fseek(file.get(), 0, SEEK_END) == 0) {
    const long size = std::ftell(file.get());
    if (size > 0 && uint64_t(size) <= bytes_max) bytes.reserve(size_t(size) + 1);
    std::rewind(file.get());
  }
  for (;;) {
    const size_t before = bytes.size();
    bytes.resize(std::max(bytes.capacity(), before + 65536));
    const size_t count = std::fread(bytes.data() + before, 1, bytes.size() - before, file.get());
    bytes.resize(before + count);
    if (bytes.size() > bytes_max) return failed(ErrorKind::limit, fmt::format("the file is larger than {} bytes", bytes_max));
    if (count == 0) break;
  }
  if (std::ferror(file.get())) return failed(ErrorKind::unavailable, fmt::format("can't read the file: {}", std::strerror(errno)));
  return bytes;
}

}  // namespace wherry::cli
