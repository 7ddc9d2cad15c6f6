#include "runtime/module.h"

#include <mutex>

#include "wasm/decode/names.h"
#include "wasm/dwarf/line_table.h"
#include "wasm/validate/validate.h"

namespace wherry::runtime {

using wasm::ExternKind;

struct Module::Debug {
  std::once_flag names_once, lines_once;
  wasm::decode::Names names;
  wasm::dwarf::LineTable lines;
};

Module::Module() : debug_(std::make_unique<Debug>()) {}

// Groups that refer to others are later ones, and end first.
Module::~Module() {
  while (!groups_.empty()) groups_.pop_back();
}

Result<std::shared_ptr<const Module>> Module::make(TypeRegistry& types, std::shared_ptr<const wasm::validate::ValidModule> valid,
                                                   std::shared_ptr<const abi::Code> code) {
  std::shared_ptr<Module> made(new Module);
  const wasm::Module& module = valid->module();
  made->types_ = &types;
  made->wasm_ = &module;
  made->code_ = std::move(code);
  made->groups_ = TRY(types.add(module.types, made->type_ids_));
  for (const uint32_t id : made->type_ids_) made->type_infos_.push_back(&types.info(id));
  for (uint32_t i = module.imported_globals; i < module.globals.size(); ++i) {
    made->global_slots_.push_back(made->global_slot_count_);
    made->global_slot_count_ += slots_of(module.globals[i].type.type);
  }
  for (uint32_t i = module.imported_functions; i < module.functions.size(); ++i) {
    made->func_numbers_.push_back(valid->escapes(i) ? made->func_count_++ : no_func);
  }
  for (uint32_t i = 0; i < module.exports.size(); ++i) made->exports_.emplace(module.exports[i].name, i);
  made->valid_ = std::move(valid);
  return std::shared_ptr<const Module>(std::move(made));
}

wasm::ValType Module::engine_type(wasm::ValType type) const {
  if (!type.is_ref() || !type.heap().is_index()) return type;
  return wasm::ValType::reference({int32_t(type_ids_[type.heap().index()])}, type.nullable());
}

ExternType Module::extern_type(ExternKind kind, uint32_t index) const {
  ExternType type;
  type.kind = kind;
  switch (kind) {
    case ExternKind::func: type.type = type_ids_[wasm_->functions[index].type]; break;
    case ExternKind::tag: type.type = type_ids_[wasm_->tags[index].type]; break;
    case ExternKind::memory: type.memory = wasm_->memories[index]; break;
    case ExternKind::table:
      type.table = wasm_->tables[index].type;
      type.table.element = engine_type(type.table.element);
      break;
    case ExternKind::global:
      type.global = wasm_->globals[index].type;
      type.global.type = engine_type(type.global.type);
      break;
  }
  return type;
}

const wasm::Export* Module::find_export(std::string_view name) const {
  const auto found = exports_.find(name);
  return found == exports_.end() ? nullptr : &wasm_->exports[found->second];
}

const wasm::decode::Names& Module::names() const {
  std::call_once(debug_->names_once, [&] { debug_->names = wasm::decode::Names(*wasm_); });
  return debug_->names;
}

const wasm::dwarf::LineTable& Module::lines() const {
  std::call_once(debug_->lines_once, [&] { debug_->lines = wasm::dwarf::LineTable::read(*wasm_); });
  return debug_->lines;
}

}  // namespace wherry::runtime
