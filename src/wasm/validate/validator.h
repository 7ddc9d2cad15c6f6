// Private to this room: checks everything of a module but its bodies (core specification 3.5), then the bodies.
#pragma once

#include "wasm/validate/context.h"
#include "wasm/validate/function.h"
#include "wasm/validate/validate.h"

namespace wherry::wasm::validate {

class Validator {
 public:
  Validator(const Module& module, Features features, const Limits& limits) : module_(module), context_(module, features, limits) {}

  // Checks all; afterwards the side tables can be taken.
  Result<void> run(unsigned threads);
  static ValidModule finish(Validator&& validator, Module module);

 private:
  // Each checks one section.
  Result<void> types();
  Result<void> type(uint32_t index, const RecGroup& group);
  Result<void> supertype(uint32_t index);
  Result<void> imports();
  Result<void> functions();
  Result<void> tables();
  Result<void> memories();
  Result<void> tags();
  Result<void> globals();
  Result<void> exports();
  Result<void> start();
  Result<void> elements();
  Result<void> element(const ElementSegment& segment, size_t index);
  Result<void> data();
  Result<void> bodies(unsigned threads);

  Result<void> function_type(uint32_t type, size_t offset, std::string_view what);
  Result<void> tag_type(uint32_t type, size_t offset);
  Result<void> table_type(const TableType& type, size_t offset);
  Result<void> memory_type(const MemoryType& type, size_t offset);
  Result<void> global_type(const GlobalType& type, size_t offset);
  Result<void> val_type(ValType type, size_t offset);
  Result<void> const_expr(const ConstExpr& expression, ValType expected, uint32_t globals_visible);
  Result<void> require(Feature feature, size_t offset, std::string_view what) const;
  // Where section `id` begins, for errors about items that don't know their place.
  size_t section(unsigned id) const { return module_.section_offsets[id]; }

  const Module& module_;
  Context context_;
  FunctionValidator expressions_{context_};
  std::vector<uint32_t> operands_max_;
};

}  // namespace wherry::wasm::validate
