#include <fmt/format.h>

#include "engine/engine.h"

namespace wherry::engine {
namespace {

Failure unknown_import(const wasm::Import& import, const std::string& wanted, bool module_known) {
  return {Stage::unlinkable,
          {ErrorKind::invalid,
           fmt::format("unknown import: the module wants {} as \"{}\" \"{}\", and {}", wanted, import.module, import.name,
                       module_known ? "that module has no such export" : "nothing has that module name"),
           fmt::format("at byte {:#x}", import.offset)},
          nullptr};
}

}  // namespace

void Linker::define(std::string_view module, std::string_view name, Extern item) { items_[std::string(module)].insert_or_assign(std::string(name), item); }

void Linker::define(std::string_view module, std::string_view name, std::shared_ptr<const runtime::HostFunc> func) {
  define(module, name, Extern(&func->func()));
  host_funcs_.push_back(std::move(func));
}

void Linker::define_instance(std::string_view module, Instance& instance) {
  items_[std::string(module)].clear();
  for (const wasm::Export& item : instance.module().wasm().exports) define(module, item.name, instance.at(item.kind, item.index));
}

std::optional<Extern> Linker::find(std::string_view module, std::string_view name) const {
  const auto items = items_.find(module);
  if (items == items_.end()) return std::nullopt;
  const auto item = items->second.find(name);
  return item == items->second.end() ? std::nullopt : std::optional(item->second);
}

Outcome<std::vector<Extern>> Linker::resolve(const runtime::Module& module) const {
  std::vector<Extern> found;
  for (const wasm::Import& import : module.wasm().imports) {
    std::optional<Extern> item = find(import.module, import.name);
    const runtime::ExternType wanted = module.extern_type(import.kind, import.index);
    if (!item && fallback_) item = fallback_(import, wanted);
    if (!item) return std::unexpected(unknown_import(import, to_text(module.types(), wanted), items_.contains(import.module)));
    found.push_back(*item);
  }
  return found;
}

Outcome<Instance*> Linker::instantiate(Store& store, const ModulePtr& module) const {
  auto imports = resolve(*module);
  if (!imports) return std::unexpected(std::move(imports.error()));
  for (const auto& func : host_funcs_) store.keep(func);
  auto instance = runtime::instantiate(store, module, *imports);
  if (instance) return *instance;
  runtime::InstantiateFailure& failure = instance.error();
  const Stage stage = failure.call ? Stage::trap : Stage::unlinkable;
  return std::unexpected(Failure{stage, std::move(failure.error), std::move(failure.call)});
}

}  // namespace wherry::engine
