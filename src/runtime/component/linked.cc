#include <fmt/format.h>

#include <set>

#include "runtime/component/instance.h"

namespace wherry::runtime::component {
namespace {

namespace wc = wherry::component;

const HostInterface* find_interface(std::span<const HostInterface* const> interfaces, std::string_view name) {
  for (const HostInterface* interface : interfaces)
    if (provides(*interface, name)) return interface;
  return nullptr;
}

// Why nothing provides an interface, for a person.
std::string missing_text(std::span<const HostInterface* const> interfaces, std::string_view name) {
  const auto [path, version] = split_name(name);
  for (const HostInterface* interface : interfaces)
    if (interface->name == path)
      return fmt::format("the component imports {}; this build provides {} {}", name, path, versions_text(*interface));
  return fmt::format("the component imports {}, which this build or this command doesn't provide", name.empty() ? "a function" : name);
}

std::set<uint32_t> used_imports(const Plan& plan) {
  std::set<uint32_t> used;
  for (const CanonFunc& canon : plan.canons)
    if (canon.op == wc::def::CanonOp::lower && canon.callee.kind == wc::FuncSource::Kind::import) used.insert(canon.callee.index);
  return used;
}

}  // namespace

Result<std::shared_ptr<const Linked>> Linked::make(TypeRegistry& types, std::shared_ptr<const Plan> plan,
                                                   std::vector<std::shared_ptr<const Module>> modules,
                                                   std::span<const HostInterface* const> interfaces) {
  std::shared_ptr<Linked> linked(new Linked);
  linked->plan_ = std::move(plan);
  linked->modules_ = std::move(modules);
  linked->find_kinds(interfaces);
  TRY(linked->find_imports(interfaces));
  for (const CanonFunc& canon : linked->plan_->canons) {
    uint32_t id = 0;
    linked->groups_.push_back(TRY(types.add(FuncType{canon.core.params, canon.core.results}, id)));
    linked->canon_types_.push_back(id);
  }
  return linked;
}

void Linked::find_kinds(std::span<const HostInterface* const> interfaces) {
  for (const wc::ResourceType& resource : plan_->resources) {
    const ResourceKind* found = nullptr;
    if (resource.is_imported)
      if (const HostInterface* interface = find_interface(interfaces, resource.instance))
        for (const ResourceKind* kind : interface->resources)
          if (kind->name == resource.name) found = kind;
    kinds_.push_back(found);
  }
}

Result<void> Linked::find_imports(std::span<const HostInterface* const> interfaces) {
  imports_.resize(plan_->imports.size());
  std::set<std::string> problems;
  for (const uint32_t number : used_imports(*plan_)) {
    const wc::ImportedFunc& import = plan_->imports[number];
    const HostInterface* const interface = find_interface(interfaces, import.instance);
    if (!interface) {
      problems.insert(import.instance.empty() ? fmt::format("the component imports the function \"{}\", which nothing provides", import.name)
                                              : missing_text(interfaces, import.instance));
      continue;
    }
    for (const HostFunction& function : interface->functions)
      if (function.name == import.name) imports_[number] = &function;
    if (!imports_[number]) {
      problems.insert(fmt::format("the component imports \"{}\" of {}; this build's {} has no such function", import.name, import.instance, interface->name));
    } else if (!matches(imports_[number]->type, plan_->types.func(import.type), plan_->types, kinds_)) {
      problems.insert(fmt::format("the component imports \"{}\" of {} as {}; this build provides {}", import.name, import.instance,
                                  plan_->types.func_text(import.type), to_text(imports_[number]->type)));
    }
  }
  if (problems.empty()) return {};
  std::string what;
  for (const std::string& problem : problems) what += (what.empty() ? "" : "\n  ") + problem;
  return std::unexpected(Error{ErrorKind::unsupported, std::move(what), ""});
}

const PlanExport* Linked::find_export(std::string_view path) const {
  for (const auto& [name, item] : plan_->exports)
    if (split_name(name).path == path) return &item;
  return nullptr;
}

}  // namespace wherry::runtime::component
