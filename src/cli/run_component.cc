#include "cli/run_component.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "cli/command.h"
#include "cli/report.h"
#include "wasi/p2/program.h"

namespace wherry::cli {
namespace {

// HOST[::GUEST][:ro]
Result<wasi::p2::Preopen> open_dir(std::string text) {
  host::FolderOptions options;
  if (text.ends_with(":ro")) {
    options.read_only = true;
    text.resize(text.size() - 3);
  }
  const size_t split = text.find("::");
  const std::string path = text.substr(0, split);
  auto dir = TRY(host::open_folder(path, options));
  return wasi::p2::Preopen{std::move(dir), split == std::string::npos ? path : text.substr(split + 2)};
}

Result<void> grant(const WasiFlags& flags, wasi::p2::Context& context) {
  if (!flags.listen.empty()) return std::unexpected(Error{ErrorKind::unsupported, "--tcp-listen is for WASI 0.1 programs", ""});
  for (const std::string& pair : flags.env) {
    const size_t split = pair.find('=');
    if (split == std::string::npos || split == 0) return std::unexpected(Error{ErrorKind::invalid, fmt::format("--env {}: expected K=V", pair), ""});
    context.env.emplace_back(pair.substr(0, split), pair.substr(split + 1));
  }
  for (const std::string& dir : flags.dirs) context.preopens.push_back(TRY(open_dir(dir)));
  return {};
}

}  // namespace

bool is_component_file(const std::string& path) {
  std::array<char, 8> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const auto* bytes = reinterpret_cast<const uint8_t*>(head.data());
  return file.gcount() == 8 && engine::format_of({bytes, head.size()}) == engine::Format::component_binary;
}

int run_component(engine::Engine& engine, engine::Store& store, const std::string& file, const WasiFlags& flags, std::vector<std::string> args) {
  host::FdInput in(0);
  host::FdOutput out(1), err(2);
  host::SystemClock clock;
  host::SystemRandom random;
  host::ThreadWaiter waiter;
  host::NoKeyValue no_key_value;
  wasi::p2::Context context{.clock = &clock, .random = &random, .waiter = &waiter, .key_value = &no_key_value, .input = &in, .output = &out, .error_output = &err};
  context.args = std::move(args);
  context.deadline = store.deadline().wall;
  if (auto granted = grant(flags, context); !granted)
    return granted.error().kind == ErrorKind::unavailable ? report("", granted.error()) : report_usage(granted.error().what);
  auto bytes = read_file(file, engine.settings().limits.module_bytes_max);
  if (!bytes) return report("", bytes.error());
  const auto program = wasi::p2::Program::load(engine, std::move(*bytes));
  if (!program) return report(file, program.error());
  const auto code = wasi::p2::run(**program, store, context);
  return code ? *code : report(file, code.error());
}

}  // namespace wherry::cli
