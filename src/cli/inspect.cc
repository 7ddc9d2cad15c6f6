// wherry inspect: what a module imports, exports and is made of.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/flags.h"
#include "cli/report.h"

namespace wherry::cli {
namespace {

using Json = nlohmann::ordered_json;
using wasm::ExternKind;

struct InspectFlags {
  EngineFlags engine;
  bool json = false;
  std::string file;
};

std::string_view kind_text(ExternKind kind) {
  switch (kind) {
    case ExternKind::func: return "func";
    case ExternKind::table: return "table";
    case ExternKind::memory: return "memory";
    case ExternKind::global: return "global";
    case ExternKind::tag: return "tag";
  }
  return "";
}

std::string type_text(const runtime::Module& module, ExternKind kind, uint32_t index) {
  std::string text = to_text(module.types(), module.extern_type(kind, index));
  return text.starts_with("a ") ? text.substr(2) : text;
}

// Names come from whoever made the module; they may hold any UTF-8.
std::string text_of(std::string_view name) { return std::string(name); }

Json memories(const wasm::Module& wasm) {
  Json list = Json::array();
  for (const wasm::MemoryType& memory : wasm.memories) {
    Json item{{"pages", memory.pages.min}, {"page_bytes", uint64_t(1) << memory.page_bytes_log2}};
    if (memory.pages.max) item["pages_max"] = *memory.pages.max;
    item["address"] = memory.address == wasm::AddressType::i64 ? "i64" : "i32";
    item["shared"] = memory.is_shared;
    list.push_back(std::move(item));
  }
  return list;
}

Json sizes(const wasm::Module& wasm) {
  uint64_t code_bytes = 0, data_bytes = 0;
  for (const wasm::Function& function : wasm.functions) code_bytes += function.body.bytes.size();
  for (const wasm::DataSegment& segment : wasm.data) data_bytes += segment.data.bytes.size();
  Json custom = Json::array();
  for (const wasm::CustomSection& section : wasm.custom) custom.push_back({{"name", text_of(section.name)}, {"bytes", section.content.bytes.size()}});
  return {{"bytes", wasm.bytes->size()},
          {"types", wasm.types.count()},
          {"functions", wasm.functions.size() - wasm.imported_functions},
          {"code_bytes", code_bytes},
          {"data_segments", wasm.data.size()},
          {"data_bytes", data_bytes},
          {"element_segments", wasm.elements.size()},
          {"custom_sections", std::move(custom)}};
}

Json describe(const runtime::Module& module) {
  const wasm::Module& wasm = module.wasm();
  Json imports = Json::array(), exports = Json::array();
  for (const wasm::Import& import : wasm.imports) {
    imports.push_back({{"module", text_of(import.module)}, {"name", text_of(import.name)}, {"kind", kind_text(import.kind)}, {"type", type_text(module, import.kind, import.index)}});
  }
  for (const wasm::Export& item : wasm.exports) {
    exports.push_back({{"name", text_of(item.name)}, {"kind", kind_text(item.kind)}, {"type", type_text(module, item.kind, item.index)}});
  }
  return {{"format", "module"}, {"imports", std::move(imports)}, {"exports", std::move(exports)}, {"memories", memories(wasm)}, {"sizes", sizes(wasm)}};
}

// The same for people.
std::string readable(const Json& json) {
  std::string text;
  for (const char* list : {"imports", "exports"}) {
    text += fmt::format("{} ({})\n", list, json[list].size());
    for (const Json& item : json[list]) {
      const std::string module = item.contains("module") ? item["module"].get<std::string>() + " " : "";
      text += fmt::format("  {}{}: {}\n", module, item["name"].get<std::string>(), item["type"].get<std::string>());
    }
  }
  text += fmt::format("memories ({})\n", json["memories"].size());
  for (const Json& memory : json["memories"]) text += fmt::format("  {}\n", memory.dump());
  text += "sizes\n";
  for (const auto& [name, value] : json["sizes"].items()) {
    if (!value.is_array()) text += fmt::format("  {:<18}{}\n", name, value.dump());
  }
  for (const Json& section : json["sizes"]["custom_sections"]) {
    text += fmt::format("  custom section {}: {} bytes\n", section["name"].get<std::string>(), section["bytes"].get<uint64_t>());
  }
  return text;
}

int inspect(const InspectFlags& flags) {
  auto settings = flags.engine.settings();
  if (!settings) return report_usage(settings.error().what);
  engine::Engine engine(std::move(*settings));
  auto bytes = read_file(flags.file, engine.settings().limits.module_bytes_max);
  if (!bytes) return report("", bytes.error());
  const auto module = engine.load(std::move(*bytes));
  if (!module) return report(flags.file, module.error());
  const Json json = describe(**module);
  const std::string text = flags.json ? json.dump(2) + "\n" : readable(json);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 ? success : refused;
}

}  // namespace

Runner declare_inspect(CLI::App& app) {
  auto flags = std::make_shared<InspectFlags>();
  flags->engine.declare(app);
  app.add_flag("--json", flags->json, "For programs");
  app.add_option("FILE", flags->file, "The module, binary or text")->required();
  return [flags] { return inspect(*flags); };
}

}  // namespace wherry::cli
