// Names to what they mean (WIT.md, Name resolution). Interfaces are resolved on demand, so their order doesn't matter.
#include <fmt/format.h>

#include <algorithm>

#include "component/wit/parser.h"

namespace wherry::component::wit {
namespace {

using tree::fail;
using tree::Where;

class Resolver {
 public:
  Resolver(std::vector<tree::Package> packages, const Limits& limits) : packages_(std::move(packages)), limits_(limits) {}

  Result<Resolved> run() {
    TRY(merge());
    for (const tree::Package& package : packages_)
      for (const tree::Interface& interface : package.interfaces) TRY(resolve_interface(package, interface));
    for (const tree::Package& package : packages_) {
      for (const tree::World& world : package.worlds) {
        const uint32_t id = TRY(resolve_world(package, world));
        if (package.is_main) out_.main_worlds.push_back(id);
      }
    }
    return std::move(out_);
  }

 private:
  using Scope = std::map<std::string, uint32_t, std::less<>>;

  static std::string full_name(const tree::Package& package, std::string_view name) {
    return fmt::format("{}/{}{}{}", package.name, name, package.version.empty() ? "" : "@", package.version);
  }

  // Several files make one package; the name stands in at least one of them.
  Result<void> merge() {
    std::vector<tree::Package> merged;
    std::string main_name, main_version;
    for (const tree::Package& package : packages_)
      if (package.is_main && !package.name.empty()) main_name = package.name, main_version = package.version;
    for (tree::Package& package : packages_) {
      const bool has_items = !package.interfaces.empty() || !package.worlds.empty() || !package.uses.empty();
      if (package.name.empty()) {
        if (!has_items) continue;
        if (!package.is_main || main_name.empty()) return fail(package.where, "no package is named: begin with \"package namespace:name;\"");
        package.name = main_name;
        package.version = main_version;
      }
      const auto same = std::ranges::find_if(merged, [&](const tree::Package& one) { return one.name == package.name && one.version == package.version; });
      if (same == merged.end()) {
        merged.push_back(std::move(package));
        continue;
      }
      same->is_main |= package.is_main;
      std::ranges::move(package.interfaces, std::back_inserter(same->interfaces));
      std::ranges::move(package.worlds, std::back_inserter(same->worlds));
      std::ranges::move(package.uses, std::back_inserter(same->uses));
    }
    packages_ = std::move(merged);
    return {};
  }

  // The package that a path names; a path without a version means the only one there is.
  Result<const tree::Package*> find_package(const tree::Package& from, const tree::Path& path) {
    if (path.package.empty()) return &from;
    const tree::Package* found = nullptr;
    for (const tree::Package& package : packages_) {
      if (package.name != path.package || (!path.version.empty() && package.version != path.version)) continue;
      if (found) return fail(path.where, fmt::format("there are several versions of {}: say which", path.package));
      found = &package;
    }
    if (!found) return fail(path.where, fmt::format("there is no package {}{}{}", path.package, path.version.empty() ? "" : "@", path.version));
    return found;
  }

  Result<uint32_t> find_interface(const tree::Package& from, const tree::Path& path) {
    if (path.package.empty()) {
      for (const tree::TopUse& use : from.uses)
        if (use.as == path.name) return find_interface(from, use.path.package.empty() && use.path.name == use.as ? path_in(from, use.path) : use.path);
    }
    const tree::Package* const package = TRY(find_package(from, path));
    for (const tree::Interface& interface : package->interfaces)
      if (interface.name == path.name) return resolve_interface(*package, interface);
    return fail(path.where, fmt::format("there is no interface \"{}\" in {}", path.name, package->name));
  }

  static tree::Path path_in(const tree::Package& package, tree::Path path) {
    path.package = package.name;
    path.version = package.version;
    return path;
  }

  Result<uint32_t> resolve_interface(const tree::Package& package, const tree::Interface& interface) {
    if (const auto known = interfaces_.find(&interface); known != interfaces_.end()) {
      if (known->second == none) return fail(interface.where, fmt::format("the interface \"{}\" uses itself", interface.name));
      return known->second;
    }
    interfaces_.emplace(&interface, none);
    if (++depth_ > limits_.depth_max) return fail(interface.where, "interfaces use one another too deeply");
    Interface made{.name = interface.name, .full_name = full_name(package, interface.name)};
    const uint32_t id = TRY(fill(package, interface, std::move(made)));
    --depth_;
    interfaces_[&interface] = id;
    return id;
  }

  // Types and functions of an interface, wherever it stands.
  Result<uint32_t> fill(const tree::Package& package, const tree::Interface& from, Interface made) {
    Scope scope;
    std::vector<uint32_t> types;
    TRY(use_types(package, from, scope, types));
    const uint32_t id = uint32_t(out_.interfaces.size());
    out_.interfaces.push_back(std::move(made));
    for (const uint32_t type : types) out_.types[type].interface = id;
    TRY(define_types(from, scope, types, id));
    std::vector<Func> funcs;
    for (const tree::TypeDef& def : from.types)
      for (const tree::Func& func : def.funcs) funcs.push_back(TRY(resolve_func(scope, func, scope.find(def.name)->second)));
    for (const tree::Func& func : from.funcs) funcs.push_back(TRY(resolve_func(scope, func, none)));
    out_.interfaces[id].types = std::move(types);
    out_.interfaces[id].funcs = std::move(funcs);
    return id;
  }

  Result<void> use_types(const tree::Package& package, const tree::Interface& from, Scope& scope, std::vector<uint32_t>& types) {
    for (const tree::Use& use : from.uses) {
      const uint32_t interface = TRY(find_interface(package, use.path));
      for (const tree::Use::Name& name : use.names) {
        uint32_t target = none;
        for (const uint32_t type : out_.interfaces[interface].types)
          if (out_.types[type].name == name.name) target = type;
        if (target == none) return fail(name.where, fmt::format("there is no type \"{}\" in {}", name.name, out_.interfaces[interface].full_name));
        const uint32_t id = uint32_t(out_.types.size());
        out_.types.push_back({.kind = TypeDef::Kind::used, .name = name.as, .used = target});
        types.push_back(id);
        if (!scope.emplace(name.as, id).second) return fail(name.where, fmt::format("two types are named \"{}\"", name.as));
      }
    }
    return {};
  }

  // Names first, contents then: types may stand in any order.
  Result<void> define_types(const tree::Interface& from, Scope& scope, std::vector<uint32_t>& types, uint32_t interface) {
    std::vector<uint32_t> ids;
    for (const tree::TypeDef& def : from.types) {
      const uint32_t id = uint32_t(out_.types.size());
      out_.types.push_back({.kind = def.kind, .name = def.name, .interface = interface});
      ids.push_back(id);
      types.push_back(id);
      if (!scope.emplace(def.name, id).second) return fail(def.where, fmt::format("two types are named \"{}\"", def.name));
    }
    for (size_t i = 0; i < ids.size(); ++i) {
      const tree::TypeDef& def = from.types[i];
      if (def.kind == TypeDef::Kind::alias) out_.types[ids[i]].alias = TRY(resolve_type(scope, def.alias));
      out_.types[ids[i]].parts = TRY(resolve_labelled(scope, def.parts));
    }
    for (size_t i = 0; i < ids.size(); ++i) TRY(check_finite(ids[i], from.types[i].where, 0));
    return {};
  }

  // A type must not contain itself. Each is looked at once.
  Result<void> check_finite(uint32_t id, const Where& where, uint32_t depth) {
    checked_.resize(out_.types.size(), Checked::no);
    if (checked_[id] == Checked::yes) return {};
    if (checked_[id] == Checked::within || depth > limits_.depth_max) return fail(where, fmt::format("the type \"{}\" contains itself, or is too deep", out_.types[id].name));
    checked_[id] = Checked::within;
    const TypeDef& def = out_.types[id];
    if (def.kind == TypeDef::Kind::alias) TRY(check_finite(def.alias, where, depth));
    for (const Labelled& part : def.parts)
      if (part.type) TRY(check_finite(*part.type, where, depth));
    checked_[id] = Checked::yes;
    return {};
  }
  Result<void> check_finite(const Type& type, const Where& where, uint32_t depth) {
    if (type.kind == Type::Kind::own || type.kind == Type::Kind::borrow) return {};
    if (type.named != none) return check_finite(type.named, where, depth + 1);
    for (const auto& part : type.parts)
      if (part) TRY(check_finite(*part, where, depth));
    return {};
  }

  Result<std::vector<Labelled>> resolve_labelled(const Scope& scope, const std::vector<tree::Labelled>& list) {
    std::vector<Labelled> result;
    for (const tree::Labelled& item : list) {
      Labelled made{item.name, std::nullopt};
      if (item.type) made.type = TRY(resolve_type(scope, *item.type));
      result.push_back(std::move(made));
    }
    return result;
  }

  Result<Type> resolve_type(const Scope& scope, const tree::Type& type) {
    Type made{.kind = type.kind, .primitive = type.primitive, .length = type.length};
    if (!type.name.empty()) {
      const auto found = scope.find(type.name);
      if (found == scope.end()) return fail(type.where, fmt::format("there is no type \"{}\" here", type.name));
      made.named = found->second;
      const bool is_handle = type.kind == Type::Kind::own || type.kind == Type::Kind::borrow;
      if (is_handle && out_.types[out_.origin(made.named)].kind != TypeDef::Kind::resource) return fail(type.where, fmt::format("\"{}\" is not a resource", type.name));
    }
    for (const auto& part : type.parts) {
      if (part) made.parts.push_back(TRY(resolve_type(scope, *part)));
      else made.parts.push_back(std::nullopt);
    }
    return made;
  }

  // Methods get their "self" and the names that the binary format has for them (Explainer.md, plain names).
  Result<Func> resolve_func(const Scope& scope, const tree::Func& func, uint32_t resource) {
    Func made{.params = TRY(resolve_labelled(scope, func.params)), .is_async = func.is_async, .resource = resource};
    if (func.result) made.result = TRY(resolve_type(scope, *func.result));
    const std::string owner = resource == none ? "" : out_.types[resource].name;
    switch (func.kind) {
      case tree::Func::Kind::plain: made.name = func.name; break;
      case tree::Func::Kind::static_: made.name = fmt::format("[static]{}.{}", owner, func.name); break;
      case tree::Func::Kind::method:
        made.name = fmt::format("[method]{}.{}", owner, func.name);
        made.params.insert(made.params.begin(), {"self", Type{.kind = Type::Kind::borrow, .named = resource}});
        break;
      case tree::Func::Kind::constructor:
        made.name = fmt::format("[constructor]{}", owner);
        if (!made.result) made.result = Type{.kind = Type::Kind::own, .named = resource};
        break;
    }
    return made;
  }

  Result<uint32_t> resolve_world(const tree::Package& package, const tree::World& world) {
    if (const auto known = worlds_.find(&world); known != worlds_.end()) {
      if (known->second == none) return fail(world.where, fmt::format("the world \"{}\" includes itself", world.name));
      return known->second;
    }
    worlds_.emplace(&world, none);
    World made{.name = world.name, .full_name = full_name(package, world.name)};
    for (const tree::Include& include : world.includes) TRY(resolve_include(package, include, made));
    Scope scope;
    TRY(use_types(package, world.scope, scope, made.types));
    TRY(define_types(world.scope, scope, made.types, none));
    for (const tree::WorldItem& item : world.items) {
      WorldItem resolved{.name = item.name};
      if (item.func) {
        resolved.kind = WorldItem::Kind::func;
        resolved.func = TRY(resolve_func(scope, *item.func, none));
      } else if (item.interface) {
        resolved.interface = TRY(fill(package, *item.interface, {.full_name = item.name}));
      } else {
        resolved.interface = TRY(find_interface(package, *item.path));
        resolved.name = out_.interfaces[resolved.interface].full_name;
      }
      add(item.is_export ? made.exports : made.imports, std::move(resolved));
    }
    const uint32_t id = uint32_t(out_.worlds.size());
    out_.worlds.push_back(std::move(made));
    worlds_[&world] = id;
    return id;
  }

  static void add(std::vector<WorldItem>& list, WorldItem item) {
    if (std::ranges::none_of(list, [&](const WorldItem& one) { return one.name == item.name; })) list.push_back(std::move(item));
  }

  Result<void> resolve_include(const tree::Package& from, const tree::Include& include, World& into) {
    const tree::Package* const package = TRY(find_package(from, include.path));
    for (const tree::World& world : package->worlds) {
      if (world.name != include.path.name) continue;
      const World included = out_.worlds[TRY(resolve_world(*package, world))];
      const auto renamed = [&](WorldItem item) {
        for (const auto& [name, as] : include.renames)
          if (item.name == name) item.name = as;
        return item;
      };
      for (const WorldItem& item : included.imports) add(into.imports, renamed(item));
      for (const WorldItem& item : included.exports) add(into.exports, renamed(item));
      return {};
    }
    return fail(include.path.where, fmt::format("there is no world \"{}\" in {}", include.path.name, package->name));
  }

  std::vector<tree::Package> packages_;
  const Limits& limits_;
  Resolved out_;
  std::map<const tree::Interface*, uint32_t> interfaces_;
  std::map<const tree::World*, uint32_t> worlds_;
  enum class Checked : uint8_t { no, within, yes };
  std::vector<Checked> checked_;  // by type
  uint32_t depth_ = 0;
};

}  // namespace

uint32_t Resolved::origin(uint32_t id) const {
  for (;;) {
    const TypeDef& def = types[id];
    if (def.kind == TypeDef::Kind::used) id = def.used;
    else if (def.kind == TypeDef::Kind::alias && def.alias.kind == Type::Kind::named) id = def.alias.named;
    else return id;
  }
}

Result<const World*> Resolved::select(std::string_view name) const {
  std::string all;
  for (const World& world : worlds)
    if (!name.empty() && world.full_name == name) return &world;
  for (const uint32_t id : main_worlds) {
    if (name.empty() ? main_worlds.size() == 1 : worlds[id].name == name) return &worlds[id];
    all += (all.empty() ? "" : ", ") + worlds[id].name;
  }
  const std::string what = name.empty() ? "which world?" : fmt::format("there is no world \"{}\"", name);
  return std::unexpected(Error{ErrorKind::invalid, fmt::format("{} There are: {}", what, all.empty() ? "none" : all), ""});
}

Result<Resolved> resolve(std::vector<Source> sources, const Limits& limits) {
  std::vector<tree::Package> packages;
  for (const Source& source : sources)
    for (tree::Package& package : TRY(tree::parse(source, limits))) packages.push_back(std::move(package));
  return Resolver(std::move(packages), limits).run();
}

}  // namespace wherry::component::wit
