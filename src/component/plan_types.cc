// Types as they are written in a component, to types with an id.
#include <fmt/format.h>

#include <set>

#include "component/planner_inline.h"

namespace wherry::component {
namespace {

Form form_of(Primitive primitive) {
  switch (primitive) {
    case Primitive::bool_: return Form::bool_;
    case Primitive::s8: return Form::s8;
    case Primitive::u8: return Form::u8;
    case Primitive::s16: return Form::s16;
    case Primitive::u16: return Form::u16;
    case Primitive::s32: return Form::s32;
    case Primitive::u32: return Form::u32;
    case Primitive::s64: return Form::s64;
    case Primitive::u64: return Form::u64;
    case Primitive::f32: return Form::f32;
    case Primitive::f64: return Form::f64;
    case Primitive::char_: return Form::char_;
    case Primitive::string: return Form::string;
    case Primitive::error_context: return Form::error_context;
  }
  return Form::bool_;
}

Result<std::vector<std::string>> unique_names(size_t offset, const std::vector<std::string_view>& names, const char* what) {
  std::set<std::string_view> seen;
  for (const std::string_view name : names)
    if (!seen.insert(name).second) return refuse(offset, fmt::format("two {} are named \"{}\"", what, name));
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace

Result<TypeId> Planner::placed(size_t offset, Result<TypeId> type) const {
  if (type) return type;
  Error error = std::move(type).error();
  if (error.where.empty()) error.where = error::invalid(offset, "").where;
  return std::unexpected(std::move(error));
}

Result<TypeEntity> Planner::type_index(Scope& scope, size_t offset, uint32_t index) { return at(scope.types, offset, Sort::type, index); }

Result<TypeId> Planner::value_type(Scope& scope, size_t offset, ValRef ref) {
  if (ref.is_primitive) return Types::primitive(form_of(Primitive(ref.value)));
  const TypeEntity entity = TRY(type_index(scope, offset, ref.value));
  if (entity.kind != TypeEntity::Kind::value) return refuse(offset, fmt::format("type {} is not the type of a value", ref.value));
  return entity.id;
}

Result<TypeId> Planner::optional_type(Scope& scope, size_t offset, const std::optional<ValRef>& ref) {
  return ref ? value_type(scope, offset, *ref) : Result<TypeId>(no_type);
}

Result<ResourceId> Planner::resource(Scope& scope, size_t offset, uint32_t index) {
  const TypeEntity entity = TRY(type_index(scope, offset, index));
  if (entity.kind != TypeEntity::Kind::resource) return refuse(offset, fmt::format("type {} is not a resource type", index));
  return entity.id;
}

Result<FuncTypeId> Planner::func_type_index(Scope& scope, size_t offset, uint32_t index) {
  const TypeEntity entity = TRY(type_index(scope, offset, index));
  if (entity.kind != TypeEntity::Kind::func) return refuse(offset, fmt::format("type {} is not a function type", index));
  return entity.id;
}

Result<std::vector<Part>> Planner::parts(Scope& scope, size_t offset, const std::vector<def::Labelled>& labelled, const char* what) {
  std::vector<Part> result;
  std::set<std::string_view> seen;
  for (const def::Labelled& item : labelled) {
    if (!seen.insert(item.name).second) return refuse(offset, fmt::format("two {} are named \"{}\"", what, item.name));
    result.push_back({std::string(item.name), TRY(optional_type(scope, offset, item.type))});
  }
  return result;
}

Result<FuncTypeId> Planner::func_type(Scope& scope, size_t offset, const def::Func& type) {
  auto params = TRY(parts(scope, offset, type.params, "parameters"));
  const TypeId result = TRY(optional_type(scope, offset, type.result));
  if (result != no_type && plan_->types[result].has_borrows) return refuse(offset, "a function's result contains a borrowed handle");
  return placed(offset, plan_->types.function(std::move(params), result, type.is_async));
}

Result<TypeEntity> Planner::type(Scope& scope, size_t offset, const def::Type& type) {
  using Kind = TypeEntity::Kind;
  if (const auto* func = std::get_if<def::Func>(&type)) return TypeEntity{Kind::func, TRY(func_type(scope, offset, *func))};
  if (const auto* form = std::get_if<def::ScopeType>(&type)) return TypeEntity{Kind::scope, no_type, form, &scope};
  if (const auto* resource = std::get_if<def::Resource>(&type)) {
    if (scope.is_abstract) return refuse(offset, "a resource type can only be defined directly in a component");
    ResourceType made{.component = scope.component};
    if (resource->destructor) {
      const CoreEntity destructor = TRY(core_func(scope, offset, *resource->destructor));
      if (destructor.func && (destructor.func->params != std::vector{wasm::types::i32} || !destructor.func->results.empty()))
        return refuse(offset, "a resource's destructor is not of type (i32) -> ()");
      made.destructor = destructor.source;
    }
    plan_->resources.push_back(std::move(made));
    return TypeEntity{Kind::resource, ResourceId(plan_->resources.size() - 1)};
  }
  return TypeEntity{Kind::value, TRY(placed(offset, defined_type(scope, offset, type)))};
}

Result<TypeId> Planner::defined_type(Scope& scope, size_t offset, const def::Type& type) {
  Types& types = plan_->types;
  if (const auto* item = std::get_if<def::PrimitiveType>(&type)) return Types::primitive(form_of(item->primitive));
  if (const auto* item = std::get_if<def::Record>(&type)) {
    if (item->fields.empty()) return refuse(offset, "a record needs at least one field");
    return types.record(TRY(parts(scope, offset, item->fields, "fields")));
  }
  if (const auto* item = std::get_if<def::Variant>(&type)) {
    if (item->cases.empty()) return refuse(offset, "a variant needs at least one case");
    return types.variant(TRY(parts(scope, offset, item->cases, "cases")));
  }
  if (const auto* item = std::get_if<def::List>(&type)) {
    const TypeId element = TRY(value_type(scope, offset, item->element));
    if (!item->length) return types.list(element);
    if (*item->length == 0) return refuse(offset, "a list of fixed length needs at least one element");
    return types.fixed_list(element, *item->length);
  }
  if (const auto* item = std::get_if<def::Map>(&type)) {
    const TypeId key = TRY(value_type(scope, offset, item->key));
    if (key > Types::primitive(Form::string) || types[key].form == Form::f32 || types[key].form == Form::f64)
      return refuse(offset, "a map's key must be a bool, an integer, a char or a string");
    return types.map(key, TRY(value_type(scope, offset, item->value)));
  }
  if (const auto* item = std::get_if<def::Tuple>(&type)) {
    if (item->types.empty()) return refuse(offset, "a tuple needs at least one type");
    std::vector<TypeId> items;
    for (const ValRef ref : item->types) items.push_back(TRY(value_type(scope, offset, ref)));
    return types.tuple(std::move(items));
  }
  if (const auto* item = std::get_if<def::Flags>(&type)) {
    if (item->names.empty() || item->names.size() > options_.limits.flags_max)
      return refuse(offset, fmt::format("flags need 1 to {} names, not {}", options_.limits.flags_max, item->names.size()));
    return types.flags(TRY(unique_names(offset, item->names, "flags")));
  }
  if (const auto* item = std::get_if<def::Enum>(&type)) {
    if (item->names.empty()) return refuse(offset, "an enum needs at least one case");
    return types.enumeration(TRY(unique_names(offset, item->names, "cases")));
  }
  if (const auto* item = std::get_if<def::Option>(&type)) return types.option(TRY(value_type(scope, offset, item->type)));
  if (const auto* item = std::get_if<def::ResultType>(&type)) {
    const TypeId ok = TRY(optional_type(scope, offset, item->ok));
    return types.result(ok, TRY(optional_type(scope, offset, item->error)));
  }
  if (const auto* item = std::get_if<def::Own>(&type)) return types.own(TRY(resource(scope, offset, item->type)));
  if (const auto* item = std::get_if<def::Borrow>(&type)) return types.borrow(TRY(resource(scope, offset, item->type)));
  const bool is_stream = std::holds_alternative<def::Stream>(type);
  const auto& element = is_stream ? std::get<def::Stream>(type).element : std::get<def::Future>(type).element;
  const TypeId inner = TRY(optional_type(scope, offset, element));
  if (inner != no_type && types[inner].has_borrows) return refuse(offset, "a stream or future contains a borrowed handle");
  if (is_stream && inner == Types::primitive(Form::char_)) return refuse(offset, "a stream of char is not allowed");
  return is_stream ? types.stream(inner) : types.future(inner);
}

}  // namespace wherry::component
