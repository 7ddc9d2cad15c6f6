// Extern types: made up into entities (for what the world gives), or compared with entities (for what is given).
#include <fmt/format.h>

#include "component/planner_inline.h"

namespace wherry::component {
namespace {

std::unexpected<Error> mismatch(size_t offset, std::string_view name, std::string_view wanted, std::string_view given) {
  return refuse(offset, fmt::format("\"{}\" is wanted as {}, but is {}", name, wanted, given));
}

}  // namespace

Result<Entity> Planner::make_up(Scope& scope, size_t offset, const def::ExternType& type, const std::string& instance, std::string_view name) {
  switch (type.sort) {
    case Sort::func: {
      const FuncTypeId func = TRY(func_type_index(scope, offset, type.index));
      plan_->imports.push_back({instance, std::string(name), func});
      return Entity{FuncEntity{{FuncSource::Kind::import, uint32_t(plan_->imports.size() - 1)}, func}};
    }
    case Sort::type:
      if (!type.is_sub_resource) return Entity{TRY(type_index(scope, offset, type.index))};
      plan_->resources.push_back({.is_imported = true, .instance = instance, .name = std::string(name), .component = scope.component});
      return Entity{TypeEntity{TypeEntity::Kind::resource, ResourceId(plan_->resources.size() - 1)}};
    case Sort::instance: {
      const TypeEntity form = TRY(type_index(scope, offset, type.index));
      const std::string path = instance.empty() ? std::string(name) : instance + "/" + std::string(name);
      return Entity{TRY(open(form, offset, path))};
    }
    case Sort::component: {
      const TypeEntity form = TRY(type_index(scope, offset, type.index));
      if (form.kind != TypeEntity::Kind::scope || !form.form->is_component) return refuse(offset, fmt::format("type {} is not a component type", type.index));
      return Entity{ComponentEntity{nullptr, nullptr, form}};
    }
    case Sort::core_module: return Entity{CoreModuleEntity{0, TRY(at(scope.core_types, offset, Sort::core_type, type.index))}};
    case Sort::value:
      if (type.value_is_eq) return Entity{TRY(at(scope.values, offset, Sort::value, type.index))};
      return Entity{ValueEntity{TRY(value_type(scope, offset, *type.value))}};
    default: return refuse(offset, "this sort can't be imported");
  }
}

// What a declaration adds to a scope, imports and exports aside.
Result<void> Planner::declare(Scope& scope, const def::Declaration& declaration) {
  TRY(charge(declaration.offset));
  if (const auto* core = std::get_if<def::CoreType>(&declaration.what)) scope.core_types.push_back({core, &scope});
  if (const auto* item = std::get_if<def::Type>(&declaration.what)) {
    const TypeEntity made = TRY(type(scope, declaration.offset, *item));
    scope.types.push_back(made);
  }
  if (const auto* item = std::get_if<def::Alias>(&declaration.what)) TRY(alias(scope, declaration.offset, *item));
  return {};
}

// An instance of which only the type is known: its resources are new, its functions come from the world.
Result<InstanceEntity> Planner::open(const TypeEntity& type, size_t offset, const std::string& name) {
  if (type.kind != TypeEntity::Kind::scope || type.form->is_component) return refuse(offset, "this type is not an instance type");
  return instantiate_type(type, offset, {{std::string_view(name), Entity{}}});
}

// `args` of an instance type: one entry, whose key is the instance's name.
Result<InstanceEntity> Planner::instantiate_type(const TypeEntity& type, size_t offset, const Args& args) {
  if (depth_ >= options_.limits.depth_max) return std::unexpected(error::limit(offset, "types are nested too deeply"));
  ++depth_;
  Scope& scope = new_scope(type.scope, true);
  const std::string name = type.form->is_component || args.empty() ? "" : std::string(args.begin()->first);
  auto exports = std::make_shared<Exports>();
  for (const def::Declaration& declaration : type.form->declarations->list) {
    TRY(declare(scope, declaration));
    if (const auto* import = std::get_if<def::Import>(&declaration.what)) {
      const auto given = args.find(import->name.name);
      if (given == args.end()) return refuse(offset, fmt::format("an instantiation doesn't give the import \"{}\"", import->name.name));
      TRY(match(scope, offset, import->type, given->second, import->name.name));
      add(scope, given->second);
    }
    if (const auto* item = std::get_if<def::ExportDeclaration>(&declaration.what)) {
      const Entity made = TRY(make_up(scope, declaration.offset, item->type, name, item->name.name));
      if (!exports->items.emplace(item->name.name, made).second)
        return refuse(declaration.offset, fmt::format("two exports are named \"{}\"", item->name.name));
      add(scope, made);
    }
  }
  --depth_;
  return InstanceEntity{std::move(exports)};
}

Result<void> Planner::match(Scope& scope, size_t offset, const def::ExternType& wanted, const Entity& given, std::string_view name) {
  if (sort_of(given) != wanted.sort) return mismatch(offset, name, sort_text(wanted.sort), sort_text(sort_of(given)));
  switch (wanted.sort) {
    case Sort::func: {
      const FuncTypeId type = TRY(func_type_index(scope, offset, wanted.index));
      const FuncTypeId is = std::get<FuncEntity>(given.what).type;
      if (type != is) return mismatch(offset, name, plan_->types.func_text(type), plan_->types.func_text(is));
      return {};
    }
    case Sort::type: {
      const TypeEntity& is = std::get<TypeEntity>(given.what);
      if (wanted.is_sub_resource) {
        if (is.kind != TypeEntity::Kind::resource) return mismatch(offset, name, "a resource type", "another type");
        return {};
      }
      const TypeEntity type = TRY(type_index(scope, offset, wanted.index));
      if (type.kind != is.kind || (type.kind != TypeEntity::Kind::scope && type.id != is.id)) {
        const bool are_values = type.kind == is.kind && type.kind == TypeEntity::Kind::value;
        return mismatch(offset, name, are_values ? plan_->types.text(type.id) : "one type", are_values ? plan_->types.text(is.id) : "another");
      }
      return {};
    }
    case Sort::instance: return match_instance(TRY(type_index(scope, offset, wanted.index)), offset, std::get<InstanceEntity>(given.what), name);
    case Sort::component:
      TRY(type_index(scope, offset, wanted.index));
      return {};  // a component given as an argument is walked when it is instantiated, with what it gets there
    default: return {};
  }
}

// Every declared export is there and is of its type; resource types take the identity of what is given.
Result<void> Planner::match_instance(const TypeEntity& wanted, size_t offset, const InstanceEntity& given, std::string_view name) {
  if (wanted.kind != TypeEntity::Kind::scope || wanted.form->is_component) return refuse(offset, "this type is not an instance type");
  if (depth_ >= options_.limits.depth_max) return std::unexpected(error::limit(offset, "types are nested too deeply"));
  ++depth_;
  Scope& scope = new_scope(wanted.scope, true);
  for (const def::Declaration& declaration : wanted.form->declarations->list) {
    TRY(declare(scope, declaration));
    const auto* item = std::get_if<def::ExportDeclaration>(&declaration.what);
    if (!item) continue;
    const auto found = given.exports->items.find(item->name.name);
    if (found == given.exports->items.end())
      return refuse(offset, fmt::format("\"{}\" lacks the export \"{}\"", name, item->name.name));
    TRY(match(scope, offset, item->type, found->second, item->name.name));
    add(scope, found->second);
  }
  --depth_;
  return {};
}

}  // namespace wherry::component
