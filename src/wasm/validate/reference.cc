// References and aggregates (core specification 3.4.5, 3.4.6).
#include <fmt/format.h>

#include "wasm/validate/function.h"

namespace wherry::wasm::validate {
namespace {

constexpr const char* composite_names[] = {"function", "struct", "array"};

ValType nullable(uint32_t type_index) { return ValType::reference({int32_t(type_index)}, true); }
ValType non_null(uint32_t type_index) { return ValType::reference({int32_t(type_index)}, false); }

// What remains of `type` where a cast to `taken` did not succeed.
ValType without(ValType type, ValType taken) { return taken.nullable() ? type.as_non_null() : type; }

}  // namespace

const SubType* FunctionValidator::type_of(uint32_t index, Composite composite) {
  if (index >= types_.count()) {
    unknown("type", index, types_.count());
    return nullptr;
  }
  const SubType& type = types_[index];
  if (type.composite == composite) return &type;
  fail(fmt::format("expected a {} type, found type {}, which is a {}", composite_names[int(composite)], index, composite_names[int(type.composite)]));
  return nullptr;
}

const SubType* FunctionValidator::array_of(uint32_t index, bool must_be_mutable) {
  const SubType* type = type_of(index, Composite::array);
  if (!type || !must_be_mutable || type->fields[0].is_mutable) return type;
  fail(fmt::format("the array type {} is immutable", index));
  return nullptr;
}

const FieldType* FunctionValidator::field_of(body::Field field) {
  const SubType* type = type_of(field.type, Composite::struct_);
  if (!type) return nullptr;
  if (field.field < type->fields.size()) return &type->fields[field.field];
  unknown("field", field.field, type->fields.size());
  return nullptr;
}

void FunctionValidator::ref_null(body::Heap heap) {
  const ValType type = ValType::reference(heap.type, true);
  if (known(type)) push(type);
}

void FunctionValidator::ref_is_null(body::None) {
  pop_ref();
  push(types::i32);
}

// In a body, only functions that are declared outside of bodies (3.4.10); constant expressions are such declarations.
void FunctionValidator::ref_func(body::Func which) {
  const Function* referred = function(which.index);
  if (!referred) return;
  if (referred_) {
    (*referred_)[which.index] = true;
  } else if (!context_.declared[which.index]) {
    return fail(fmt::format("the function {} is not declared: no export, global or element segment names it", which.index));
  }
  push(context_.features.has(Feature::function_references) ? non_null(referred->type) : types::funcref);
}

void FunctionValidator::ref_eq(body::None) {
  constexpr ValType eqref = ValType::reference(heap::eq, true);
  pop(eqref);
  pop(eqref);
  push(types::i32);
}

void FunctionValidator::ref_as_non_null(body::None) { push(pop_ref().as_non_null()); }

void FunctionValidator::br_on_null(body::Label target) {
  const ValType type = pop_ref();
  const Frame* frame = label(target.depth);
  if (!frame) return;
  check_top(label_types(*frame));
  push(type.as_non_null());
}

void FunctionValidator::br_on_non_null(body::Label target) {
  const Frame* frame = label(target.depth);
  if (!frame) return;
  const Types expected = label_types(*frame);
  if (expected.empty() || !expected.back().is_ref()) return fail("expected a label that takes a reference last");
  push(pop_ref().as_non_null());
  check_top(expected);
  pop_any();
}

void FunctionValidator::br_on(const body::BrOnCast& cast, ValType taken, ValType onward) {
  if (!known(cast.from) || !known(cast.to)) return;
  if (!types_.is_subtype(cast.to, cast.from)) return mismatch("a target below " + to_text(cast.from), to_text(cast.to));
  const Frame* frame = label(cast.depth);
  if (!frame) return;
  const Types expected = label_types(*frame);
  if (expected.empty() || !expected.back().is_ref()) return fail("expected a label that takes a reference last");
  pop(cast.from);
  push(taken);
  check_top(expected);
  pop_any();
  push(onward);
}

void FunctionValidator::br_on_cast(const body::BrOnCast& cast) { br_on(cast, cast.to, without(cast.from, cast.to)); }
void FunctionValidator::br_on_cast_fail(const body::BrOnCast& cast) { br_on(cast, without(cast.from, cast.to), cast.to); }

void FunctionValidator::test(body::Heap heap, bool is_nullable) {
  if (!known(ValType::reference(heap.type, is_nullable))) return;
  pop(ValType::reference(types_.top(heap.type), true));
  push(types::i32);
}

void FunctionValidator::cast(body::Heap heap, bool is_nullable) {
  const ValType type = ValType::reference(heap.type, is_nullable);
  if (!known(type)) return;
  pop(ValType::reference(types_.top(heap.type), true));
  push(type);
}

void FunctionValidator::ref_i31(body::None) {
  pop(types::i32);
  push(ValType::reference(heap::i31, false));
}

void FunctionValidator::i31_get_s(body::None) {
  pop(ValType::reference(heap::i31, true));
  push(types::i32);
}

void FunctionValidator::i31_get_u(body::None) { i31_get_s({}); }

void FunctionValidator::convert(HeapType from, HeapType to) {
  const ValType type = pop(ValType::reference(from, true));
  push(ValType::reference(to, type.nullable()));
}

void FunctionValidator::any_convert_extern(body::None) { convert(heap::extern_, heap::any); }
void FunctionValidator::extern_convert_any(body::None) { convert(heap::any, heap::extern_); }

void FunctionValidator::struct_new(body::Type which) {
  const SubType* type = type_of(which.index, Composite::struct_);
  if (!type) return;
  for (size_t i = type->fields.size(); i-- > 0 && !is_bottomless() && !in_->failed();) pop(type->fields[i].type.unpacked());
  push(non_null(which.index));
}

void FunctionValidator::struct_new_default(body::Type which) {
  const SubType* type = type_of(which.index, Composite::struct_);
  if (!type) return;
  for (const FieldType& field : type->fields) {
    if (!field.type.defaultable()) return mismatch("fields that have a default", to_text(field.type));
  }
  push(non_null(which.index));
}

// Packed fields are read with _s or _u, all others without.
void FunctionValidator::check_packing(const FieldType& field, bool extends) {
  if (field.type.is_packed() != extends) mismatch(extends ? "a packed type" : "a type that is not packed", to_text(field.type));
}

void FunctionValidator::get_field(body::Field which, bool extends) {
  const FieldType* field = field_of(which);
  if (!field) return;
  check_packing(*field, extends);
  pop(nullable(which.type));
  push(field->type.unpacked());
}

void FunctionValidator::struct_set(body::Field which) {
  const FieldType* field = field_of(which);
  if (!field) return;
  if (!field->is_mutable) return fail(fmt::format("the field {} is immutable", which.field));
  pop(field->type.unpacked());
  pop(nullable(which.type));
}

void FunctionValidator::array_new(body::Type which) {
  const SubType* type = array_of(which.index, false);
  if (!type) return;
  pop(types::i32);
  pop(type->fields[0].type.unpacked());
  push(non_null(which.index));
}

void FunctionValidator::array_new_default(body::Type which) {
  const SubType* type = array_of(which.index, false);
  if (!type) return;
  if (!type->fields[0].type.defaultable()) return mismatch("elements that have a default", to_text(type->fields[0].type));
  pop(types::i32);
  push(non_null(which.index));
}

void FunctionValidator::array_new_fixed(body::TypeCount which) {
  const SubType* type = array_of(which.type, false);
  if (!type) return;
  if (which.count > context_.limits.array_new_fixed_max) return too_many("elements", which.count, context_.limits.array_new_fixed_max);
  const ValType element = type->fields[0].type.unpacked();
  for (uint32_t i = 0; i < which.count && !is_bottomless() && !in_->failed(); ++i) pop(element);
  push(non_null(which.type));
}

void FunctionValidator::array_new_data(body::TypeData which) {
  const SubType* type = array_of(which.type, false);
  if (!type || !data_segment(which.data)) return;
  if (type->fields[0].type.is_ref()) return mismatch("an array of numbers or vectors", to_text(type->fields[0].type));
  pop(types::i32);
  pop(types::i32);
  push(non_null(which.type));
}

void FunctionValidator::array_new_elem(body::TypeElem which) {
  const SubType* type = array_of(which.type, false);
  const ElementSegment* segment = element_segment(which.elem);
  if (!type || !segment) return;
  const ValType element = type->fields[0].type;
  if (!types_.is_subtype(segment->type, element)) return mismatch("elements of type " + to_text(element), to_text(segment->type));
  pop(types::i32);
  pop(types::i32);
  push(non_null(which.type));
}

void FunctionValidator::get_element(body::Type which, bool extends) {
  const SubType* type = array_of(which.index, false);
  if (!type) return;
  check_packing(type->fields[0], extends);
  pop(types::i32);
  pop(nullable(which.index));
  push(type->fields[0].type.unpacked());
}

void FunctionValidator::array_set(body::Type which) {
  const SubType* type = array_of(which.index, true);
  if (!type) return;
  pop(type->fields[0].type.unpacked());
  pop(types::i32);
  pop(nullable(which.index));
}

void FunctionValidator::array_len(body::None) {
  pop(ValType::reference(heap::array, true));
  push(types::i32);
}

void FunctionValidator::array_fill(body::Type which) {
  const SubType* type = array_of(which.index, true);
  if (!type) return;
  pop(types::i32);
  pop(type->fields[0].type.unpacked());
  pop(types::i32);
  pop(nullable(which.index));
}

void FunctionValidator::array_copy(body::TypeType which) {
  const SubType *to = array_of(which.to, true), *from = array_of(which.from, false);
  if (!to || !from) return;
  const ValType source = from->fields[0].type, target = to->fields[0].type;
  if (!types_.is_subtype(source, target)) return mismatch("elements of type " + to_text(target), to_text(source));
  pop(types::i32);
  pop(types::i32);
  pop(nullable(which.from));
  pop(types::i32);
  pop(nullable(which.to));
}

void FunctionValidator::array_init_data(body::TypeData which) {
  const SubType* type = array_of(which.type, true);
  if (!type || !data_segment(which.data)) return;
  if (type->fields[0].type.is_ref()) return mismatch("an array of numbers or vectors", to_text(type->fields[0].type));
  pop(types::i32);
  pop(types::i32);
  pop(types::i32);
  pop(nullable(which.type));
}

void FunctionValidator::array_init_elem(body::TypeElem which) {
  const SubType* type = array_of(which.type, true);
  const ElementSegment* segment = element_segment(which.elem);
  if (!type || !segment) return;
  const ValType element = type->fields[0].type;
  if (!types_.is_subtype(segment->type, element)) return mismatch("elements of type " + to_text(element), to_text(segment->type));
  pop(types::i32);
  pop(types::i32);
  pop(types::i32);
  pop(nullable(which.type));
}

}  // namespace wherry::wasm::validate
