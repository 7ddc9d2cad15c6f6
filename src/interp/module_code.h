// The code of a module in tier 0: its functions, translated when they are first called.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "abi/code.h"
#include "interp/machine.h"
#include "wasm/validate/validate.h"

namespace wherry::interp {

// A part of a function's code that a try_table protects. Positions count bytes from the function's code.
struct CatchClause {
  enum class Kind : uint8_t { tag, tag_ref, all, all_ref } kind;
  uint32_t begin, end;  // an exception at `begin` <= pc < `end` …
  uint32_t tag;         // … of this tag (index in the module) …
  uint32_t slot;        // … leaves its values from here on …
  uint32_t target;      // … and goes on here
};

// What only a trap or an exception asks about a function.
struct FunctionTables {
  uint32_t index = 0, code_bytes = 0;
  const FuncCode* function = nullptr;
  std::vector<CatchClause> catches;  // inner ones first
  std::vector<uint8_t> offsets;      // pairs of LEB128: bytes of code, bytes of the body since the pair before
};

class ModuleCode final : public abi::Code {
 public:
  ModuleCode(std::shared_ptr<const wasm::ValidModule> module, abi::CodeSettings settings);

  std::string_view tier() const override { return "interp"; }
  abi::Entry entry() const override;
  const void* body(uint32_t function) const override { return &functions_[function - module().imported_functions]; }

  const wasm::Module& module() const { return module_->module(); }
  const wasm::ValidModule& valid_module() const { return *module_; }
  abi::CodeSettings settings() const { return settings_; }
  FuncCode& function(uint32_t index) { return functions_[index - module().imported_functions]; }

  // Translates `function` if that hasn't been done. Threads may ask at once.
  void prepare(FuncCode& function);
  // The function that `pc` lies in, and its code's begin; null if it isn't of this module.
  const FunctionTables* find(const uint8_t* pc, const uint8_t*& begin) const;

 private:
  const uint8_t* keep(const std::vector<uint8_t>& code);

  std::shared_ptr<const wasm::ValidModule> module_;
  abi::CodeSettings settings_;
  std::unique_ptr<FuncCode[]> functions_;
  mutable std::mutex mutex_;  // guards all below
  std::map<const uint8_t*, FunctionTables> translated_;  // by where the code begins
  std::vector<std::unique_ptr<uint64_t[]>> chunks_;
  size_t chunk_left_ = 0;
  uint8_t* chunk_at_ = nullptr;
};

// Where in the module's file the instruction at `position` of the code comes from.
size_t offset_at(const FunctionTables& tables, size_t body_offset, uint32_t position);

}  // namespace wherry::interp
