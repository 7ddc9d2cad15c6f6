// A component, validated and linked within itself: nested components are inlined, every index is resolved, so that what is left to do
// for each instance is a list of core instantiations and host functions. Pure data. Only plan() makes one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "component/limits.h"
#include "component/syntax.h"
#include "component/types.h"
#include "wasm/validate/validate.h"

namespace wherry::component {

// Where a core function, memory, table, global or tag comes from.
struct CoreSource {
  enum class Kind : uint8_t { instance, canon };
  Kind kind = Kind::instance;
  wasm::ExternKind extern_kind = wasm::ExternKind::func;
  uint32_t from = 0;   // core instance (in the order of Plan::steps), or number in Plan::canons
  uint32_t index = 0;  // in the index space of its module
};

// Where a component function comes from.
struct FuncSource {
  enum class Kind : uint8_t { import, lift };
  Kind kind = Kind::import;
  uint32_t index = 0;  // in Plan::imports or Plan::lifts
};

struct AbiOptions {
  def::StringEncoding encoding = def::StringEncoding::utf8;
  std::optional<CoreSource> memory, realloc, post_return, callback;
  bool is_async = false;
};

// A function that the component imports from the world.
struct ImportedFunc {
  std::string instance;  // "wasi:io/streams@0.2.12"; empty: a function that stands by itself
  std::string name;
  FuncTypeId type;
};

struct ResourceType {
  // Imported: from where. Defined: in which component instance.
  bool is_imported = false;
  std::string instance, name;
  uint32_t component = 0;
  std::optional<CoreSource> destructor;
};

// A core function that the canonical ABI makes.
struct CanonFunc {
  def::CanonOp op;
  uint32_t component;           // instance that it belongs to
  FuncSource callee;            // lower
  FuncTypeId type = no_type;    // lower
  ResourceId resource = no_type;  // resource.*
  uint32_t value = 0;           // context.*: the slot
  AbiOptions options;
  wasm::SubType core;           // its core type
};

struct Lift {
  uint32_t component;
  CoreSource callee;
  FuncTypeId type;
  AbiOptions options;
};

// Instantiates a module with one source for each of its imports, in their order.
struct InstantiateStep {
  uint32_t module;
  std::vector<CoreSource> args;
};

// Calls a function without parameters or results.
struct StartStep {
  FuncSource func;
};

using Step = std::variant<InstantiateStep, StartStep>;

struct PlanExport {
  Sort sort;
  FuncSource func;             // func
  FuncTypeId type = no_type;   // func
  std::map<std::string, PlanExport, std::less<>> exports;  // instance
};

struct Plan {
  std::shared_ptr<const Component> root;
  Types types;
  std::vector<std::shared_ptr<const wasm::ValidModule>> modules;
  std::vector<ResourceType> resources;
  std::vector<ImportedFunc> imports;
  std::vector<std::string> imported_instances;  // names of the root's instance imports, in their order
  std::vector<CanonFunc> canons;
  std::vector<Lift> lifts;
  std::vector<Step> steps;
  uint32_t core_instances = 0;
  std::vector<uint32_t> component_parents;  // of each component instance; the root's is itself
  std::map<std::string, PlanExport, std::less<>> exports;
};

struct PlanOptions {
  wasm::Features features;
  Limits limits;
  unsigned threads = 1;  // that validate function bodies
};

// Validates `root` and everything in it.
Result<std::shared_ptr<const Plan>> plan(std::shared_ptr<const Component> root, const PlanOptions& options);

}  // namespace wherry::component
