// The type section (core specification 3.2.9 to 3.2.13).
#include <fmt/format.h>

#include "wasm/errors.h"
#include "wasm/validate/validator.h"

namespace wherry::wasm::validate {
namespace {

constexpr unsigned type_section = 1;

bool fields_match(const TypeSection& types, const FieldType& sub, const FieldType& super) {
  if (sub.is_mutable != super.is_mutable) return false;
  if (!types.is_subtype(sub.type, super.type)) return false;
  return !sub.is_mutable || types.is_subtype(super.type, sub.type);
}

bool all_subtypes(const TypeSection& types, const std::vector<ValType>& subs, const std::vector<ValType>& supers) {
  if (subs.size() != supers.size()) return false;
  for (size_t i = 0; i < subs.size(); ++i) {
    if (!types.is_subtype(subs[i], supers[i])) return false;
  }
  return true;
}

// 3.3.5 to 3.3.8: functions take more and return less, structs have more fields, what is mutable is the same.
bool composites_match(const TypeSection& types, const SubType& sub, const SubType& super) {
  if (sub.composite != super.composite) return false;
  if (sub.composite == Composite::func) return all_subtypes(types, super.params, sub.params) && all_subtypes(types, sub.results, super.results);
  if (sub.fields.size() < super.fields.size()) return false;
  for (size_t i = 0; i < super.fields.size(); ++i) {
    if (!fields_match(types, sub.fields[i], super.fields[i])) return false;
  }
  return true;
}

}  // namespace

Result<void> Validator::supertype(uint32_t index) {
  const TypeSection& types = module_.types;
  const size_t offset = section(type_section);
  const uint32_t super = *types[index].supertype;
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(error::invalid(offset, fmt::format("type {}: its supertype {} {}", index, super, why)));
  };
  if (super >= index) return refuse("must come before it");
  if (types[super].is_final) return refuse("is final");
  if (types.depth(index) > context_.limits.subtype_depth_max) {
    return std::unexpected(error::too_many(offset, fmt::format("supertypes above type {}", index), types.depth(index), context_.limits.subtype_depth_max));
  }
  if (!composites_match(types, types[index], types[super])) return refuse("doesn't match it");
  return {};
}

Result<void> Validator::type(uint32_t index, const RecGroup& group) {
  const SubType& type = module_.types[index];
  const uint32_t visible = group.first + group.count;
  std::optional<Error> error;
  const auto check = [&](ValType part) {
    if (!error) error = check_type(context_, part, visible, section(type_section));
  };
  for (const ValType param : type.params) check(param);
  for (const ValType result : type.results) check(result);
  for (const FieldType& field : type.fields) check(field.type);
  if (error) {
    error->what = fmt::format("type {}: {}", index, error->what);
    return std::unexpected(*std::move(error));
  }
  if (type.results.size() > 1) TRY(require(Feature::multi_value, section(type_section), "a function with several results"));
  return {};
}

// Parts first, for all of a group: comparing composites looks at types that come later in it.
Result<void> Validator::types() {
  for (const RecGroup& group : module_.types.groups()) {
    for (uint32_t i = group.first; i < group.first + group.count; ++i) TRY(type(i, group));
    for (uint32_t i = group.first; i < group.first + group.count; ++i) {
      if (module_.types[i].supertype) TRY(supertype(i));
    }
  }
  return {};
}

}  // namespace wherry::wasm::validate
