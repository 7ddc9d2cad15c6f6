// wherry componentize: a component from a core module that speaks the canonical ABI.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/report.h"
#include "guest/componentize.h"

namespace wherry::cli {
namespace {

struct ComponentizeFlags {
  EngineFlags engine;
  std::string module, wit, world, output;
};

// Whole or not at all: written beside it, then renamed.
Result<void> write_file(const std::string& path, const std::vector<uint8_t>& bytes) {
  const std::string part = fmt::format("{}.{}.part", path, ::getpid());
  std::ofstream file(part, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), std::streamsize(bytes.size()));
  file.close();
  if (!file || std::rename(part.c_str(), path.c_str()) != 0) {
    std::remove(part.c_str());
    return std::unexpected(Error{ErrorKind::unavailable, "can't be written", path});
  }
  return {};
}

Result<void> make(const ComponentizeFlags& flags) {
  const engine::Settings settings = TRY(flags.engine.settings());
  auto module = TRY(read_file(flags.module, settings.limits.module_bytes_max));
  const auto wit = TRY(component::wit::resolve(TRY(guest::read_wit(flags.wit))));
  const auto bytes = TRY(guest::componentize(std::move(module), wit, {.world = flags.world, .features = settings.features, .limits = settings.limits}));
  return write_file(flags.output, bytes);
}

}  // namespace

Runner declare_componentize(CLI::App& app) {
  auto flags = std::make_shared<ComponentizeFlags>();
  app.add_option("MODULE", flags->module, "A core module, with the names that the component model's canonical ABI has")->required();
  app.add_option("--wit", flags->wit, "The WIT of its world: a folder (deps/ in it for other packages) or a file")->type_name("PATH")->required();
  app.add_option("-w,--world", flags->world, "Which world, if there are several")->type_name("WORLD");
  app.add_option("-o,--output", flags->output, "Where the component is written")->type_name("OUT")->required();
  flags->engine.declare(app);
  return [flags] {
    const Result<void> made = make(*flags);
    return made ? int(success) : report(flags->module, made.error());
  };
}

}  // namespace wherry::cli
