// Private to this room: what the index spaces of a component hold while it is planned. Nested components are walked with
// what they are really given, so a resource type is the same entity on both sides of a boundary and types are compared
// by their ids.
#pragma once

#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "component/plan.h"

namespace wherry::component {

struct Scope;

struct CoreEntity {
  CoreSource source;
  wasm::ExternKind kind = wasm::ExternKind::func;
  const wasm::SubType* func = nullptr;  // null: a type that only the module itself can tell (tags, GC types)
  wasm::TableType table;
  wasm::MemoryType memory;
  wasm::GlobalType global;
};
using CoreExports = std::map<std::string_view, CoreEntity>;
struct CoreInstanceEntity { std::shared_ptr<const CoreExports> exports; };

struct CoreTypeEntity { const def::CoreType* type = nullptr; Scope* scope = nullptr; };

// A module of this file, or (type given) one that is imported.
struct CoreModuleEntity { uint32_t module = 0; CoreTypeEntity type; };

struct TypeEntity {
  enum class Kind : uint8_t { value, func, resource, scope };
  Kind kind = Kind::value;
  uint32_t id = no_type;               // TypeId, FuncTypeId or ResourceId
  const def::ScopeType* form = nullptr;  // scope: with what it closes over
  Scope* scope = nullptr;
};

struct FuncEntity { FuncSource source; FuncTypeId type = no_type; };
struct ValueEntity { TypeId type = no_type; };
// A component of this file with its surroundings, or (type given) one that is imported.
struct ComponentEntity { const Component* component = nullptr; Scope* scope = nullptr; TypeEntity type; };

struct Entity;
struct Exports;
struct InstanceEntity { std::shared_ptr<const Exports> exports; };

struct Entity {
  std::variant<FuncEntity, ValueEntity, TypeEntity, ComponentEntity, InstanceEntity, CoreModuleEntity> what;
};
struct Exports { std::map<std::string_view, Entity> items; };

Sort sort_of(const Entity& entity);

// The index spaces of a component, or of the inside of a component or instance type.
struct Scope {
  Scope* parent = nullptr;
  uint32_t component = 0;   // instance number in the plan
  bool is_abstract = false;  // the inside of a type: nothing here runs
  std::vector<CoreEntity> core[5];  // by wasm::ExternKind
  std::vector<CoreTypeEntity> core_types;
  std::vector<CoreModuleEntity> core_modules;
  std::vector<CoreInstanceEntity> core_instances;
  std::vector<FuncEntity> funcs;
  std::vector<ValueEntity> values;
  std::vector<TypeEntity> types;
  std::vector<ComponentEntity> components;
  std::vector<InstanceEntity> instances;
};

}  // namespace wherry::component
