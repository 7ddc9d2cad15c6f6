// wherry validate: whether modules are valid.
#include <cstdio>
#include <thread>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/report.h"

namespace wherry::cli {
namespace {

struct ValidateFlags {
  EngineFlags engine;
  std::vector<std::string> files;
};

int validate(const ValidateFlags& flags) {
  auto settings = flags.engine.settings();
  if (!settings) return report_usage(settings.error().what);
  settings->validate_threads = std::max(1u, std::thread::hardware_concurrency());
  engine::Engine engine(std::move(*settings));
  int code = success;
  for (const std::string& file : flags.files) {
    auto bytes = read_file(file, engine.settings().limits.module_bytes_max);
    if (!bytes) {
      code = report("", bytes.error());
      continue;
    }
    const auto module = engine.load(std::move(*bytes));
    if (!module) code = report(file, module.error());
  }
  return code;
}

}  // namespace

Runner declare_validate(CLI::App& app) {
  auto flags = std::make_shared<ValidateFlags>();
  flags->engine.declare(app);
  app.add_option("FILE", flags->files, "Modules, binary or text")->required();
  return [flags] { return validate(*flags); };
}

}  // namespace wherry::cli
