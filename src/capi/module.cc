// Modules and instances.
#include "capi/internal.h"

using namespace wherry;

namespace {

engine::Outcome<engine::ModulePtr> load(wasm_store_t& store, const wasm_byte_vec_t& bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data);
  return store.engine->load(std::vector<uint8_t>(data, data + bytes.size));
}

}  // namespace

wasm_module_t* wasm_module_new(wasm_store_t* store, const wasm_byte_vec_t* binary) {
  auto module = load(*store, *binary);
  if (!module) return capi::fail(module.error().error), nullptr;
  return new wasm_module_t(store, *module);
}
bool wasm_module_validate(wasm_store_t* store, const wasm_byte_vec_t* binary) {
  const auto module = load(*store, *binary);
  return module ? true : capi::fail(module.error().error);
}

void wasm_module_imports(const wasm_module_t* module, wasm_importtype_vec_t* out) {
  const auto& imports = module->module->wasm().imports;
  wasm_importtype_vec_new_uninitialized(out, imports.size());
  for (size_t i = 0; i < imports.size(); ++i) {
    wasm_name_t from, name;
    capi::give_bytes(&from, imports[i].module);
    capi::give_bytes(&name, imports[i].name);
    auto type = capi::make_externtype(module->module->types(), module->module->extern_type(imports[i].kind, imports[i].index));
    out->data[i] = wasm_importtype_new(&from, &name, type.release());
  }
}
void wasm_module_exports(const wasm_module_t* module, wasm_exporttype_vec_t* out) {
  const auto& exports = module->module->wasm().exports;
  wasm_exporttype_vec_new_uninitialized(out, exports.size());
  for (size_t i = 0; i < exports.size(); ++i) {
    wasm_name_t name;
    capi::give_bytes(&name, exports[i].name);
    auto type = capi::make_externtype(module->module->types(), module->module->extern_type(exports[i].kind, exports[i].index));
    out->data[i] = wasm_exporttype_new(&name, type.release());
  }
}

// The binary module is its own best form until there is machine code to keep.
void wasm_module_serialize(const wasm_module_t* module, wasm_byte_vec_t* out) {
  const auto& bytes = *module->module->wasm().bytes;
  capi::give_bytes(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}
wasm_module_t* wasm_module_deserialize(wasm_store_t* store, const wasm_byte_vec_t* bytes) { return wasm_module_new(store, bytes); }

wasm_shared_module_t* wasm_module_share(const wasm_module_t* module) { return new wasm_shared_module_t{module->module}; }
wasm_module_t* wasm_module_obtain(wasm_store_t* store, const wasm_shared_module_t* shared) {
  if (&shared->module->types() != &store->types()) return capi::fail("the module was made by another engine"), nullptr;
  return new wasm_module_t(store, shared->module);
}
void wasm_shared_module_delete(wasm_shared_module_t* shared) { delete shared; }

wasm_instance_t* wasm_instance_new(wasm_store_t* store, const wasm_module_t* module, const wasm_extern_vec_t* imports, wasm_trap_t** trap) {
  if (trap) *trap = nullptr;
  std::vector<runtime::Extern> items;
  for (size_t i = 0; imports && i < imports->size; ++i) {
    if (!imports->data[i] || imports->data[i]->store != store) return capi::fail("an import is null or belongs to another store"), nullptr;
    items.push_back(imports->data[i]->item());
  }
  if (items.size() != module->module->wasm().imports.size()) return capi::fail("the number of imports is not the module's"), nullptr;
  auto instance = runtime::instantiate(*store->store, module->module, items);
  if (instance) return new wasm_instance_t(store, *instance);
  if (instance.error().call && trap) *trap = capi::make_trap(store, std::move(*instance.error().call));
  return capi::fail(instance.error().error), nullptr;
}

void wasm_instance_exports(const wasm_instance_t* instance, wasm_extern_vec_t* out) {
  const auto& exports = instance->instance->module().wasm().exports;
  wasm_extern_vec_new_uninitialized(out, exports.size());
  for (size_t i = 0; i < exports.size(); ++i) out->data[i] = capi::make_extern(instance->store, instance->instance->at(exports[i].kind, exports[i].index));
}
