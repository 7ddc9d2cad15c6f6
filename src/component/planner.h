// Private to this room: walks components, with everything in them, and writes the plan.
#pragma once

#include <deque>
#include <set>

#include "component/entities.h"

namespace wherry::component {

class Planner {
 public:
  explicit Planner(const PlanOptions& options) : options_(options), plan_(std::make_shared<Plan>()) {}

  Result<std::shared_ptr<const Plan>> run(std::shared_ptr<const Component> root);

 private:
  using Args = std::map<std::string_view, Entity>;
  // What imports are bound to: arguments, or (null) made up from their types.
  struct Surroundings {
    const Args* args = nullptr;
    bool is_root = false;
  };

  Result<std::shared_ptr<const Exports>> walk(const Component& component, Scope* parent, Surroundings around);
  Result<void> check_abstractly(const Component& component, Scope* parent);
  Result<void> charge(size_t offset);
  Scope& new_scope(Scope* parent, bool is_abstract);

  // planner.cc: one for each kind of definition.
  struct Walk {
    const Component& component;
    Scope& scope;
    Surroundings around;
    Exports& exports;
    std::set<std::string_view> imported;
  };
  Result<void> define(Walk& walk, size_t offset, const def::CoreModule& module);
  Result<void> define(Walk& walk, size_t offset, const def::CoreInstance& instance);
  Result<void> define(Walk& walk, size_t offset, const def::CoreType& type);
  Result<void> define(Walk& walk, size_t offset, const std::shared_ptr<const Component>& component);
  Result<void> define(Walk& walk, size_t offset, const def::Instance& instance);
  Result<void> define(Walk& walk, size_t offset, const def::Alias& alias);
  Result<void> define(Walk& walk, size_t offset, const def::Type& type);
  Result<void> define(Walk& walk, size_t offset, const def::Canon& canon);
  Result<void> define(Walk& walk, size_t offset, const def::Start& start);
  Result<void> define(Walk& walk, size_t offset, const def::Import& import);
  Result<void> define(Walk& walk, size_t offset, const def::Export& item);
  Result<void> alias(Scope& scope, size_t offset, const def::Alias& alias);

  // plan_instances.cc
  Result<CoreInstanceEntity> instantiate_core(Scope& scope, size_t offset, const def::CoreInstance& instance);
  Result<CoreInstanceEntity> instantiate_module(Scope& scope, size_t offset, uint32_t module, const std::map<std::string_view, CoreInstanceEntity>& args);
  Result<CoreInstanceEntity> instantiate_module_type(const CoreTypeEntity& type, size_t offset);
  Result<CoreEntity> module_export(uint32_t module, uint32_t instance, const wasm::Export& item) const;
  Result<InstanceEntity> instantiate(Scope& scope, size_t offset, const def::Instance& instance);
  Result<Entity> entity(Scope& scope, size_t offset, Sort sort, uint32_t index);
  void add(Scope& scope, const Entity& entity);

  // plan_types.cc
  Result<TypeEntity> type(Scope& scope, size_t offset, const def::Type& type);
  Result<TypeId> value_type(Scope& scope, size_t offset, ValRef ref);
  Result<TypeId> optional_type(Scope& scope, size_t offset, const std::optional<ValRef>& ref);
  Result<TypeId> defined_type(Scope& scope, size_t offset, const def::Type& type);
  Result<FuncTypeId> func_type(Scope& scope, size_t offset, const def::Func& type);
  Result<std::vector<Part>> parts(Scope& scope, size_t offset, const std::vector<def::Labelled>& labelled, const char* what);
  Result<ResourceId> resource(Scope& scope, size_t offset, uint32_t index);
  Result<FuncTypeId> func_type_index(Scope& scope, size_t offset, uint32_t index);
  Result<TypeEntity> type_index(Scope& scope, size_t offset, uint32_t index);

  // plan_match.cc: makes up what an extern type says, or checks that something given is of it.
  Result<Entity> make_up(Scope& scope, size_t offset, const def::ExternType& type, const std::string& instance, std::string_view name);
  Result<InstanceEntity> open(const TypeEntity& type, size_t offset, const std::string& name);
  Result<void> match(Scope& scope, size_t offset, const def::ExternType& wanted, const Entity& given, std::string_view name);
  Result<void> match_instance(const TypeEntity& wanted, size_t offset, const InstanceEntity& given, std::string_view name);
  Result<void> declare(Scope& scope, const def::Declaration& declaration);
  Result<InstanceEntity> instantiate_type(const TypeEntity& type, size_t offset, const Args& args);

  // plan_canon.cc
  Result<void> lift(Scope& scope, size_t offset, const def::Canon& canon);
  Result<void> lower(Scope& scope, size_t offset, const def::Canon& canon);
  Result<void> built_in(Scope& scope, size_t offset, const def::Canon& canon);
  Result<AbiOptions> abi_options(Scope& scope, size_t offset, const def::CanonOptions& options);
  Result<CoreEntity> core_func(Scope& scope, size_t offset, uint32_t index);
  void add_canon(Scope& scope, CanonFunc canon);
  const wasm::SubType* keep(wasm::SubType type);

  template <typename T>
  Result<T> at(const std::vector<T>& space, size_t offset, Sort sort, uint32_t index);

  Result<TypeId> placed(size_t offset, Result<TypeId> type) const;

  const PlanOptions& options_;
  std::shared_ptr<Plan> plan_;
  std::deque<Scope> scopes_;
  std::deque<wasm::SubType> signatures_;
  std::map<size_t, uint32_t> modules_at_;  // by offset in the file: number in plan_->modules
  std::set<const Component*> checked_;
  uint64_t walked_ = 0;
  uint32_t depth_ = 0;
};

}  // namespace wherry::component
