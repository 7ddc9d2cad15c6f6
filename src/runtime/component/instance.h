// Components at run time. A Linked component is bound to what the host offers, and shared by all of its instances;
// an Instance is one running component with everything nested in it, in one store.
#pragma once

#include <deque>
#include <expected>
#include <memory>
#include <span>
#include <vector>

#include "component/plan.h"
#include "runtime/call.h"
#include "runtime/component/handles.h"
#include "runtime/component/value.h"
#include "runtime/instance.h"
#include "runtime/module.h"

namespace wherry::runtime::component {

using wherry::component::CanonFunc;
using wherry::component::CoreSource;
using wherry::component::Plan;
using wherry::component::PlanExport;
using wherry::component::ResourceId;

class Linked {
 public:
  // `modules`: Plan::modules, made ready, in their order. An import that is used and that no interface provides, or
  // that another type is wanted for, is an Error with all of them. The interfaces outlive what is made here.
  static Result<std::shared_ptr<const Linked>> make(TypeRegistry& types, std::shared_ptr<const Plan> plan,
                                                    std::vector<std::shared_ptr<const Module>> modules,
                                                    std::span<const HostInterface* const> interfaces);

  const Plan& plan() const { return *plan_; }
  const std::shared_ptr<const Module>& module(uint32_t number) const { return modules_[number]; }
  const HostFunction* import(uint32_t number) const { return imports_[number]; }
  const ResourceKind* kind(ResourceId resource) const { return kinds_[resource]; }  // null: a guest's
  uint32_t canon_type(uint32_t canon) const { return canon_types_[canon]; }
  // The export of interface `path` ("wasi:http/incoming-handler"), of any version that `interface`'s semver allows; or null.
  const PlanExport* find_export(std::string_view path) const;

 private:
  Linked() = default;
  void find_kinds(std::span<const HostInterface* const> interfaces);
  Result<void> find_imports(std::span<const HostInterface* const> interfaces);
  std::shared_ptr<const Plan> plan_;
  std::vector<std::shared_ptr<const Module>> modules_;
  std::vector<const HostFunction*> imports_;
  std::vector<const ResourceKind*> kinds_;
  std::vector<uint32_t> canon_types_;
  std::vector<std::shared_ptr<const TypeGroup>> groups_;
};

// One of the component instances that are nested in an Instance.
struct ComponentState {
  explicit ComponentState(uint32_t handles_max) : handles(handles_max) {}
  HandleTable handles;
  bool may_leave = true;
  bool entered = false;     // a call is under way: it can't be entered again
  uint64_t context[2] = {};  // context.get and .set
};

struct InstanceOptions {
  uint32_t handles_max = 100'000;  // of each nested component instance
  void* host = nullptr;            // what host functions get as their context
};

using ValueResult = std::expected<Value, CallFailure>;  // a function without a result gives an empty value

class Instance {
 public:
  static std::expected<std::unique_ptr<Instance>, InstantiateFailure> make(Store& store, std::shared_ptr<const Linked> linked,
                                                                           const InstanceOptions& options);
  ~Instance();
  Instance(const Instance&) = delete;

  // Calls an exported function. The arguments are as its type says (checked by count only).
  ValueResult call(const PlanExport& func, std::span<const Value> args);

  const Linked& linked() const { return *linked_; }
  Store& store() const { return store_; }
  void* host() const { return options_.host; }
  ComponentState& state(uint32_t component) { return states_[component]; }
  const ResourceKind* kind(ResourceId resource) const { return kinds_[resource]; }
  // For whoever ends the instance's life early: the host's resources are destroyed, handles forgotten.
  void drop_handles();

  // For canon.cc: calls the lifted function, with arguments that were lifted from somebody else.
  abi::Trap call_lift(abi::Thread& thread, uint32_t lift, std::span<const Value> args, Value& result);
  // Ends a resource that nobody has a handle to any more.
  abi::Trap drop(abi::Thread& thread, const ResourceKind* kind, uint64_t rep);

  struct Canon {
    abi::Func func{};
    const CanonFunc* plan = nullptr;
    Instance* instance = nullptr;
    AbiEnv env;
    const HostFunction* host = nullptr;
    const ResourceKind* kind = nullptr;
  };

 private:
  Instance(Store& store, std::shared_ptr<const Linked> linked, const InstanceOptions& options);
  std::expected<void, InstantiateFailure> run_steps();
  Extern resolve(const CoreSource& source);
  const abi::Func* core_func(const CoreSource& source) { return resolve(source).func; }
  AbiEnv env(uint32_t component, const wherry::component::AbiOptions& options);
  const abi::Func* canon(uint32_t number);
  void make_kinds();
  void resolve_destructor(ResourceKind& kind, ResourceId resource);

  Store& store_;
  std::shared_ptr<const Linked> linked_;
  InstanceOptions options_;
  std::vector<runtime::Instance*> cores_;
  std::deque<Canon> canons_;  // by number; made when they are first used
  std::deque<ComponentState> states_;
  std::deque<ResourceKind> own_kinds_;
  std::vector<const ResourceKind*> kinds_;
  bool failed_ = false;  // trapped once: never entered again (CanonicalABI.md)
};

}  // namespace wherry::runtime::component
