// A module ready to be instantiated: validated, with code and with its types known to the engine. Immutable; shared by
// all stores and threads.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "abi/code.h"
#include "runtime/extern.h"
#include "runtime/type_registry.h"
#include "wasm/module.h"

namespace wherry::wasm::validate {
class ValidModule;
}
namespace wherry::wasm::decode {
class Names;
}
namespace wherry::wasm::dwarf {
class LineTable;
}

namespace wherry::runtime {

class Module {
 public:
  ~Module();
  static Result<std::shared_ptr<const Module>> make(TypeRegistry& types, std::shared_ptr<const wasm::validate::ValidModule> valid,
                                                    std::shared_ptr<const abi::Code> code);

  const wasm::Module& wasm() const { return *wasm_; }
  const wasm::validate::ValidModule& valid() const { return *valid_; }
  const abi::Code& code() const { return *code_; }
  TypeRegistry& types() const { return *types_; }

  // By type index.
  uint32_t type_id(uint32_t index) const { return type_ids_[index]; }
  const abi::TypeInfo* const* type_infos() const { return type_infos_.data(); }
  wasm::ValType engine_type(wasm::ValType type) const;  // from the module's terms to the engine's
  // By index in the space of `kind`, and so of imports and exports.
  ExternType extern_type(wasm::ExternKind kind, uint32_t index) const;
  const wasm::Export* find_export(std::string_view name) const;

  // Where its own globals lie among the slots of an instance, and how many slots they take together.
  uint32_t global_slot(uint32_t index) const { return global_slots_[index - wasm_->imported_globals]; }
  uint32_t global_slot_count() const { return global_slot_count_; }

  // Own functions that may be referred to are numbered: an instance has one abi::Func for each.
  static constexpr uint32_t no_func = UINT32_MAX;
  uint32_t func_number(uint32_t index) const { return func_numbers_[index - wasm_->imported_functions]; }
  uint32_t func_count() const { return func_count_; }

  // For backtraces; read when they are first asked for.
  const wasm::decode::Names& names() const;
  const wasm::dwarf::LineTable& lines() const;

 private:
  Module();

  TypeRegistry* types_ = nullptr;
  std::shared_ptr<const wasm::validate::ValidModule> valid_;
  const wasm::Module* wasm_ = nullptr;
  std::shared_ptr<const abi::Code> code_;
  TypeGroups groups_;
  std::vector<uint32_t> type_ids_;
  std::vector<const abi::TypeInfo*> type_infos_;
  std::vector<uint32_t> global_slots_, func_numbers_;
  uint32_t func_count_ = 0;
  uint32_t global_slot_count_ = 0;
  std::unordered_map<std::string_view, uint32_t> exports_;  // name -> position among the exports
  struct Debug;
  std::unique_ptr<Debug> debug_;
};

}  // namespace wherry::runtime
