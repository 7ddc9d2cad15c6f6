// wherry print: a module in the text format.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/command.h"
#include "cli/report.h"
#include "wasm/decode/decode.h"
#include "wasm/text/assemble.h"
#include "wasm/text/print.h"

namespace wherry::cli {
namespace {

Result<std::string> print(const std::string& file) {
  const wasm::Limits limits;
  std::vector<uint8_t> bytes = TRY(read_file(file, limits.module_bytes_max));
  switch (engine::format_of(bytes)) {
    case engine::Format::module_text:
      bytes = TRY(wasm::text::assemble({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, {}, limits));
      break;
    case engine::Format::component_binary:
    case engine::Format::component_text: return std::unexpected(Error{ErrorKind::unsupported, "components can't be printed yet", file});
    default: break;
  }
  const wasm::Module module = TRY(wasm::decode::decode(std::make_shared<const std::vector<uint8_t>>(std::move(bytes)), {}, limits));
  return wasm::text::print(module, limits);
}

}  // namespace

Runner declare_print(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  app.add_option("FILE", *file, "The module, binary or text")->required();
  return [file]() -> int {
    const auto text = print(*file);
    if (!text) return report(*file, text.error());
    std::fwrite(text->data(), 1, text->size(), stdout);
    return std::fflush(stdout) == 0 ? success : refused;
  };
}

}  // namespace wherry::cli
