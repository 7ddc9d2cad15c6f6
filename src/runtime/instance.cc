#include "runtime/instance.h"

#include "wasm/validate/validate.h"

namespace wherry::runtime {

using wasm::ExternKind;

Instance::Instance(Store& store, std::shared_ptr<const Module> module) : store_(store), module_(std::move(module)) {}
Instance::~Instance() = default;

const abi::Func* Instance::func(uint32_t index) const {
  const uint32_t imported = module_->wasm().imported_functions;
  return index < imported ? vm_.imported_functions[index] : &funcs_[module_->func_number(index)];
}

Global* Instance::global(uint32_t index) {
  if (!globals_[index]) {
    globals_[index] = store_.add(std::make_unique<Global>(module_->extern_type(ExternKind::global, index).global, vm_.globals[index]));
  }
  return globals_[index];
}

Extern Instance::at(ExternKind kind, uint32_t index) {
  switch (kind) {
    case ExternKind::func: return func(index);
    case ExternKind::table: return table(index);
    case ExternKind::memory: return memory(index);
    case ExternKind::global: return global(index);
    case ExternKind::tag: return tag(index);
  }
  return {};
}

std::optional<Extern> Instance::find_export(std::string_view name) {
  const wasm::Export* item = module_->find_export(name);
  if (!item) return std::nullopt;
  return at(item->kind, item->index);
}

const abi::Func* Instance::find_func(std::string_view name) {
  const wasm::Export* item = module_->find_export(name);
  return item && item->kind == ExternKind::func ? func(item->index) : nullptr;
}

Memory* Instance::find_memory(std::string_view name) {
  const wasm::Export* item = module_->find_export(name);
  return item && item->kind == ExternKind::memory ? memory(item->index) : nullptr;
}

std::span<const uint8_t> Instance::data_segment(uint32_t index) const {
  return dropped_data_[index] ? std::span<const uint8_t>() : module_->wasm().data[index].data.bytes;
}

uint32_t Instance::elem_count(uint32_t index) const { return dropped_elems_[index] ? 0 : uint32_t(module_->wasm().elements[index].count()); }

abi::Slot Instance::elem(uint32_t index, uint32_t position) const {
  const wasm::ElementSegment& segment = module_->wasm().elements[index];
  if (segment.uses_expressions) return elem_values_[index][position];
  abi::Slot slot{.u64 = 0};
  slot.func = func(segment.functions[position]);
  return slot;
}

void Instance::drop_elem(uint32_t index) {
  dropped_elems_[index] = true;
}

void Instance::each_ref(const std::function<void(abi::GcRef)>& visit) const {
  const wasm::Module& module = module_->wasm();
  const TypeRegistry& types = module_->types();
  for (uint32_t i = module.imported_globals; i < module.globals.size(); ++i) {
    if (types.is_gc_ref(module_->engine_type(module.globals[i].type.type))) visit(vm_.globals[i]->ref);
  }
  for (uint32_t i = 0; i < elem_values_.size(); ++i) {
    if (!elem_values_[i] || types.is_func(module_->engine_type(module.elements[i].type))) continue;
    for (uint32_t k = 0; k < elem_count(i); ++k) visit(elem_values_[i][k].ref);
  }
}

}  // namespace wherry::runtime
