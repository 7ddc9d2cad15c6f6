#include "cli/wasi_flags.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wherry::cli {
namespace {

// HOST, HOST::GUEST, each with :ro or :rw behind it.
Result<wasi::p1::Preopen> open_dir(std::string text) {
  host::FolderOptions options;
  if (text.ends_with(":ro")) options.read_only = true;
  if (text.ends_with(":ro") || text.ends_with(":rw")) text.resize(text.size() - 3);
  const size_t split = text.find("::");
  const std::string host = text.substr(0, split), guest = split == std::string::npos ? host : text.substr(split + 2);
  return wasi::p1::Preopen{TRY(host::open_folder(host, options)), guest};
}

Result<std::pair<std::string, std::string>> read_env(const std::string& text) {
  const size_t split = text.find('=');
  if (split == std::string::npos || split == 0) return std::unexpected(Error{ErrorKind::invalid, fmt::format("--env {}: expected NAME=VALUE", text), ""});
  return std::pair(text.substr(0, split), text.substr(split + 1));
}

}  // namespace

void WasiFlags::declare(CLI::App& app) {
  const auto repeated = [&](const char* name, std::vector<std::string>& values, const char* what, const char* type) {
    app.add_option(name, values, what)->type_name(type)->expected(1)->take_all()->allow_extra_args(false);
  };
  repeated("--dir", dirs, "Give the guest a folder, under its own or another name, read-only with :ro", "HOST[::GUEST][:ro]");
  repeated("--env", env, "Give the guest an environment variable", "NAME=VALUE");
  repeated("--tcp-listen", listen, "Give the guest a listening socket, after the folders", "ADDR:PORT");
}

Result<std::unique_ptr<WasiWorld>> WasiWorld::make(const WasiFlags& flags, std::vector<std::string> args) {
  std::unique_ptr<WasiWorld> world(new WasiWorld);
  wasi::p1::Context context{world->in_, world->out_, world->err_, world->clock_, world->random_, world->waiter_, std::move(args), {}, {}, {}};
  for (const std::string& text : flags.env) context.env.push_back(TRY(read_env(text)));
  for (const std::string& text : flags.dirs) context.preopens.push_back(TRY(open_dir(text)));
  for (const std::string& text : flags.listen) context.listeners.push_back(TRY(host::SystemListener::open(text)));
  world->process_ = std::make_unique<wasi::p1::Process>(std::move(context));
  return world;
}

}  // namespace wherry::cli
