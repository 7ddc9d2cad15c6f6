// Globals, tables, memories and tags.
#include "capi/internal.h"

using namespace wherry;

namespace wherry::capi {

wasm_extern_t* make_extern(wasm_store_t* store, const runtime::Extern& item) {
  switch (item.kind) {
    case wasm::ExternKind::func: return new wasm_func_t(store, item.func);
    case wasm::ExternKind::global: return new wasm_global_t(store, item.global);
    case wasm::ExternKind::table: return new wasm_table_t(store, item.table);
    case wasm::ExternKind::memory: return new wasm_memory_t(store, item.memory);
    case wasm::ExternKind::tag: return new wasm_tag_t(store, item.tag);
  }
  return nullptr;
}

}  // namespace wherry::capi

namespace {

std::optional<abi::Slot> slot_of(wasm_store_t& store, const wasm_ref_t* ref, wasm::ValType type) {
  const auto value = capi::into_ref(store, ref, type);
  if (!value) return capi::fail("the reference doesn't have the table's type"), std::nullopt;
  abi::Slot slot{};
  value->store(&slot);
  return slot;
}

}  // namespace

wasm_externkind_t wasm_extern_kind(const wasm_extern_t* item) {
  switch (item->kind) {
    case capi::RefKind::global: return WASM_EXTERN_GLOBAL;
    case capi::RefKind::table: return WASM_EXTERN_TABLE;
    case capi::RefKind::memory: return WASM_EXTERN_MEMORY;
    case capi::RefKind::tag: return WASM_EXTERN_TAG;
    default: return WASM_EXTERN_FUNC;
  }
}
wasm_externtype_t* wasm_extern_type(const wasm_extern_t* item) { return capi::make_externtype(item->store->types(), item->item().type()).release(); }

// --- Globals ---

wasm_global_t* wherry_global_new(wasm_store_t* store, const wasm_globaltype_t* type, const wherry_val_t* value) {
  const auto initial = capi::into(*store, *value, type->type.type);
  if (!initial) return capi::fail("the value doesn't have the global's type"), nullptr;
  return new wasm_global_t(store, store->store->make_global(type->type, *initial));
}
wasm_global_t* wasm_global_new(wasm_store_t* store, const wasm_globaltype_t* type, const wasm_val_t* value) {
  const wherry_val_t wide = capi::widen(*value);
  return wherry_global_new(store, type, &wide);
}
wasm_globaltype_t* wasm_global_type(const wasm_global_t* global) { return new wasm_globaltype_t(global->global->type()); }

void wherry_global_get(const wasm_global_t* global, wherry_val_t* out) {
  wasm_store_t& store = *global->store;
  const wasm::ValType type = global->global->type().type;
  *out = capi::from(store, capi::Value::load(global->global->slots(), type, store.is_func(type), store.store->roots()), type);
}
void wasm_global_get(const wasm_global_t* global, wasm_val_t* out) {
  wherry_val_t wide;
  wherry_global_get(global, &wide);
  *out = capi::narrow(wide);
}
bool wherry_global_set(wasm_global_t* global, const wherry_val_t* value) {
  const wasm::GlobalType type = global->global->type();
  if (!type.is_mutable) return capi::fail("the global is immutable");
  const auto converted = capi::into(*global->store, *value, type.type);
  if (!converted) return capi::fail("the value doesn't have the global's type");
  converted->store(global->global->slots());
  return true;
}
void wasm_global_set(wasm_global_t* global, const wasm_val_t* value) {
  const wherry_val_t wide = capi::widen(*value);
  wherry_global_set(global, &wide);
}

// --- Tables ---

wasm_table_t* wasm_table_new(wasm_store_t* store, const wasm_tabletype_t* type, wasm_ref_t* init) {
  const auto initial = slot_of(*store, init, type->type.element);
  if (!initial) return nullptr;
  const auto table = store->store->make_table(type->type, *initial);
  if (!table) return capi::fail(table.error()), nullptr;
  return new wasm_table_t(store, *table);
}
wasm_tabletype_t* wasm_table_type(const wasm_table_t* table) { return new wasm_tabletype_t(table->table->type()); }
wasm_ref_t* wasm_table_get(const wasm_table_t* table, wasm_table_size_t index) {
  if (index >= table->table->count()) return capi::fail("the index is outside of the table"), nullptr;
  wasm_store_t& store = *table->store;
  const wasm::ValType type = table->table->type().element;
  return capi::from_ref(store, capi::Value::load(&table->table->vm()->elements[index], type, table->table->holds_funcs(), store.store->roots()), type);
}
bool wasm_table_set(wasm_table_t* table, wasm_table_size_t index, wasm_ref_t* ref) {
  if (index >= table->table->count()) return capi::fail("the index is outside of the table");
  const auto slot = slot_of(*table->store, ref, table->table->type().element);
  if (slot) table->table->vm()->elements[index] = *slot;
  return slot.has_value();
}
wasm_table_size_t wasm_table_size(const wasm_table_t* table) { return wasm_table_size_t(table->table->count()); }
bool wasm_table_grow(wasm_table_t* table, wasm_table_size_t delta, wasm_ref_t* init) {
  const auto slot = slot_of(*table->store, init, table->table->type().element);
  if (!slot) return false;
  return table->table->grow(delta, *slot) != UINT64_MAX || capi::fail("the table can't grow so far");
}

// --- Memories ---

wasm_memory_t* wasm_memory_new(wasm_store_t* store, const wasm_memorytype_t* type) {
  const auto memory = store->store->make_memory(type->type);
  if (!memory) return capi::fail(memory.error()), nullptr;
  return new wasm_memory_t(store, *memory);
}
wasm_memorytype_t* wasm_memory_type(const wasm_memory_t* memory) { return new wasm_memorytype_t(memory->memory->type()); }
byte_t* wasm_memory_data(wasm_memory_t* memory) { return reinterpret_cast<byte_t*>(memory->memory->base()); }
size_t wasm_memory_data_size(const wasm_memory_t* memory) { return memory->memory->bytes(); }
wasm_memory_pages_t wasm_memory_size(const wasm_memory_t* memory) { return wasm_memory_pages_t(memory->memory->pages()); }
bool wasm_memory_grow(wasm_memory_t* memory, wasm_memory_pages_t delta) { return wherry_memory_grow(memory, delta); }
uint64_t wherry_memory_size(const wasm_memory_t* memory) { return memory->memory->pages(); }
bool wherry_memory_grow(wasm_memory_t* memory, uint64_t delta_pages) {
  return memory->memory->grow(delta_pages) != UINT64_MAX || capi::fail("the memory can't grow so far");
}

// --- Tags ---

wasm_tag_t* wasm_tag_new(wasm_store_t* store, const wasm_tagtype_t* type) {
  const auto tag = store->store->make_tag(type->func->type());
  if (!tag) return capi::fail(tag.error()), nullptr;
  return new wasm_tag_t(store, &(*tag)->vm);
}
wasm_tagtype_t* wasm_tag_type(const wasm_tag_t* tag) {
  const runtime::FuncType type = tag->store->types().func_type(tag->tag->type);
  return new wasm_tagtype_t(std::make_unique<wasm_functype_t>(type.params, type.results));
}
