// Checks a decoded module against core specification chapter 3.
// Only this room makes a ValidModule, so holding one is the proof.
#pragma once

#include "base/result.h"
#include "wasm/features.h"
#include "wasm/limits.h"
#include "wasm/module.h"

namespace wherry::wasm::validate {

class ValidModule {
 public:
  const Module& module() const { return module_; }
  const Module* operator->() const { return &module_; }
  // What was on when the module was validated.
  Features features() const { return features_; }

  // Whether a reference to function `index` (in the whole space) can come about: by ref.func, an export, an element
  // segment, a global, a table's initial value or the start function. Only these need a funcref record.
  bool escapes(uint32_t index) const { return escapes_[index]; }
  // How many operands are on the stack of function `index` (not an import) at most, whatever their types.
  uint32_t operands_max(uint32_t index) const { return operands_max_[index - module_.imported_functions]; }

 private:
  friend class Validator;
  ValidModule(Module module, Features features) : module_(std::move(module)), features_(features) {}

  Module module_;
  Features features_;
  std::vector<bool> escapes_;
  std::vector<uint32_t> operands_max_;
};

// `threads` is how many read the bodies; the error is the same whatever it is, the first one in the file.
Result<ValidModule> validate(Module module, Features features, const Limits& limits, unsigned threads = 1);

}  // namespace wherry::wasm::validate

namespace wherry::wasm {
using validate::ValidModule;
}
