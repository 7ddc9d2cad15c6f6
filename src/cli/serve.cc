// wherry serve: a component that answers HTTP, each request in a fresh instance.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/report.h"
#include "serve/component_guest.h"
#include "state/open.h"

namespace wherry::cli {
namespace {

struct ServeFlags {
  EngineFlags engine;
  LimitFlags limits;
  std::vector<std::string> dirs, env;
  std::string file, listen = "127.0.0.1:3000", key_value, state, access_log = "off";
  unsigned workers = 0;
  size_t concurrent_max = 256;
};

Result<std::unique_ptr<host::KeyValue>> open_store(const ServeFlags& flags) {
  if (!flags.key_value.empty()) return state::open_key_value(flags.key_value);
  if (flags.state.empty()) return std::unique_ptr<host::KeyValue>(new host::NoKeyValue);
  std::error_code failed;
  std::filesystem::create_directories(flags.state, failed);
  if (failed) return std::unexpected(Error{ErrorKind::unavailable, failed.message(), flags.state});
  return state::open_key_value(flags.state + "/key-value.sqlite");
}

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

Result<serve::AccessLog> access_log(const std::string& text) {
  if (text == "off") return serve::AccessLog::off;
  if (text == "text") return serve::AccessLog::text;
  if (text == "json") return serve::AccessLog::json;
  return std::unexpected(Error{ErrorKind::invalid, fmt::format("--access-log {}: expected off, text or json", text), ""});
}

Result<serve::GuestOptions> guest_options(const ServeFlags& flags, host::KeyValue& key_value) {
  serve::GuestOptions options{.key_value = &key_value, .fuel = flags.limits.fuel};
  for (const std::string& pair : flags.env) {
    const size_t split = pair.find('=');
    if (split == std::string::npos || split == 0) return std::unexpected(Error{ErrorKind::invalid, fmt::format("--env {}: expected K=V", pair), ""});
    options.env.emplace_back(pair.substr(0, split), pair.substr(split + 1));
  }
  for (const std::string& dir : flags.dirs) options.preopens.push_back(TRY(open_dir(dir)));
  return options;
}

int serve_component(const ServeFlags& flags, engine::Settings settings) {
  sys::TerminationSignals signals;  // before any thread
  serve::ServiceOptions service_options{.workers = flags.workers, .concurrent_max = flags.concurrent_max};
  auto address = sys::Address::parse(flags.listen);
  if (!address) return report_usage(fmt::format("--listen {}: {}", flags.listen, address.error().what));
  service_options.address = *address;
  auto log_form = access_log(flags.access_log);
  if (!log_form) return report_usage(log_form.error().what);
  service_options.access_log = *log_form;
  if (!flags.limits.timeout.empty()) {
    auto timeout = parse_duration(flags.limits.timeout);
    if (!timeout) return report_usage(timeout.error().what);
    service_options.request_ns = *timeout;
  }
  service_options.loop.stack_bytes = 512 * 1024;

  auto bytes = read_file(flags.file, settings.limits.module_bytes_max);
  if (!bytes) return report("", bytes.error());
  if (engine::format_of(*bytes) != engine::Format::component_binary)
    return report(flags.file, Error{ErrorKind::unsupported, "this is not a component; make one of a core module with `wherry componentize`", ""});
  engine::Engine engine(std::move(settings));
  auto program = wasi::p2::Program::load(engine, std::move(*bytes));
  if (!program) return report(flags.file, program.error());
  if (!(*program)->linked().find_export("wasi:http/incoming-handler"))
    return report(flags.file, Error{ErrorKind::unsupported, "the component doesn't export wasi:http/incoming-handler@0.2: there is nothing to serve", ""});
  auto key_value = open_store(flags);
  if (!key_value) return report("", key_value.error());
  auto options = guest_options(flags, **key_value);
  if (!options) return options.error().kind == ErrorKind::invalid ? report_usage(options.error().what) : report("", options.error());

  serve::Log log(STDERR_FILENO);
  net::ThreadPool pool;
  serve::ComponentGuest guest(engine, std::move(*program), std::move(*options), log);
  auto service = serve::HttpService::start(service_options, pool, guest, log);
  if (!service) return report("", service.error());
  (*service)->run(signals);
  return success;
}

int run_serve(const ServeFlags& flags) {
  auto settings = flags.engine.settings();
  if (!settings) return report_usage(settings.error().what);
  if (auto limited = flags.limits.apply(*settings); !limited) return report_usage(limited.error().what);
  return serve_component(flags, std::move(*settings));
}

}  // namespace

Runner declare_serve(CLI::App& app) {
  auto flags = std::make_shared<ServeFlags>();
  app.add_option("FILE", flags->file, "The component, which exports wasi:http/incoming-handler")->required();
  app.add_option("--listen", flags->listen, "Where to accept connections; port 0 picks one")->type_name("ADDR:PORT")->capture_default_str();
  app.add_option("--state", flags->state, "Keep the guest's key-value store in this folder")->type_name("DIR");
  app.add_option("--keyvalue", flags->key_value, "Keep it in this file, or in \"memory\"")->type_name("FILE");
  app.add_option("--env", flags->env, "Give the guest an environment variable")->type_name("K=V")->expected(1)->take_all()->allow_extra_args(false);
  app.add_option("--dir", flags->dirs, "Give the guest a folder")->type_name("HOST[::GUEST][:ro]")->expected(1)->take_all()->allow_extra_args(false);
  app.add_option("--workers", flags->workers, "Worker threads; 0: one a core")->capture_default_str();
  app.add_option("--concurrency", flags->concurrent_max, "Requests inside the guest at once, a worker")->capture_default_str();
  app.add_option("--access-log", flags->access_log, "A line each request: off, text or json")->capture_default_str();
  flags->engine.declare(app);
  flags->limits.declare(app);
  return [flags] { return run_serve(*flags); };
}

}  // namespace wherry::cli
