// wherry run: a WASI program from start to exit, or one function of a module.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/report.h"
#include "cli/run_component.h"
#include "cli/values.h"
#include "cli/wasi_flags.h"
#include "wasi/p1/p1.h"

namespace wherry::cli {
namespace {

struct RunFlags {
  EngineFlags engine;
  LimitFlags limits;
  WasiFlags wasi;
  std::string invoke;
  std::vector<std::string> preloads;
  std::vector<std::string> words;  // FILE and what belongs to the guest
};

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Run {
 public:
  Run(const RunFlags& flags, engine::Settings settings) : flags_(flags), engine_(std::move(settings)), store_(engine_.make_store()) {}

  int run() {
    const std::string& file = flags_.words[0];
    std::vector<std::string> args{base_name(file)};
    if (flags_.invoke.empty()) args.insert(args.end(), flags_.words.begin() + 1, flags_.words.end());
    if (is_component_file(file)) {
      if (!flags_.invoke.empty() || !flags_.preloads.empty()) return report_usage("--invoke and --preload are for core modules, this is a component");
      if (auto limited = flags_.limits.apply(*store_); !limited) return report_usage(limited.error().what);
      return run_component(engine_, *store_, file, flags_.wasi, std::move(args));
    }
    auto world = WasiWorld::make(flags_.wasi, std::move(args));
    if (!world) return world.error().kind == ErrorKind::invalid ? report_usage(world.error().what) : report("", world.error());
    world_ = std::move(*world);
    if (auto added = wasi::p1::add_to_linker(linker_, engine_.types(), world_->process()); !added) return report("", added.error());
    if (auto limited = flags_.limits.apply(*store_); !limited) return report_usage(limited.error().what);
    for (const std::string& preload : flags_.preloads) {
      if (const int code = load_before(preload); code != success) return code;
    }
    engine::Instance* instance = nullptr;
    if (const int code = start(file, instance); code != success) return code;
    return flags_.invoke.empty() ? run_program(file, *instance) : invoke(file, *instance);
  }

 private:
  // Loads and instantiates; a reactor's `_initialize` runs at once.
  int start(const std::string& file, engine::Instance*& instance) {
    auto bytes = read_file(file, engine_.settings().limits.module_bytes_max);
    if (!bytes) return report("", bytes.error());
    auto module = engine_.load(std::move(*bytes));
    if (!module) return report(file, module.error());
    auto made = linker_.instantiate(*store_, *module);
    if (!made) return report(file, made.error());
    instance = *made;
    if (const abi::Func* initialize = takes_nothing(*instance, "_initialize")) {
      if (auto called = call(*store_, *initialize, {}); !called) return report(file, called.error());
    }
    return success;
  }

  int load_before(const std::string& preload) {
    const size_t split = preload.find('=');
    if (split == std::string::npos || split == 0) return report_usage(fmt::format("--preload {}: expected NAME=FILE", preload));
    engine::Instance* instance = nullptr;
    if (const int code = start(preload.substr(split + 1), instance); code != success) return code;
    linker_.define_instance(preload.substr(0, split), *instance);
    return success;
  }

  // The exported function, if it is one without parameters and results.
  const abi::Func* takes_nothing(engine::Instance& instance, std::string_view name) {
    const abi::Func* func = instance.find_func(name);
    if (!func) return nullptr;
    const abi::TypeInfo& type = engine_.types().info(func->type);
    return type.param_slots == 0 && type.result_slots == 0 ? func : nullptr;
  }

  int run_program(const std::string& file, engine::Instance& instance) {
    const abi::Func* entry = takes_nothing(instance, "_start");
    if (!entry) {
      // A module that does its work in its start function, or a reactor, has run already.
      if (instance.module().wasm().start || instance.find_func("_initialize")) return success;
      return report(file, Error{ErrorKind::invalid, "the module has no function \"_start\"; choose one of its exports with --invoke", ""});
    }
    auto called = call(*store_, *entry, {});
    return called ? int(success) : report(file, called.error());
  }

  int invoke(const std::string& file, engine::Instance& instance) {
    const abi::Func* func = instance.find_func(flags_.invoke);
    if (!func) return report(file, Error{ErrorKind::invalid, fmt::format("the module exports no function \"{}\"", flags_.invoke), ""});
    const runtime::FuncType type = engine_.types().func_type(func->type);
    const size_t given = flags_.words.size() - 1;
    if (given != type.params.size()) {
      return report_usage(fmt::format("\"{}\" is a {}: it takes {} parameters, {} were given", flags_.invoke, engine_.types().to_text(type), type.params.size(), given));
    }
    std::vector<runtime::Value> params;
    for (size_t i = 0; i < given; ++i) {
      auto value = parse_value(engine_.types(), type.params[i], flags_.words[i + 1]);
      if (!value) return report_usage(value.error().what);
      params.push_back(std::move(*value));
    }
    auto results = call(*store_, *func, params);
    if (!results) return report(file, results.error());
    for (const runtime::Value& value : *results) std::printf("%s\n", to_text(*store_, value).c_str());
    return std::fflush(stdout) == 0 ? success : refused;
  }

  const RunFlags& flags_;
  engine::Engine engine_;
  std::unique_ptr<WasiWorld> world_;
  std::unique_ptr<engine::Store> store_;
  engine::Linker linker_;
};

int run(const RunFlags& flags) {
  if (flags.words.empty()) return report_usage("run: which FILE?");
  if (flags.words[0].starts_with('-') && flags.words[0] != "-") return report_usage(fmt::format("run: there is no flag {}", flags.words[0]));
  auto settings = flags.engine.settings();
  if (!settings) return report_usage(settings.error().what);
  if (auto limited = flags.limits.apply(*settings); !limited) return report_usage(limited.error().what);
  return Run(flags, std::move(*settings)).run();
}

}  // namespace

Runner declare_run(CLI::App& app) {
  auto flags = std::make_shared<RunFlags>();
  flags->engine.declare(app);
  flags->wasi.declare(app);
  app.add_option("--invoke", flags->invoke, "Call this function; ARGS become its parameters, each result is a line")->type_name("FUNC");
  app.add_option("--preload", flags->preloads, "Instantiate a module first, for FILE to import as NAME")->type_name("NAME=FILE")->expected(1)->take_all()->allow_extra_args(false);
  flags->limits.declare(app);
  // What follows FILE is the guest's, whatever it looks like.
  app.prefix_command();
  app.footer("FILE [ARGS…]  the module, binary or text; all words after it belong to the guest\n"
             "Exit codes: the guest's own; 2 usage; 1 a refused module or another error; 134 a trap, a deadline or a limit");
  return [flags, &app] {
    flags->words = app.remaining();
    return run(*flags);
  };
}

}  // namespace wherry::cli
