// Instances and aliases: core modules and components put together with what they import.
#include <fmt/format.h>

#include <algorithm>

#include "component/planner_inline.h"

namespace wherry::component {
namespace {

std::string_view kind_text(wasm::ExternKind kind) {
  constexpr std::string_view texts[] = {"function", "table", "memory", "global", "tag"};
  return texts[size_t(kind)];
}

bool has_index(const wasm::SubType& type) {
  const auto index = [](wasm::ValType val) { return val.is_ref() && val.heap().is_index(); };
  return std::ranges::any_of(type.params, index) || std::ranges::any_of(type.results, index);
}

// Function types that name types of their own module are compared when the modules are linked for real.
bool same_signature(const wasm::SubType& a, const wasm::SubType& b) {
  if (has_index(a) || has_index(b)) return true;
  return a.params == b.params && a.results == b.results;
}

std::string signature_text(const wasm::SubType& type) {
  std::string text = "(";
  for (const auto param : type.params) text += (text.size() > 1 ? " " : "") + wasm::to_text(param);
  text += ") -> (";
  for (size_t i = 0; i < type.results.size(); ++i) text += (i ? " " : "") + wasm::to_text(type.results[i]);
  return text + ")";
}

Sort core_sort(wasm::ExternKind kind) { return Sort(uint8_t(kind)); }

}  // namespace

void Planner::add(Scope& scope, const Entity& entity) {
  if (const auto* item = std::get_if<FuncEntity>(&entity.what)) scope.funcs.push_back(*item);
  if (const auto* item = std::get_if<ValueEntity>(&entity.what)) scope.values.push_back(*item);
  if (const auto* item = std::get_if<TypeEntity>(&entity.what)) scope.types.push_back(*item);
  if (const auto* item = std::get_if<ComponentEntity>(&entity.what)) scope.components.push_back(*item);
  if (const auto* item = std::get_if<InstanceEntity>(&entity.what)) scope.instances.push_back(*item);
  if (const auto* item = std::get_if<CoreModuleEntity>(&entity.what)) scope.core_modules.push_back(*item);
}

Result<Entity> Planner::entity(Scope& scope, size_t offset, Sort sort, uint32_t index) {
  switch (sort) {
    case Sort::func: return Entity{TRY(at(scope.funcs, offset, sort, index))};
    case Sort::value: return Entity{TRY(at(scope.values, offset, sort, index))};
    case Sort::type: return Entity{TRY(at(scope.types, offset, sort, index))};
    case Sort::component: return Entity{TRY(at(scope.components, offset, sort, index))};
    case Sort::instance: return Entity{TRY(at(scope.instances, offset, sort, index))};
    case Sort::core_module: return Entity{TRY(at(scope.core_modules, offset, sort, index))};
    default: return refuse(offset, fmt::format("a {} can't be imported or exported by a component", sort_text(sort)));
  }
}

Result<CoreInstanceEntity> Planner::instantiate_core(Scope& scope, size_t offset, const def::CoreInstance& instance) {
  if (instance.module) {
    const CoreModuleEntity module = TRY(at(scope.core_modules, offset, Sort::core_module, *instance.module));
    std::map<std::string_view, CoreInstanceEntity> args;
    for (const def::NamedIndex& arg : instance.items) {
      if (!args.emplace(arg.name, TRY(at(scope.core_instances, offset, Sort::core_instance, arg.index))).second)
        return refuse(offset, fmt::format("the argument \"{}\" is given twice", arg.name));
    }
    if (module.type.type) return instantiate_module_type(module.type, offset);
    return instantiate_module(scope, offset, module.module, args);
  }
  auto exports = std::make_shared<CoreExports>();
  for (const def::NamedIndex& item : instance.items) {
    if (item.sort > Sort::core_tag) return refuse(offset, fmt::format("a core instance can't export a {}", sort_text(item.sort)));
    const CoreEntity what = TRY(at(scope.core[size_t(item.sort)], offset, item.sort, item.index));
    if (!exports->emplace(item.name, what).second) return refuse(offset, fmt::format("two exports are named \"{}\"", item.name));
  }
  return CoreInstanceEntity{std::move(exports)};
}

Result<CoreInstanceEntity> Planner::instantiate_module(Scope& scope, size_t offset, uint32_t number,
                                                       const std::map<std::string_view, CoreInstanceEntity>& args) {
  const wasm::Module& module = plan_->modules[number]->module();
  InstantiateStep step{number, {}};
  for (const wasm::Import& import : module.imports) {
    TRY(charge(offset));
    const auto arg = args.find(import.module);
    if (arg == args.end()) return refuse(offset, fmt::format("the core module imports \"{}\" \"{}\", but no argument \"{}\" is given", import.module, import.name, import.module));
    const auto item = arg->second.exports->find(import.name);
    if (item == arg->second.exports->end())
      return refuse(offset, fmt::format("the core module imports \"{}\" \"{}\", which the argument doesn't export", import.module, import.name));
    const CoreEntity& given = item->second;
    if (given.kind != import.kind)
      return refuse(offset, fmt::format("the core module imports \"{}\" \"{}\" as a {}, but it is a {}", import.module, import.name,
                                        kind_text(import.kind), kind_text(given.kind)));
    if (import.kind == wasm::ExternKind::func && given.func) {
      const wasm::SubType& wanted = module.function_type(import.index);
      if (!same_signature(wanted, *given.func))
        return refuse(offset, fmt::format("the core module imports \"{}\" \"{}\" as {}, but it is {}", import.module, import.name,
                                          signature_text(wanted), signature_text(*given.func)));
    }
    step.args.push_back(given.source);
  }
  if (plan_->core_instances >= options_.limits.instances_max)
    return std::unexpected(error::limit(offset, fmt::format("more than {} core instances", options_.limits.instances_max)));
  const uint32_t instance = plan_->core_instances++;
  if (!scope.is_abstract) plan_->steps.push_back(std::move(step));
  auto exports = std::make_shared<CoreExports>();
  for (const wasm::Export& item : module.exports) {
    TRY(charge(offset));
    exports->emplace(item.name, TRY(module_export(number, instance, item)));
  }
  return CoreInstanceEntity{std::move(exports)};
}

Result<CoreEntity> Planner::module_export(uint32_t number, uint32_t instance, const wasm::Export& item) const {
  const wasm::Module& module = plan_->modules[number]->module();
  CoreEntity entity{.source = {CoreSource::Kind::instance, item.kind, instance, item.index}, .kind = item.kind};
  switch (item.kind) {
    case wasm::ExternKind::func: entity.func = &module.function_type(item.index); break;
    case wasm::ExternKind::table: entity.table = module.tables[item.index].type; break;
    case wasm::ExternKind::memory: entity.memory = module.memories[item.index]; break;
    case wasm::ExternKind::global: entity.global = module.globals[item.index].type; break;
    case wasm::ExternKind::tag: break;
  }
  return entity;
}

// An imported module's instance: its exports are known by type only.
Result<CoreInstanceEntity> Planner::instantiate_module_type(const CoreTypeEntity& type, size_t offset) {
  const auto* shared = std::get_if<std::shared_ptr<const def::CoreModuleType>>(type.type);
  if (!shared) return refuse(offset, "this core type is not a module type");
  std::vector<const def::CoreType*> types;
  auto exports = std::make_shared<CoreExports>();
  for (const def::CoreDeclaration& declaration : (*shared)->declarations) {
    using Kind = def::CoreDeclaration::Kind;
    if (declaration.kind == Kind::type) types.push_back(&*declaration.type);
    if (declaration.kind == Kind::outer_type) {
      Scope* scope = type.scope;
      for (uint32_t i = 1; i < declaration.from && scope; ++i) scope = scope->parent;
      if (!scope || declaration.from == 0) return refuse(declaration.offset, "an outer alias goes beyond the outermost scope");
      types.push_back(TRY(at(scope->core_types, declaration.offset, Sort::core_type, declaration.index)).type);
    }
    if (declaration.kind != Kind::export_) continue;
    const def::CoreExternType& wanted = declaration.extern_type;
    CoreEntity entity{.source = {CoreSource::Kind::instance, wanted.kind, 0, 0}, .kind = wanted.kind,
                      .table = wanted.table, .memory = wanted.memory, .global = wanted.global};
    if (wanted.kind == wasm::ExternKind::func) {
      if (wanted.func_type >= types.size()) return std::unexpected(error::no_index(declaration.offset, Sort::core_type, wanted.func_type, types.size()));
      if (const auto* func = std::get_if<def::CoreFuncType>(types[wanted.func_type])) entity.func = &func->type;
    }
    if (!exports->emplace(declaration.name, entity).second) return refuse(declaration.offset, fmt::format("two exports are named \"{}\"", declaration.name));
  }
  return CoreInstanceEntity{std::move(exports)};
}

Result<InstanceEntity> Planner::instantiate(Scope& scope, size_t offset, const def::Instance& instance) {
  if (!instance.component) {
    auto exports = std::make_shared<Exports>();
    for (const def::NamedIndex& item : instance.items) {
      if (!exports->items.emplace(item.name, TRY(entity(scope, offset, item.sort, item.index))).second)
        return refuse(offset, fmt::format("two exports are named \"{}\"", item.name));
    }
    return InstanceEntity{std::move(exports)};
  }
  const ComponentEntity component = TRY(at(scope.components, offset, Sort::component, *instance.component));
  Args args;
  for (const def::NamedIndex& item : instance.items) {
    if (!args.emplace(item.name, TRY(entity(scope, offset, item.sort, item.index))).second)
      return refuse(offset, fmt::format("the argument \"{}\" is given twice", item.name));
  }
  if (!component.component) return instantiate_type(component.type, offset, args);
  return InstanceEntity{TRY(walk(*component.component, component.scope, {&args, false}))};
}

Result<void> Planner::alias(Scope& scope, size_t offset, const def::Alias& alias) {
  switch (alias.target) {
    case def::Alias::Target::core_export: {
      const CoreInstanceEntity instance = TRY(at(scope.core_instances, offset, Sort::core_instance, alias.from));
      const auto found = instance.exports->find(alias.name);
      if (found == instance.exports->end()) return std::unexpected(error::not_found(offset, "the core instance", alias.name));
      if (core_sort(found->second.kind) != alias.sort)
        return refuse(offset, fmt::format("the export \"{}\" is a {}, not a {}", alias.name, sort_text(core_sort(found->second.kind)), sort_text(alias.sort)));
      scope.core[size_t(found->second.kind)].push_back(found->second);
      return {};
    }
    case def::Alias::Target::export_: {
      const InstanceEntity instance = TRY(at(scope.instances, offset, Sort::instance, alias.from));
      const auto found = instance.exports->items.find(alias.name);
      if (found == instance.exports->items.end()) return std::unexpected(error::not_found(offset, "the instance", alias.name));
      if (sort_of(found->second) != alias.sort)
        return refuse(offset, fmt::format("the export \"{}\" is a {}, not a {}", alias.name, sort_text(sort_of(found->second)), sort_text(alias.sort)));
      add(scope, found->second);
      return {};
    }
    case def::Alias::Target::outer: {
      Scope* from = &scope;
      for (uint32_t i = 0; i < alias.from && from; ++i) from = from->parent;
      if (!from) return refuse(offset, fmt::format("an outer alias goes {} scopes out, beyond the outermost", alias.from));
      if (alias.sort == Sort::core_type) {
        scope.core_types.push_back(TRY(at(from->core_types, offset, alias.sort, alias.index)));
        return {};
      }
      add(scope, TRY(entity(*from, offset, alias.sort, alias.index)));
      return {};
    }
  }
  return {};
}

}  // namespace wherry::component
