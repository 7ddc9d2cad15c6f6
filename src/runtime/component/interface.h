// What the host offers to components, as tables: interfaces with their functions, resources and types. bind.h makes the
// rows from C++ functions; the check at link time and the readable errors come from the same rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/vm.h"
#include "component/types.h"

namespace wherry::runtime::component {

using wherry::component::Form;
using wherry::component::TypeId;

struct HostCall;

// Tells resource types apart: its address is the identity. A guest's own resource types have one for each instance.
struct ResourceKind {
  std::string_view name;
  void (*destroy)(uint64_t rep) = nullptr;  // the host's resources; null: a guest's
  uint32_t component = 0;                   // a guest's: in which component instance
  const abi::Func* destructor = nullptr;    // a guest's, may be null
};

// A type as a C++ function sees it.
struct TypeDesc;
struct PartDesc {
  std::string_view name;
  const TypeDesc* type = nullptr;
};
struct TypeDesc {
  Form form;
  std::span<const PartDesc> parts = {};
  const ResourceKind* resource = nullptr;
};
struct FuncDesc {
  std::span<const TypeDesc* const> params;
  const TypeDesc* result = nullptr;
};

// A row: one function. `call` lifts the parameters from `values`, calls, and lowers the result.
struct HostFunction {
  std::string_view name;  // "[method]fields.append"
  FuncDesc type;
  abi::Trap (*call)(HostCall& call, abi::Slot* values);
};

struct HostInterface {
  std::string_view name;               // "wasi:io/streams"
  std::string_view oldest, newest;     // versions whose meaning these rows have
  std::span<const HostFunction> functions;
  std::span<const ResourceKind* const> resources;
};

// Names of interfaces: "wasi:io/streams@0.2.12".
struct InterfaceName {
  std::string_view path, version;
};
InterfaceName split_name(std::string_view name);
// Whether `interface` can stand where `name` is imported: the same path, and a version that semver calls compatible.
bool provides(const HostInterface& interface, std::string_view name);
std::string versions_text(const HostInterface& interface);

// Whether an import's type is what the row says. `kinds`: of the plan's resources, null where nothing provides one.
bool matches(const FuncDesc& offered, const wherry::component::FuncType& wanted, const wherry::component::Types& types,
             std::span<const ResourceKind* const> kinds);
std::string to_text(const FuncDesc& type);

}  // namespace wherry::runtime::component
