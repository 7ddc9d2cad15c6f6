// Descriptions of types: values that belong to no store.
#include "capi/internal.h"

using namespace wherry;

namespace {

uint32_t narrow_limit(std::optional<uint64_t> limit) {
  return limit && *limit < wasm_limits_max_default ? uint32_t(*limit) : wasm_limits_max_default;
}

wasm_limits_t narrow_limits(const wasm::SizeLimits& limits) { return {narrow_limit(limits.min), narrow_limit(limits.max)}; }

wasm::SizeLimits widen_limits(const wasm_limits_t& limits) {
  if (limits.max == wasm_limits_max_default) return {limits.min, std::nullopt};
  return {limits.min, limits.max};
}

void give_valtypes(wasm_valtype_vec_t* out, const std::vector<wasm::ValType>& types) {
  wasm_valtype_vec_new_uninitialized(out, types.size());
  for (size_t i = 0; i < types.size(); ++i) out->data[i] = new wasm_valtype_t{types[i]};
}

std::vector<wasm::ValType> taken(const wasm_valtype_vec_t& types) {
  std::vector<wasm::ValType> taken;
  for (size_t i = 0; i < types.size; ++i) taken.push_back(types.data[i]->type);
  return taken;
}

template <typename Type>
Type* copied(const Type* type) {
  return static_cast<Type*>(type->copy());
}

}  // namespace

// --- Value types ---

wasm_valtype_t* wasm_valtype_new(wasm_valkind_t kind) {
  switch (kind) {
    case WASM_I32: return new wasm_valtype_t{wasm::types::i32};
    case WASM_I64: return new wasm_valtype_t{wasm::types::i64};
    case WASM_F32: return new wasm_valtype_t{wasm::types::f32};
    case WASM_F64: return new wasm_valtype_t{wasm::types::f64};
    case WHERRY_V128: return new wasm_valtype_t{wasm::types::v128};
    case WASM_EXTERNREF: return new wasm_valtype_t{wasm::types::externref};
    case WASM_FUNCREF: return new wasm_valtype_t{wasm::types::funcref};
    default: capi::fail("there is no value kind of that number"); return nullptr;
  }
}

void wasm_valtype_delete(wasm_valtype_t* type) { delete type; }
wasm_valtype_t* wasm_valtype_copy(const wasm_valtype_t* type) { return new wasm_valtype_t(*type); }

wasm_valkind_t wasm_valtype_kind(const wasm_valtype_t* type) {
  switch (type->type.kind()) {
    case wasm::Kind::i32: return WASM_I32;
    case wasm::Kind::i64: return WASM_I64;
    case wasm::Kind::f32: return WASM_F32;
    case wasm::Kind::f64: return WASM_F64;
    case wasm::Kind::v128: return WHERRY_V128;
    default: {
      // The standard knows two kinds of references: what isn't a plain function is the other.
      const wasm::HeapType heap = type->type.heap();
      return heap == wasm::heap::func || heap == wasm::heap::nofunc ? WASM_FUNCREF : WASM_EXTERNREF;
    }
  }
}

// --- Function, global, table, memory and tag types ---

wasm_functype_t::wasm_functype_t(const std::vector<wasm::ValType>& params, const std::vector<wasm::ValType>& results)
    : wasm_externtype_t(WASM_EXTERN_FUNC) {
  give_valtypes(&this->params, params);
  give_valtypes(&this->results, results);
}
wasm_functype_t::~wasm_functype_t() {
  wasm_valtype_vec_delete(&params);
  wasm_valtype_vec_delete(&results);
}
wasm_externtype_t* wasm_functype_t::copy() const { return new wasm_functype_t(taken(params), taken(results)); }
runtime::FuncType wasm_functype_t::type() const { return {taken(params), taken(results)}; }

wasm_functype_t* wasm_functype_new(wasm_valtype_vec_t* params, wasm_valtype_vec_t* results) {
  auto* type = new wasm_functype_t(taken(*params), taken(*results));
  wasm_valtype_vec_delete(params);
  wasm_valtype_vec_delete(results);
  return type;
}
const wasm_valtype_vec_t* wasm_functype_params(const wasm_functype_t* type) { return &type->params; }
const wasm_valtype_vec_t* wasm_functype_results(const wasm_functype_t* type) { return &type->results; }

wasm_globaltype_t* wasm_globaltype_new(wasm_valtype_t* content, wasm_mutability_t mutability) {
  const std::unique_ptr<wasm_valtype_t> owned(content);
  return new wasm_globaltype_t({content->type, mutability == WASM_VAR});
}
const wasm_valtype_t* wasm_globaltype_content(const wasm_globaltype_t* type) { return &type->content; }
wasm_mutability_t wasm_globaltype_mutability(const wasm_globaltype_t* type) { return type->type.is_mutable ? WASM_VAR : WASM_CONST; }

wasm_tabletype_t::wasm_tabletype_t(wasm::TableType type)
    : wasm_externtype_t(WASM_EXTERN_TABLE), type(type), element{type.element}, limits(narrow_limits(type.elements)) {}
wasm_tabletype_t* wasm_tabletype_new(wasm_valtype_t* element, const wasm_limits_t* limits) {
  const std::unique_ptr<wasm_valtype_t> owned(element);
  if (!element->type.is_ref()) return capi::fail("a table holds references, not numbers"), nullptr;
  return new wasm_tabletype_t({element->type, widen_limits(*limits), wasm::AddressType::i32});
}
const wasm_valtype_t* wasm_tabletype_element(const wasm_tabletype_t* type) { return &type->element; }
const wasm_limits_t* wasm_tabletype_limits(const wasm_tabletype_t* type) { return &type->limits; }

wasm_memorytype_t::wasm_memorytype_t(wasm::MemoryType type)
    : wasm_externtype_t(WASM_EXTERN_MEMORY), type(type), limits(narrow_limits(type.pages)) {}
wasm_memorytype_t* wasm_memorytype_new(const wasm_limits_t* limits) {
  wasm::MemoryType type;
  type.pages = widen_limits(*limits);
  return new wasm_memorytype_t(type);
}
const wasm_limits_t* wasm_memorytype_limits(const wasm_memorytype_t* type) { return &type->limits; }

wasm_memorytype_t* wherry_memorytype_new(const wherry_memory_limits_t* limits) {
  if (limits->page_bytes_log2 != 16 && limits->page_bytes_log2 != 0) return capi::fail("a page has 65,536 bytes or one"), nullptr;
  if (limits->is_shared && limits->max_pages == UINT64_MAX) return capi::fail("a shared memory needs a maximum"), nullptr;
  wasm::MemoryType type;
  type.pages.min = limits->min_pages;
  if (limits->max_pages != UINT64_MAX) type.pages.max = limits->max_pages;
  type.address = limits->is_64 ? wasm::AddressType::i64 : wasm::AddressType::i32;
  type.is_shared = limits->is_shared;
  type.page_bytes_log2 = limits->page_bytes_log2;
  return new wasm_memorytype_t(type);
}
void wherry_memorytype_limits(const wasm_memorytype_t* type, wherry_memory_limits_t* out) {
  const wasm::MemoryType& memory = type->type;
  *out = {memory.pages.min, memory.pages.max.value_or(UINT64_MAX), memory.address == wasm::AddressType::i64, memory.is_shared, memory.page_bytes_log2};
}

wasm_externtype_t* wasm_tagtype_t::copy() const { return new wasm_tagtype_t(std::unique_ptr<wasm_functype_t>(copied(func.get()))); }
wasm_tagtype_t* wasm_tagtype_new(wasm_functype_t* func) { return new wasm_tagtype_t(std::unique_ptr<wasm_functype_t>(func)); }
const wasm_functype_t* wasm_tagtype_functype(const wasm_tagtype_t* type) { return type->func.get(); }

#define WHERRY_EXTERNTYPE(name, kind_value)                                                                                          \
  void wasm_##name##_delete(wasm_##name##_t* type) { delete type; }                                                                  \
  wasm_##name##_t* wasm_##name##_copy(const wasm_##name##_t* type) { return copied(type); }                                          \
  wasm_externtype_t* wasm_##name##_as_externtype(wasm_##name##_t* type) { return type; }                                             \
  const wasm_externtype_t* wasm_##name##_as_externtype_const(const wasm_##name##_t* type) { return type; }                           \
  wasm_##name##_t* wasm_externtype_as_##name(wasm_externtype_t* type) {                                                              \
    return type->kind == kind_value ? static_cast<wasm_##name##_t*>(type) : nullptr;                                                 \
  }                                                                                                                                  \
  const wasm_##name##_t* wasm_externtype_as_##name##_const(const wasm_externtype_t* type) {                                          \
    return type->kind == kind_value ? static_cast<const wasm_##name##_t*>(type) : nullptr;                                           \
  }
WHERRY_EXTERNTYPE(functype, WASM_EXTERN_FUNC)
WHERRY_EXTERNTYPE(globaltype, WASM_EXTERN_GLOBAL)
WHERRY_EXTERNTYPE(tabletype, WASM_EXTERN_TABLE)
WHERRY_EXTERNTYPE(memorytype, WASM_EXTERN_MEMORY)
WHERRY_EXTERNTYPE(tagtype, WASM_EXTERN_TAG)
#undef WHERRY_EXTERNTYPE

void wasm_externtype_delete(wasm_externtype_t* type) { delete type; }
wasm_externtype_t* wasm_externtype_copy(const wasm_externtype_t* type) { return type->copy(); }
wasm_externkind_t wasm_externtype_kind(const wasm_externtype_t* type) { return type->kind; }

// --- Import and export types ---

wasm_importtype_t::~wasm_importtype_t() {
  wasm_name_delete(&module);
  wasm_name_delete(&name);
}
wasm_importtype_t* wasm_importtype_new(wasm_name_t* module, wasm_name_t* name, wasm_externtype_t* type) {
  return new wasm_importtype_t{*module, *name, std::unique_ptr<wasm_externtype_t>(type)};
}
void wasm_importtype_delete(wasm_importtype_t* type) { delete type; }
wasm_importtype_t* wasm_importtype_copy(const wasm_importtype_t* type) {
  wasm_name_t module, name;
  wasm_name_copy(&module, &type->module);
  wasm_name_copy(&name, &type->name);
  return wasm_importtype_new(&module, &name, type->type->copy());
}
const wasm_name_t* wasm_importtype_module(const wasm_importtype_t* type) { return &type->module; }
const wasm_name_t* wasm_importtype_name(const wasm_importtype_t* type) { return &type->name; }
const wasm_externtype_t* wasm_importtype_type(const wasm_importtype_t* type) { return type->type.get(); }

wasm_exporttype_t::~wasm_exporttype_t() { wasm_name_delete(&name); }
wasm_exporttype_t* wasm_exporttype_new(wasm_name_t* name, wasm_externtype_t* type) {
  return new wasm_exporttype_t{*name, std::unique_ptr<wasm_externtype_t>(type)};
}
void wasm_exporttype_delete(wasm_exporttype_t* type) { delete type; }
wasm_exporttype_t* wasm_exporttype_copy(const wasm_exporttype_t* type) {
  wasm_name_t name;
  wasm_name_copy(&name, &type->name);
  return wasm_exporttype_new(&name, type->type->copy());
}
const wasm_name_t* wasm_exporttype_name(const wasm_exporttype_t* type) { return &type->name; }
const wasm_externtype_t* wasm_exporttype_type(const wasm_exporttype_t* type) { return type->type.get(); }

// --- From the engine's terms ---

namespace wherry::capi {

std::unique_ptr<wasm_externtype_t> make_externtype(runtime::TypeRegistry& types, const runtime::ExternType& type) {
  const auto func = [&] {
    const runtime::FuncType declared = types.func_type(type.type);
    return std::make_unique<wasm_functype_t>(declared.params, declared.results);
  };
  switch (type.kind) {
    case wasm::ExternKind::func: return func();
    case wasm::ExternKind::table: return std::make_unique<wasm_tabletype_t>(type.table);
    case wasm::ExternKind::memory: return std::make_unique<wasm_memorytype_t>(type.memory);
    case wasm::ExternKind::global: return std::make_unique<wasm_globaltype_t>(type.global);
    case wasm::ExternKind::tag: return std::make_unique<wasm_tagtype_t>(func());
  }
  return nullptr;
}

}  // namespace wherry::capi
