// From a function's body to internal code. See machine.h for the frame and forms.h for the instructions.
#pragma once

#include <cstdint>
#include <vector>

#include "interp/module_code.h"

namespace wherry::interp {

struct Translation {
  std::vector<uint8_t> code;
  FunctionTables tables;
  uint32_t frame_slots = 0, header = 0, zero_slots = 0, param_slots = 0, result_slots = 0;
};

// In time and space linear in the body's size. `function` is not an import.
Translation translate(ModuleCode& module, uint32_t function);

}  // namespace wherry::interp
