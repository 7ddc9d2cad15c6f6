#include "component/types.h"

#include <fmt/format.h>

#include <algorithm>

namespace wherry::component {
namespace {

constexpr size_t flat_kept_max = flat_params_max + 1;

uint64_t align_to(uint64_t offset, uint32_t align) { return (offset + align - 1) / align * align; }

std::unexpected<Error> too_large(std::string what) { return std::unexpected(Error{ErrorKind::limit, std::move(what), ""}); }

// Size, alignment and core value of what has no parts.
struct Scalar {
  uint32_t size;
  Flat flat;
};
Scalar scalar(Form form) {
  switch (form) {
    case Form::bool_: case Form::s8: case Form::u8: return {1, Flat::i32};
    case Form::s16: case Form::u16: return {2, Flat::i32};
    case Form::s64: case Form::u64: return {8, Flat::i64};
    case Form::f32: return {4, Flat::f32};
    case Form::f64: return {8, Flat::f64};
    default: return {4, Flat::i32};
  }
}

// CanonicalABI.md, discriminant_type.
uint8_t discriminant_bytes(size_t cases) { return cases <= 0x100 ? 1 : cases <= 0x10000 ? 2 : 4; }

// CanonicalABI.md, join: the core type that can hold either.
Flat join(Flat a, Flat b) {
  if (a == b) return a;
  const auto narrow = [](Flat flat) { return flat == Flat::i32 || flat == Flat::f32; };
  return narrow(a) && narrow(b) ? Flat::i32 : Flat::i64;
}

std::string key_of(const Type& type) {
  std::string key = fmt::format("{}/{}/{}", int(type.form), type.length, type.resource);
  for (const Part& part : type.parts) fmt::format_to(std::back_inserter(key), "|{}:{}:{}", part.name.size(), part.name, part.type);
  return key;
}

void append(std::vector<Flat>& flat, const std::vector<Flat>& more) {
  for (const Flat next : more)
    if (flat.size() < flat_kept_max) flat.push_back(next);
}

std::vector<Part> named(std::vector<std::string> names) {
  std::vector<Part> parts;
  for (std::string& name : names) parts.push_back({std::move(name)});
  return parts;
}

wasm::SubType signature(const std::vector<Flat>& params, const std::vector<Flat>& results) {
  wasm::SubType type;
  for (const Flat flat : params) type.params.push_back(core_type(flat));
  for (const Flat flat : results) type.results.push_back(core_type(flat));
  return type;
}

}  // namespace

std::string_view form_text(Form form) {
  constexpr std::string_view texts[] = {"bool", "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64", "f32", "f64", "char",
                                        "string", "error-context", "list", "list", "map", "record", "tuple", "variant",
                                        "enum", "option", "result", "flags", "own", "borrow", "stream", "future"};
  return texts[size_t(form)];
}

wasm::ValType core_type(Flat flat) {
  constexpr wasm::ValType types[] = {wasm::types::i32, wasm::types::i64, wasm::types::f32, wasm::types::f64};
  return types[size_t(flat)];
}

wasm::SubType lifted_signature(const FuncType& func, const Types& types) {
  static const std::vector<Flat> pointer{Flat::i32}, none;
  const auto& results = func.result == no_type ? none : func.result_in_memory ? pointer : types[func.result].flat;
  return signature(func.params_in_memory ? pointer : func.flat_params, results);
}

wasm::SubType lowered_signature(const FuncType& func, const Types& types) {
  std::vector<Flat> params = func.params_in_memory ? std::vector<Flat>{Flat::i32} : func.flat_params;
  if (func.result_in_memory) {
    params.push_back(Flat::i32);
    return signature(params, {});
  }
  return signature(params, func.result == no_type ? std::vector<Flat>{} : types[func.result].flat);
}

Types::Types() {
  for (TypeId id = 0; id < primitive_count; ++id) {
    Type type{Form(id)};
    (void)lay_out(type);
    flatten(type);
    known_.emplace(key_of(type), id);
    types_.push_back(std::move(type));
  }
}

Result<TypeId> Types::add(Type type) {
  std::string key = key_of(type);
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  for (const Part& part : type.parts) {
    if (part.type == no_type) continue;
    const Type& inner = types_[part.type];
    type.depth = std::max(type.depth, inner.depth + 1);
    if (type.form == Form::stream || type.form == Form::future) continue;  // their values travel by themselves
    type.has_pointers |= inner.has_pointers;
    type.has_borrows |= inner.has_borrows;
  }
  if (type.depth > depth_max) return too_large(fmt::format("a type is nested more than {} deep", depth_max));
  type.has_pointers |= type.form == Form::list || type.form == Form::map;
  type.has_borrows |= type.form == Form::borrow;
  TRY(lay_out(type));
  flatten(type);
  const TypeId id = TypeId(types_.size());
  types_.push_back(std::move(type));
  known_.emplace(std::move(key), id);
  return id;
}

Result<void> Types::lay_out(Type& type) const {
  switch (type.form) {
    case Form::string: type.has_pointers = true; [[fallthrough]];
    case Form::list: case Form::map:
      type.size = 8;
      type.align = 4;
      return {};
    case Form::record: case Form::tuple: return lay_out_fields(type.parts, type);
    case Form::variant: case Form::enum_: case Form::option: case Form::result: return lay_out_cases(type);
    case Form::flags: {
      const size_t count = type.parts.size();
      type.size = type.align = count <= 8 ? 1 : count <= 16 ? 2 : 4;
      return {};
    }
    case Form::fixed_list: {
      const Type& element = types_[type.parts[0].type];
      const uint64_t size = uint64_t(element.size) * type.length;
      if (size > value_bytes_max) return too_large(fmt::format("a value of {} bytes; at most {} are allowed", size, value_bytes_max));
      type.size = uint32_t(size);
      type.align = element.align;
      return {};
    }
    default: type.size = type.align = scalar(type.form).size; return {};
  }
}

Result<void> Types::lay_out_fields(std::vector<Part>& fields, Type& into) const {
  uint64_t offset = 0;
  into.align = 1;
  for (Part& field : fields) {
    const Type& type = types_[field.type];
    offset = align_to(offset, type.align);
    field.offset = uint32_t(offset);
    offset += type.size;
    into.align = std::max(into.align, type.align);
    if (offset > value_bytes_max) return too_large(fmt::format("a value of {} bytes; at most {} are allowed", offset, value_bytes_max));
  }
  into.size = uint32_t(align_to(offset, into.align));
  return {};
}

Result<void> Types::lay_out_cases(Type& type) const {
  type.discriminant_bytes = discriminant_bytes(type.parts.size());
  uint64_t size = 0;
  uint32_t align = 1;
  for (const Part& part : type.parts) {
    if (part.type == no_type) continue;
    size = std::max<uint64_t>(size, types_[part.type].size);
    align = std::max(align, types_[part.type].align);
  }
  type.payload_offset = uint32_t(align_to(type.discriminant_bytes, align));
  type.align = std::max<uint32_t>(align, type.discriminant_bytes);
  size = align_to(type.payload_offset + size, type.align);
  if (size > value_bytes_max) return too_large(fmt::format("a value of {} bytes; at most {} are allowed", size, value_bytes_max));
  type.size = uint32_t(size);
  return {};
}

void Types::flatten(Type& type) const {
  switch (type.form) {
    case Form::string: case Form::list: case Form::map: type.flat = {Flat::i32, Flat::i32}; return;
    case Form::record: case Form::tuple:
      for (const Part& field : type.parts) append(type.flat, types_[field.type].flat);
      return;
    case Form::variant: case Form::enum_: case Form::option: case Form::result: return flatten_cases(type);
    case Form::flags: type.flat = {Flat::i32}; return;
    case Form::fixed_list:
      for (uint32_t i = 0; i < std::min<uint32_t>(type.length, flat_kept_max); ++i) append(type.flat, types_[type.parts[0].type].flat);
      return;
    default: type.flat = {scalar(type.form).flat};
  }
}

void Types::flatten_cases(Type& type) const {
  std::vector<Flat> payload;
  for (const Part& part : type.parts) {
    if (part.type == no_type) continue;
    const std::vector<Flat>& flat = types_[part.type].flat;
    for (size_t i = 0; i < flat.size(); ++i) {
      if (i < payload.size()) payload[i] = join(payload[i], flat[i]);
      else payload.push_back(flat[i]);
    }
  }
  type.flat = {Flat::i32};
  append(type.flat, payload);
}

Result<TypeId> Types::record(std::vector<Part> fields) { return add({.form = Form::record, .parts = std::move(fields)}); }

Result<TypeId> Types::tuple(std::vector<TypeId> items) {
  std::vector<Part> parts;
  for (const TypeId item : items) parts.push_back({"", item});
  return add({.form = Form::tuple, .parts = std::move(parts)});
}

Result<TypeId> Types::variant(std::vector<Part> cases) { return add({.form = Form::variant, .parts = std::move(cases)}); }
Result<TypeId> Types::enumeration(std::vector<std::string> names) { return add({.form = Form::enum_, .parts = named(std::move(names))}); }
Result<TypeId> Types::flags(std::vector<std::string> names) { return add({.form = Form::flags, .parts = named(std::move(names))}); }
Result<TypeId> Types::option(TypeId some) { return add({.form = Form::option, .parts = {{"none"}, {"some", some}}}); }
Result<TypeId> Types::result(TypeId ok, TypeId error) { return add({.form = Form::result, .parts = {{"ok", ok}, {"error", error}}}); }
Result<TypeId> Types::list(TypeId element) { return add({.form = Form::list, .parts = {{"", element}}}); }
Result<TypeId> Types::fixed_list(TypeId element, uint32_t length) {
  return add({.form = Form::fixed_list, .parts = {{"", element}}, .length = length});
}
Result<TypeId> Types::map(TypeId key, TypeId value) {
  return add({.form = Form::map, .parts = {{"key", key}, {"value", value}}});
}
Result<TypeId> Types::own(ResourceId resource) { return add({.form = Form::own, .resource = resource}); }
Result<TypeId> Types::borrow(ResourceId resource) { return add({.form = Form::borrow, .resource = resource}); }
Result<TypeId> Types::stream(TypeId element) {
  if (element == no_type) return add({.form = Form::stream});
  return add({.form = Form::stream, .parts = {{"", element}}});
}
Result<TypeId> Types::future(TypeId element) {
  if (element == no_type) return add({.form = Form::future});
  return add({.form = Form::future, .parts = {{"", element}}});
}

Result<FuncTypeId> Types::function(std::vector<Part> params, TypeId result, bool is_async) {
  Type as_record{.form = Form::record, .parts = params};
  std::string key = key_of(as_record) + fmt::format(">{}/{}", result, is_async);
  if (const auto found = known_funcs_.find(key); found != known_funcs_.end()) return found->second;
  FuncType func{.params = std::move(params), .result = result, .is_async = is_async};
  TRY(lay_out_fields(func.params, as_record));
  func.params_size = as_record.size;
  func.params_align = as_record.align;
  for (const Part& param : func.params) {
    append(func.flat_params, types_[param.type].flat);
    func.params_have_pointers |= types_[param.type].has_pointers;
  }
  func.params_in_memory = func.flat_params.size() > flat_params_max;
  if (result != no_type) {
    func.result_in_memory = types_[result].flat.size() > flat_results_max;
    func.result_has_pointers = types_[result].has_pointers;
  }
  const FuncTypeId id = FuncTypeId(funcs_.size());
  funcs_.push_back(std::move(func));
  known_funcs_.emplace(std::move(key), id);
  return id;
}

std::string Types::text(TypeId id) const {
  if (id == no_type) return "_";
  const Type& type = types_[id];
  std::string result(form_text(type.form));
  if (type.form == Form::own || type.form == Form::borrow) return fmt::format("{}<resource {}>", result, type.resource);
  if (type.parts.empty()) return result;
  const bool has_labels = type.form == Form::record || type.form == Form::variant || type.form == Form::enum_ || type.form == Form::flags;
  result += has_labels ? " { " : "<";
  bool first = true;
  for (const Part& part : type.parts) {
    if (type.form == Form::option && part.type == no_type) continue;
    if (!first) result += ", ";
    first = false;
    if (has_labels) result += part.name;
    if (has_labels && part.type != no_type) result += type.form == Form::record ? ": " : "(";
    if (part.type != no_type || !has_labels) result += text(part.type);
    if (type.form == Form::variant && part.type != no_type) result += ")";
  }
  if (type.form == Form::fixed_list) result += fmt::format(", {}", type.length);
  return result + (has_labels ? " }" : ">");
}

std::string Types::func_text(FuncTypeId id) const {
  const FuncType& type = funcs_[id];
  std::string result = type.is_async ? "async func(" : "func(";
  for (size_t i = 0; i < type.params.size(); ++i)
    result += fmt::format("{}{}: {}", i ? ", " : "", type.params[i].name, text(type.params[i].type));
  result += ")";
  if (type.result != no_type) result += " -> " + text(type.result);
  return result;
}

}  // namespace wherry::component
