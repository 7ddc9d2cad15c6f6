#include "wast/engine_host.h"

#include <fmt/format.h>

#include <bit>

#include "wasm/decode/decode.h"
#include "wasm/text/branch_hints.h"
#include "wasm/validate/validate.h"

namespace wherry::wast {
namespace {

namespace types = wasm::types;
using wasm::ExternKind;

std::unexpected<Refusal> refuse(Stage stage, std::string message) {
  return std::unexpected(Refusal{stage, abi::Trap::none, std::move(message)});
}

std::unexpected<Refusal> refuse(Stage stage, const Error& error) {
  return refuse(stage, error.where.empty() ? error.what : error.what + " " + error.where);
}

std::unexpected<Refusal> refuse(const runtime::CallFailure& failure) {
  std::string text(abi::trap_text(failure.trap));
  if (failure.error) text += ": " + failure.error->what;
  return std::unexpected(Refusal{Stage::trap, failure.trap, std::move(text)});
}

std::unexpected<Refusal> refuse(const engine::Failure& failure) {
  if (failure.call) return refuse(*failure.call);
  switch (failure.stage) {
    case engine::Stage::malformed: return refuse(Stage::malformed, failure.error);
    case engine::Stage::invalid: return refuse(Stage::invalid, failure.error);
    case engine::Stage::unlinkable: return refuse(Stage::unlinkable, failure.error);
    case engine::Stage::trap: break;
  }
  return refuse(Stage::unsupported, failure.error);
}

runtime::Value number(const Value& value) {
  switch (value.kind) {
    case wasm::Kind::i32: return int32_t(value.bits(0, 4));
    case wasm::Kind::i64: return int64_t(value.bits());
    case wasm::Kind::f32: return std::bit_cast<float>(uint32_t(value.bits(0, 4)));
    case wasm::Kind::f64: return std::bit_cast<double>(value.bits());
    default: return value.bytes;
  }
}

void put(Value& value, uint64_t bits, size_t size) {
  for (size_t i = 0; i < size; ++i) value.bytes[i] = uint8_t(bits >> (8 * i));
}

}  // namespace

EngineHost::EngineHost(engine::Engine& engine) : engine_(engine), store_(engine.make_store()) {
  define_spectest();
  linker_.set_fallback([this](const wasm::Import& import, const runtime::ExternType&) -> std::optional<engine::Extern> {
    const auto known = names_.find(import.module);
    if (known == names_.end()) return std::nullopt;
    return find(instances_[known->second], import.name);
  });
}

EngineHost::~EngineHost() = default;

// The module that scripts may import from without defining it, as the reference interpreter has it.
void EngineHost::define_spectest() {
  define_prints();
  const auto global = [&](std::string_view name, wasm::ValType type, const runtime::Value& value) {
    linker_.define("spectest", name, store_->make_global({type, false}, value));
  };
  global("global_i32", types::i32, int32_t(666));
  global("global_i64", types::i64, int64_t(666));
  global("global_f32", types::f32, 666.6f);
  global("global_f64", types::f64, 666.6);
  const auto table = [&](std::string_view name, wasm::AddressType address) {
    if (auto made = store_->make_table({types::funcref, {10, 20}, address})) linker_.define("spectest", name, *made);
  };
  table("table", wasm::AddressType::i32);
  table("table64", wasm::AddressType::i64);
  const auto memory = [&](std::string_view name, bool is_shared) {
    if (auto made = store_->make_memory({{1, 2}, wasm::AddressType::i32, is_shared})) linker_.define("spectest", name, *made);
  };
  memory("memory", false);
  memory("shared_memory", true);
}

void EngineHost::define_prints() {
  const std::pair<std::string_view, std::vector<wasm::ValType>> prints[] = {
      {"print", {}},
      {"print_i32", {types::i32}},
      {"print_i64", {types::i64}},
      {"print_f32", {types::f32}},
      {"print_f64", {types::f64}},
      {"print_i32_f32", {types::i32, types::f32}},
      {"print_f64_f64", {types::f64, types::f64}},
  };
  for (const auto& [name, params] : prints) {
    const auto nothing = [](runtime::Caller&, abi::Slot*) { return abi::Trap::none; };
    linker_.define("spectest", name, engine_.func(params, {}, nothing, std::string(name)));
  }
}

Outcome<ModuleId> EngineHost::compile(std::vector<uint8_t> bytes, wasm::Features features) {
  const wasm::Limits& limits = engine_.settings().limits;
  auto decoded = wasm::decode::decode(std::make_shared<const std::vector<uint8_t>>(std::move(bytes)), features, limits);
  if (!decoded) return refuse(Stage::malformed, decoded.error());
  if (const auto checked = wasm::decode::check_bodies(*decoded, limits); !checked) return refuse(Stage::malformed, checked.error());
  auto valid = wasm::validate::validate(*std::move(decoded), features, limits);
  if (!valid) return refuse(Stage::invalid, valid.error());
  auto loaded = engine_.load_valid(std::make_shared<const wasm::ValidModule>(*std::move(valid)));
  if (!loaded) return refuse(loaded.error());
  modules_.push_back(*std::move(loaded));
  return ModuleId(modules_.size() - 1);
}

Outcome<InstanceId> EngineHost::instantiate(ModuleId module) {
  auto instance = linker_.instantiate(*store_, modules_[size_t(module)]);
  if (!instance) return refuse(instance.error());
  instances_.push_back({*instance, {}});
  return InstanceId(instances_.size() - 1);
}

void EngineHost::name(const std::string& name, InstanceId instance) { names_.insert_or_assign(name, uint32_t(instance)); }

std::optional<engine::Extern> EngineHost::find(const Known& known, std::string_view name) {
  if (known.instance) return known.instance->find_export(name);
  const auto found = known.shared.find(name);
  return found == known.shared.end() ? std::nullopt : std::optional(found->second);
}

Outcome<std::vector<Value>> EngineHost::invoke(InstanceId instance, std::string_view function, std::span<const Value> arguments) {
  const auto found = find(instances_[size_t(instance)], function);
  if (!found || found->kind != ExternKind::func) {
    return refuse(Stage::unsupported, fmt::format("there is no function \"{}\"", function));
  }
  const runtime::FuncType type = store_->types().func_type(found->func->type);
  if (type.params.size() != arguments.size()) return refuse(Stage::unsupported, "another number of arguments is needed");
  std::vector<runtime::Value> params;
  for (size_t i = 0; i < arguments.size(); ++i) {
    auto param = to_engine(arguments[i], type.params[i]);
    if (!param) return refuse(Stage::unsupported, param.error());
    params.push_back(*std::move(param));
  }
  const auto results = runtime::call(*store_, *found->func, params);
  if (!results) return refuse(results.error());
  std::vector<Value> values;
  for (size_t i = 0; i < results->size(); ++i) values.push_back(from_engine((*results)[i], type.results[i]));
  return values;
}

Outcome<Value> EngineHost::get(InstanceId instance, std::string_view global) {
  const auto found = find(instances_[size_t(instance)], global);
  if (!found || found->kind != ExternKind::global) {
    return refuse(Stage::unsupported, fmt::format("there is no global \"{}\"", global));
  }
  const wasm::ValType type = found->global->type().type;
  return from_engine(runtime::Value::load(found->global->slots(), type, store_->types().is_func(type), store_->roots()), type);
}

Outcome<void> EngineHost::check_custom(ModuleId module) {
  const auto hints = wasm::text::read_branch_hints(modules_[size_t(module)]->wasm());
  if (!hints) return refuse(Stage::invalid, hints.error());
  return {};
}

std::unique_ptr<Host> EngineHost::thread() { return std::make_unique<EngineHost>(engine_); }

Outcome<InstanceId> EngineHost::adopt(Host& from, InstanceId instance) {
  auto& other = static_cast<EngineHost&>(from);
  const Known& known = other.instances_[size_t(instance)];
  Known adopted;
  if (!known.instance) return refuse(Stage::unsupported, "what is shared already can't be shared on");
  for (const wasm::Export& exported : known.instance->module().wasm().exports) {
    if (exported.kind != ExternKind::memory) continue;
    runtime::Memory* memory = known.instance->memory(exported.index);
    if (!memory->type().is_shared) continue;
    auto added = store_->add_memory(memory->body());
    if (!added) return refuse(Stage::unsupported, added.error());
    adopted.shared.emplace(exported.name, *added);
  }
  instances_.push_back(std::move(adopted));
  return InstanceId(instances_.size() - 1);
}

Result<runtime::Value> EngineHost::to_engine(const Value& value, wasm::ValType type) {
  if (value.kind != wasm::Kind::ref) return number(value);
  if (value.ref == RefKind::null) {
    return type.is_ref() && store_->types().is_func(type) ? runtime::Value::null_func() : runtime::Value::null_ref();
  }
  if (value.ref == RefKind::i31) return runtime::Value::i31(int32_t(value.number));
  if (value.ref != RefKind::extern_ && value.ref != RefKind::host) {
    return std::unexpected(Error{ErrorKind::unsupported, "such a reference can't be an argument", {}});
  }
  const abi::GcRef ref = store_->make_external(value.number);
  if (!ref) return std::unexpected(Error{ErrorKind::limit, "the heap is full", {}});
  return store_->value(ref);
}

Value EngineHost::from_engine(const runtime::Value& value, wasm::ValType type) {
  Value out;
  out.kind = type.is_ref() ? wasm::Kind::ref : type.kind();
  switch (value.kind()) {
    case runtime::Value::Kind::i32:
    case runtime::Value::Kind::f32: put(out, value.u32(), 4); break;
    case runtime::Value::Kind::i64:
    case runtime::Value::Kind::f64: put(out, value.u64(), 8); break;
    case runtime::Value::Kind::v128: out.bytes = value.v128(); break;
    case runtime::Value::Kind::func: out.ref = value.is_null() ? RefKind::null : RefKind::func; break;
    case runtime::Value::Kind::ref: return from_reference(value.ref(), type);
  }
  return out;
}

// What a reference is to a script depends on its static type where host objects are concerned: they are of type extern
// outside, and of type any once internalized.
Value EngineHost::from_reference(abi::GcRef ref, wasm::ValType type) {
  Value out;
  out.kind = wasm::Kind::ref;
  if (!ref) return out;
  const auto external = abi::is_i31(ref) ? std::nullopt : store_->external_value(ref);
  if (external) out.number = uint32_t(*external);
  const runtime::TypeRegistry& registry = store_->types();
  if (registry.matches(type.heap(), wasm::heap::extern_)) {
    out.ref = RefKind::extern_;
  } else if (registry.matches(type.heap(), wasm::heap::exn)) {
    out.ref = RefKind::exn;
  } else if (abi::is_i31(ref)) {
    out.ref = RefKind::i31;
    out.number = uint32_t(abi::i31_signed(ref));
  } else if (external) {
    out.ref = RefKind::host;
  } else {
    const auto* header = reinterpret_cast<const abi::GcHeader*>(store_->vm().heap + ref);
    const bool is_array = registry.info(header->type).kind == abi::TypeInfo::Kind::array;
    out.ref = is_array ? RefKind::array : RefKind::struct_;
  }
  return out;
}

}  // namespace wherry::wast
