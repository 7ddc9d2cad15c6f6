// wherry wast: runs test scripts with all features on.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/report.h"
#include "wast/engine_host.h"
#include "wast/runner.h"

namespace wherry::cli {
namespace {

struct WastFlags {
  EngineFlags engine;
  std::vector<std::string> paths;
};

int wast(const WastFlags& flags) {
  auto settings = flags.engine.settings();
  if (!settings) return report_usage(settings.error().what);
  wast::Options options;
  options.features = settings->features;
  settings->exact_stages = true;
  engine::Engine engine(std::move(*settings));
  options.make_host = [&] { return std::make_unique<wast::EngineHost>(engine); };
  const wast::Summary summary = wast::run_files(flags.paths, options, [](std::string_view line) { std::printf("%.*s\n", int(line.size()), line.data()); });
  return std::fflush(stdout) == 0 && summary.failed == 0 ? success : refused;
}

}  // namespace

Runner declare_wast(CLI::App& app) {
  auto flags = std::make_shared<WastFlags>();
  flags->engine.declare(app);
  app.add_option("PATH", flags->paths, "Scripts, and folders of them")->required();
  return [flags] { return cli::wast(*flags); };
}

}  // namespace wherry::cli
