#include "guest/componentize.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "component/decode.h"
#include "component/plan.h"
#include "guest/abi_types.h"
#include "guest/shim.h"
#include "guest/type_writer.h"
#include "guest/writer.h"
#include "wasm/decode/decode.h"
#include "wasm/validate/validate.h"

namespace wherry::guest {
namespace {

using component::FuncType;
using Kind = wit::Type::Kind;
using Def = wit::TypeDef::Kind;

constexpr std::string_view drop_prefix = "[resource-drop]";

std::unexpected<Error> refuse(std::string what) { return std::unexpected(Error{ErrorKind::invalid, std::move(what), ""}); }

std::string signature_text(const wasm::SubType& type) {
  std::string text = "(";
  for (const auto param : type.params) text += (text.size() > 1 ? " " : "") + wasm::to_text(param);
  text += ") -> (";
  for (size_t i = 0; i < type.results.size(); ++i) text += (i ? " " : "") + wasm::to_text(type.results[i]);
  return text + ")";
}

// One function that the core module imports.
struct CoreImport {
  const wasm::Import* import;
  const wasm::SubType* type;
  uint32_t interface = wit::none;
  const wit::Func* func = nullptr;  // null: drops `resource`
  uint32_t resource = wit::none;    // TypeDef
  bool is_indirect = false;         // needs the module's memory
  CanonOptions needs;               // which options it needs; the indices come later
};

class Componentizer {
 public:
  Componentizer(const wasm::ValidModule& module, std::span<const uint8_t> bytes, const wit::Resolved& wit, const wit::World& world)
      : module_(module.module()), bytes_(bytes), wit_(wit), world_(world), abi_(wit), types_(wit, component_scope()) {}

  Result<std::vector<uint8_t>> run() {
    find_interfaces();
    TRY(read_imports());
    TRY(need_exports());
    std::vector<uint32_t> interfaces;
    for (const auto& [interface, types] : needed_) interfaces.push_back(interface);
    for (const auto& [interface, funcs] : used_)
      if (interface != wit::none) interfaces.push_back(interface);
    for (const uint32_t interface : interfaces) import_interface(interface);
    TRY(write_core());
    TRY(write_exports());
    return std::move(out_).take();
  }

 private:
  // Interfaces that the world names, and those whose types they use.
  void find_interfaces() {
    for (const auto* items : {&world_.imports, &world_.exports})
      for (const wit::WorldItem& item : *items)
        if (item.interface != wit::none) reach(item.interface);
    for (const uint32_t type : world_.types) reach_type(type);
  }
  void reach(uint32_t interface) {
    if (!reachable_.insert(interface).second) return;
    for (const uint32_t type : wit_.interfaces[interface].types) reach_type(type);
  }
  void reach_type(uint32_t type) {
    if (wit_.types[type].kind == Def::used) reach(wit_.types[wit_.types[type].used].interface);
  }

  // What types an imported interface must show: those that its used functions speak of, and what these are made of.
  void need(uint32_t type_def) {
    const wit::TypeDef& def = wit_.types[type_def];
    if (def.interface != wit::none && !needed_[def.interface].insert(type_def).second) return;
    if (def.kind == Def::used) return need(def.used);
    if (def.kind == Def::alias) need(def.alias);
    for (const wit::Labelled& part : def.parts)
      if (part.type) need(*part.type);
  }
  void need(const wit::Type& type) {
    if (type.named != wit::none) need(type.named);
    for (const auto& part : type.parts)
      if (part) need(*part);
  }
  void need(const wit::Func& func) {
    if (func.resource != wit::none) need(func.resource);
    for (const wit::Labelled& param : func.params) need(*param.type);
    if (func.result) need(*func.result);
  }

  Result<void> read_imports() {
    std::string unknown;
    for (const wasm::Import& import : module_.imports) {
      if (import.kind != wasm::ExternKind::func) return refuse(fmt::format("the module imports \"{}\" \"{}\", which is not a function", import.module, import.name));
      auto found = find_import(import);
      if (!found) {
        unknown += "\n  " + found.error().what;
        continue;
      }
      if (found->func) {
        need(*found->func);
        TRY(plan_lower(*found));
        used_[found->interface].insert(found->func);
      } else {
        need(found->resource);
      }
      imports_.push_back(std::move(*found));
    }
    if (!unknown.empty()) return refuse("the module imports what the world doesn't offer:" + unknown);
    return {};
  }

  Result<CoreImport> find_import(const wasm::Import& import) {
    CoreImport found{&import, &module_.function_type(import.index)};
    if (import.module.starts_with("wasi_snapshot_preview1") || import.module.starts_with("wasi_unstable"))
      return refuse(fmt::format("\"{}\" \"{}\": a WASI 0.1 function; a component has no such imports, and there is no adapter here", import.module, import.name));
    for (const uint32_t id : reachable_) {
      const wit::Interface& interface = wit_.interfaces[id];
      if (interface.full_name != import.module) continue;
      found.interface = id;
      for (const wit::Func& func : interface.funcs)
        if (func.name == import.name) return found.func = &func, found;
      if (import.name.starts_with(drop_prefix))
        for (const uint32_t type : interface.types)
          if (wit_.types[type].name == import.name.substr(drop_prefix.size()) && wit_.types[wit_.origin(type)].kind == Def::resource)
            return found.resource = type, found;
      return refuse(fmt::format("\"{}\" \"{}\": the interface has no such function", import.module, import.name));
    }
    if (import.module == "$root")
      for (const wit::WorldItem& item : world_.imports)
        if (item.kind == wit::WorldItem::Kind::func && item.name == import.name) return found.func = &item.func, found;
    return refuse(fmt::format("\"{}\" \"{}\": world {} has no interface of that name", import.module, import.name, world_.full_name));
  }

  Result<void> plan_lower(CoreImport& import) {
    if (import.func->is_async) return refuse(fmt::format("\"{}\" is async, which can't be imported yet", import.func->name));
    const FuncType& type = *TRY(abi_.func(*import.func));
    const wasm::SubType wanted = component::lowered_signature(type, abi_.types());
    if (wanted.params != import.type->params || wanted.results != import.type->results)
      return refuse(fmt::format("the module imports \"{}\" \"{}\" as {}, but its type makes that {}", import.import->module, import.import->name,
                                signature_text(*import.type), signature_text(wanted)));
    import.is_indirect = type.params_in_memory || type.params_have_pointers || type.result_in_memory || type.result_has_pointers;
    import.needs.has_strings = type.params_have_pointers || type.result_has_pointers;
    if (type.result_has_pointers) import.needs.realloc = 0;
    return {};
  }

  Result<void> need_exports() {
    for (const wit::WorldItem& item : world_.exports) {
      if (item.kind == wit::WorldItem::Kind::func) {
        need(item.func);
        continue;
      }
      for (const wit::Func& func : wit_.interfaces[item.interface].funcs) need(func);
      for (const uint32_t type : wit_.interfaces[item.interface].types) {
        if (wit_.types[type].kind == Def::used) need(wit_.types[type].used);
        else return std::unexpected(Error{ErrorKind::unsupported, fmt::format("the world exports {}, which defines types of its own (\"{}\"): only types of imported interfaces can be exported yet", item.name, wit_.types[type].name), ""});
      }
      needed_.erase(item.interface);
    }
    return {};
  }

  // Imports an interface with what is needed of it, after those whose types it uses.
  void import_interface(uint32_t id) {
    if (instances_.contains(id)) return;
    const wit::Interface& interface = wit_.interfaces[id];
    const std::set<uint32_t>& needed = needed_[id];
    for (const uint32_t type : needed) {
      if (wit_.types[type].kind != Def::used) continue;
      import_interface(wit_.types[wit_.types[type].used].interface);
      types_.index(wit_.types[type].used);  // as a type of the component, for the inside to refer to
    }
    Bytes declarations;
    uint32_t count = 0, types = 0;
    TypeWriter inside(wit_, inside_scope(declarations, count, types));
    for (const uint32_t type : interface.types)
      if (needed.contains(type)) inside.index(type);
    for (const wit::Func& func : interface.funcs) {
      if (!used_[id].contains(&func)) continue;
      const uint32_t type = inside.func(func);
      declarations.byte(0x04).byte(0x00).name(func.name).byte(0x01).u32(type);
      ++count;
    }
    Bytes type;
    type.byte(0x42).u32(count).raw(declarations);
    instances_.emplace(id, out_.import_instance(interface.full_name, out_.type(type)));
  }

  TypeWriter::Scope inside_scope(Bytes& declarations, uint32_t& count, uint32_t& types) {
    const auto export_type = [&declarations, &count, &types](const std::string& name, std::optional<uint32_t> equal) {
      declarations.byte(0x04).byte(0x00).name(name).byte(0x03);
      if (equal) declarations.byte(0x00).u32(*equal);
      else declarations.byte(0x01);
      return ++count, types++;
    };
    TypeWriter::Scope scope;
    scope.add = [&](const Bytes& type) { return declarations.byte(0x01).raw(type), ++count, types++; };
    scope.outside = [this, &declarations, &count, &types, export_type](uint32_t type_def) {
      declarations.byte(0x02).byte(0x03).byte(0x02).u32(1).u32(types_.index(wit_.types[type_def].used));
      ++count;
      return export_type(wit_.types[type_def].name, types++);
    };
    scope.name_it = [export_type](const std::string& name, uint32_t index) { return export_type(name, index); };
    scope.resource = [export_type](const std::string& name) { return export_type(name, std::nullopt); };
    return scope;
  }

  // In the component itself a type with a name is one of an imported instance.
  TypeWriter::Scope component_scope() {
    TypeWriter::Scope scope;
    scope.add = [this](const Bytes& type) { return out_.type(type); };
    scope.outside = [this](uint32_t type_def) { return types_.index(wit_.types[type_def].used); };
    scope.name_it = [](const std::string&, uint32_t index) { return index; };
    scope.resource = [](const std::string&) { return uint32_t(0); };
    scope.imported = [this](uint32_t type_def) -> std::optional<uint32_t> {
      const wit::TypeDef& def = wit_.types[type_def];
      const auto instance = instances_.find(def.interface);
      if (instance == instances_.end()) return std::nullopt;
      return out_.alias_type(instance->second, def.name);
    };
    return scope;
  }

  Result<uint32_t> core_export(std::string_view name, wasm::ExternKind kind, std::string_view why) {
    for (const wasm::Export& item : module_.exports)
      if (item.name == name && item.kind == kind) return item.index;
    return refuse(fmt::format("the module doesn't export \"{}\": {}", name, why));
  }
  bool has_func(std::string_view name) const {
    return std::ranges::any_of(module_.exports, [&](const wasm::Export& item) { return item.name == name && item.kind == wasm::ExternKind::func; });
  }

  // Shim, the instances that the module imports, the module, and the fixup.
  Result<void> write_core() {
    const uint32_t main_module = out_.core_module(bytes_);
    std::vector<const wasm::SubType*> indirect;
    for (const CoreImport& import : imports_)
      if (import.is_indirect) indirect.push_back(import.type);
    const bool initializes = has_func("_initialize");
    uint32_t shim = 0, fixup_module_index = 0;
    if (!indirect.empty()) {
      const uint32_t module = out_.core_module(shim_module(indirect));
      shim = out_.core_instantiate(module, {});
    }
    const bool has_fixup = !indirect.empty() || initializes;
    if (has_fixup) fixup_module_index = out_.core_module(fixup_module(indirect, initializes));

    std::map<std::string, std::vector<CoreItem>> items;
    uint32_t next_indirect = 0;
    for (const CoreImport& import : imports_) {
      uint32_t func = 0;
      if (!import.func) func = out_.resource_drop(types_.index(import.resource));
      else if (import.is_indirect) func = out_.alias_core(core_func, shim, std::to_string(next_indirect++));
      else func = out_.lower(func_of(import), {});
      items[std::string(import.import->module)].push_back({std::string(import.import->name), core_func, func});
    }
    std::vector<std::pair<std::string, uint32_t>> args;
    for (const auto& [name, list] : items) args.emplace_back(name, out_.core_instance(list));
    main_ = out_.core_instantiate(main_module, args);
    TRY(find_memory());
    if (!has_fixup) return {};

    std::vector<CoreItem> fixed;
    next_indirect = 0;
    for (const CoreImport& import : imports_) {
      if (!import.is_indirect) continue;
      CanonOptions options{.memory = TRY(memory()), .has_strings = import.needs.has_strings};
      if (import.needs.realloc) options.realloc = TRY(realloc());
      fixed.push_back({std::to_string(next_indirect++), core_func, out_.lower(func_of(import), options)});
    }
    if (!indirect.empty()) fixed.push_back({"$imports", core_table, out_.alias_core(core_table, shim, "$imports")});
    if (initializes) fixed.push_back({"_initialize", core_func, out_.alias_core(core_func, main_, "_initialize")});
    out_.core_instantiate(fixup_module_index, {{"", out_.core_instance(fixed)}});
    return {};
  }

  uint32_t func_of(const CoreImport& import) {
    if (import.interface == wit::none) return out_.import_func(import.func->name, types_.func(*import.func));
    return out_.alias_func(instances_.at(import.interface), import.func->name);
  }

  Result<void> find_memory() {
    if (core_export("memory", wasm::ExternKind::memory, "")) memory_ = out_.alias_core(core_memory, main_, "memory");
    if (has_func("cabi_realloc")) realloc_ = out_.alias_core(core_func, main_, "cabi_realloc");
    return {};
  }
  Result<uint32_t> memory() {
    if (!memory_) return refuse("the module doesn't export its memory as \"memory\", which strings and lists are passed in");
    return *memory_;
  }
  Result<uint32_t> realloc() {
    if (!realloc_) return refuse("the module doesn't export \"cabi_realloc\" (old pointer, old size, alignment, new size), which makes room for what it is given");
    return *realloc_;
  }

  Result<void> write_exports() {
    for (const wit::WorldItem& item : world_.exports) {
      if (item.kind == wit::WorldItem::Kind::func) {
        out_.export_func(item.name, TRY(lift(item.func, item.name)));
        continue;
      }
      std::vector<std::pair<std::string, uint32_t>> funcs;
      for (const wit::Func& func : wit_.interfaces[item.interface].funcs)
        funcs.emplace_back(func.name, TRY(lift(func, fmt::format("{}#{}", item.name, func.name))));
      out_.export_instance(item.name, out_.instance(funcs));
    }
    return {};
  }

  Result<uint32_t> lift(const wit::Func& func, const std::string& core_name) {
    const uint32_t index = TRY(core_export(core_name, wasm::ExternKind::func, fmt::format("world {} exports a function that it is", world_.full_name)));
    const FuncType& type = *TRY(abi_.func(func));
    const wasm::SubType wanted = component::lifted_signature(type, abi_.types());
    const wasm::SubType& is = module_.function_type(index);
    if (wanted.params != is.params || wanted.results != is.results)
      return refuse(fmt::format("the module exports \"{}\" as {}, but its type makes that {}", core_name, signature_text(is), signature_text(wanted)));
    CanonOptions options{.has_strings = type.params_have_pointers || type.result_has_pointers};
    if (options.has_strings || type.params_in_memory || type.result_in_memory) options.memory = TRY(memory());
    if (type.params_have_pointers || type.params_in_memory) options.realloc = TRY(realloc());
    const std::string post = "cabi_post_" + core_name;
    if (has_func(post)) options.post_return = out_.alias_core(core_func, main_, post);
    const uint32_t core = out_.alias_core(core_func, main_, core_name);
    return out_.lift(core, types_.func(func), options);
  }

  const wasm::Module& module_;
  const std::span<const uint8_t> bytes_;
  const wit::Resolved& wit_;
  const wit::World& world_;
  AbiTypes abi_;
  ComponentWriter out_;
  TypeWriter types_;
  std::set<uint32_t> reachable_;
  std::map<uint32_t, std::set<uint32_t>> needed_;                // interface -> TypeDefs
  std::map<uint32_t, std::set<const wit::Func*>> used_;          // interface -> functions
  std::map<uint32_t, uint32_t> instances_;                       // interface -> instance
  std::vector<CoreImport> imports_;
  uint32_t main_ = 0;
  std::optional<uint32_t> memory_, realloc_;
};

// What was made must be right; if not, it is our mistake, and better found here than where it is run.
Result<void> check(const std::vector<uint8_t>& bytes, const ComponentizeOptions& options) {
  component::PlanOptions plan_options{.features = options.features};
  plan_options.limits.core = options.limits;
  const auto decoded = TRY(component::decode(std::make_shared<const std::vector<uint8_t>>(bytes), plan_options.limits));
  TRY(component::plan(decoded, plan_options));
  return {};
}

}  // namespace

Result<std::vector<uint8_t>> componentize(std::vector<uint8_t> module, const wit::Resolved& wit, const ComponentizeOptions& options) {
  const wit::World* const world = TRY(wit.select(options.world));
  const auto shared = std::make_shared<const std::vector<uint8_t>>(std::move(module));
  auto decoded = TRY(wasm::decode::decode(shared, options.features, options.limits));
  const auto valid = TRY(wasm::validate::validate(std::move(decoded), options.features, options.limits));
  auto bytes = TRY(Componentizer(valid, *shared, wit, *world).run());
  TRY(check(bytes, options));
  return bytes;
}

}  // namespace wherry::guest
