#include "component/planner.h"

#include <fmt/format.h>

#include "component/planner_inline.h"
#include "wasm/decode/decode.h"

namespace wherry::component {
namespace {

template <typename... Ts>
struct Overloaded : Ts... { using Ts::operator()...; };

}  // namespace

Sort sort_of(const Entity& entity) {
  return std::visit(Overloaded{[](const FuncEntity&) { return Sort::func; }, [](const ValueEntity&) { return Sort::value; },
                               [](const TypeEntity&) { return Sort::type; }, [](const ComponentEntity&) { return Sort::component; },
                               [](const InstanceEntity&) { return Sort::instance; },
                               [](const CoreModuleEntity&) { return Sort::core_module; }},
                    entity.what);
}

Result<std::shared_ptr<const Plan>> plan(std::shared_ptr<const Component> root, const PlanOptions& options) {
  return Planner(options).run(std::move(root));
}

namespace {

PlanExport plan_export(const Entity& entity) {
  PlanExport result{sort_of(entity)};
  if (const auto* func = std::get_if<FuncEntity>(&entity.what)) {
    result.func = func->source;
    result.type = func->type;
  } else if (const auto* instance = std::get_if<InstanceEntity>(&entity.what)) {
    for (const auto& [name, item] : instance->exports->items) result.exports.emplace(name, plan_export(item));
  }
  return result;
}

}  // namespace

Result<std::shared_ptr<const Plan>> Planner::run(std::shared_ptr<const Component> root) {
  plan_->root = root;
  plan_->types.depth_max = options_.limits.type_depth_max;
  plan_->types.value_bytes_max = options_.limits.value_bytes_max;
  const auto exports = TRY(walk(*root, nullptr, {nullptr, true}));
  for (const auto& [name, entity] : exports->items) plan_->exports.emplace(name, plan_export(entity));
  return std::move(plan_);
}

// Everything that can be asked for more than once is paid for here, so that a small file can't keep us busy for long.
Result<void> Planner::charge(size_t offset) {
  if (++walked_ > options_.limits.walked_definitions_max)
    return std::unexpected(error::limit(offset, fmt::format("more than {} definitions, counting each time that one is used",
                                                            options_.limits.walked_definitions_max)));
  return {};
}

Scope& Planner::new_scope(Scope* parent, bool is_abstract) {
  Scope& scope = scopes_.emplace_back();
  scope.parent = parent;
  scope.is_abstract = is_abstract;
  if (parent) scope.component = parent->component;
  return scope;
}

Result<std::shared_ptr<const Exports>> Planner::walk(const Component& component, Scope* parent, Surroundings around) {
  if (plan_->component_parents.size() >= options_.limits.instances_max)
    return std::unexpected(error::limit(component.begin, fmt::format("more than {} component instances", options_.limits.instances_max)));
  if (depth_ >= options_.limits.depth_max)
    return std::unexpected(error::limit(component.begin, fmt::format("components are nested more than {} deep", options_.limits.depth_max)));
  ++depth_;
  Scope& scope = new_scope(parent, false);
  scope.component = uint32_t(plan_->component_parents.size());
  plan_->component_parents.push_back(parent ? parent->component : 0);
  auto exports = std::make_shared<Exports>();
  Walk state{component, scope, around, *exports, {}};
  for (const Definition& definition : component.definitions) {
    TRY(charge(definition.offset));
    TRY(std::visit([&](const auto& what) { return define(state, definition.offset, what); }, definition.what));
  }
  --depth_;
  return exports;
}

// A nested component must be right whatever it will be given, so it is walked once with made-up imports; what that
// adds to the plan is dropped again. Entities never outlive the walk: nothing refers to what is dropped.
Result<void> Planner::check_abstractly(const Component& component, Scope* parent) {
  if (!checked_.insert(&component).second) return {};
  Plan& plan = *plan_;
  const size_t resources = plan.resources.size(), imports = plan.imports.size(), canons = plan.canons.size(),
               lifts = plan.lifts.size(), steps = plan.steps.size(), parents = plan.component_parents.size();
  const uint32_t instances = plan.core_instances;
  TRY(walk(component, parent, {}));
  plan.resources.resize(resources);
  plan.imports.resize(imports);
  plan.canons.resize(canons);
  plan.lifts.resize(lifts);
  plan.steps.resize(steps);
  plan.component_parents.resize(parents);
  plan.core_instances = instances;
  return {};
}

Result<void> Planner::define(Walk& walk, size_t, const def::CoreModule& module) {
  if (const auto known = modules_at_.find(module.begin); known != modules_at_.end()) {
    walk.scope.core_modules.push_back({known->second, {}});
    return {};
  }
  const Limits& limits = options_.limits;
  auto decoded = TRY(wasm::decode::decode_part(plan_->root->bytes, module.begin, module.size, options_.features, limits.core));
  auto valid = TRY(wasm::validate::validate(std::move(decoded), options_.features, limits.core, options_.threads));
  const uint32_t number = uint32_t(plan_->modules.size());
  plan_->modules.push_back(std::make_shared<const wasm::ValidModule>(std::move(valid)));
  modules_at_.emplace(module.begin, number);
  walk.scope.core_modules.push_back({number, {}});
  return {};
}

Result<void> Planner::define(Walk& walk, size_t offset, const def::CoreInstance& instance) {
  walk.scope.core_instances.push_back(TRY(instantiate_core(walk.scope, offset, instance)));
  return {};
}

Result<void> Planner::define(Walk& walk, size_t, const def::CoreType& type) {
  walk.scope.core_types.push_back({&type, &walk.scope});
  return {};
}

Result<void> Planner::define(Walk& walk, size_t, const std::shared_ptr<const Component>& component) {
  TRY(check_abstractly(*component, &walk.scope));
  walk.scope.components.push_back({component.get(), &walk.scope, {}});
  return {};
}

Result<void> Planner::define(Walk& walk, size_t offset, const def::Instance& instance) {
  walk.scope.instances.push_back(TRY(instantiate(walk.scope, offset, instance)));
  return {};
}

Result<void> Planner::define(Walk& walk, size_t offset, const def::Alias& item) { return alias(walk.scope, offset, item); }

Result<void> Planner::define(Walk& walk, size_t offset, const def::Type& item) {
  const TypeEntity made = TRY(type(walk.scope, offset, item));
  walk.scope.types.push_back(made);
  return {};
}

Result<void> Planner::define(Walk& walk, size_t offset, const def::Canon& canon) {
  if (canon.op == def::CanonOp::lift) return lift(walk.scope, offset, canon);
  if (canon.op == def::CanonOp::lower) return lower(walk.scope, offset, canon);
  return built_in(walk.scope, offset, canon);
}

Result<void> Planner::define(Walk& walk, size_t offset, const def::Start& start) {
  const FuncEntity func = TRY(at(walk.scope.funcs, offset, Sort::func, start.func));
  const FuncType& type = plan_->types.func(func.type);
  if (!start.args.empty() || start.result_count > 0)
    return std::unexpected(error::unsupported(offset, "a start function with arguments or results (values) is not supported"));
  if (!type.params.empty() || type.result != no_type) return refuse(offset, "the start function's type has parameters or a result");
  plan_->steps.push_back(StartStep{func.source});
  return {};
}

Result<void> Planner::define(Walk& walk, size_t offset, const def::Import& import) {
  const std::string_view name = import.name.name;
  if (!walk.imported.insert(name).second) return refuse(offset, fmt::format("two imports are named \"{}\"", name));
  if (walk.around.args) {
    const auto given = walk.around.args->find(name);
    if (given == walk.around.args->end()) return refuse(offset, fmt::format("an instantiation doesn't give the import \"{}\"", name));
    TRY(match(walk.scope, offset, import.type, given->second, name));
    add(walk.scope, given->second);
    return {};
  }
  const Entity made = TRY(make_up(walk.scope, offset, import.type, "", name));
  if (walk.around.is_root && import.type.sort == Sort::instance) plan_->imported_instances.emplace_back(name);
  if (walk.around.is_root && (import.type.sort == Sort::component || import.type.sort == Sort::core_module || import.type.sort == Sort::value))
    return std::unexpected(error::unsupported(offset, fmt::format("the component imports a {} (\"{}\"): plug one in with a composition first",
                                                                  sort_text(import.type.sort), name)));
  add(walk.scope, made);
  return {};
}

Result<void> Planner::define(Walk& walk, size_t offset, const def::Export& item) {
  const Entity what = TRY(entity(walk.scope, offset, item.sort, item.index));
  if (item.type) TRY(match(walk.scope, offset, *item.type, what, item.name.name));
  if (!walk.exports.items.emplace(item.name.name, what).second)
    return refuse(offset, fmt::format("two exports are named \"{}\"", item.name.name));
  add(walk.scope, what);  // an export is a definition of its own (Explainer.md, exports)
  return {};
}

}  // namespace wherry::component
