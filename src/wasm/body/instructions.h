// What the table of instructions says about one of them, at run time.
#pragma once

#include <cstdint>
#include <string_view>

#include "wasm/features.h"

namespace wherry::wasm::body {

// The text of the instruction whose code is `code`, as opcode.def writes it; "" if there is none.
std::string_view instruction_text(uint32_t code);

// What must be on for the instruction whose code is `code`; core if there is none.
Feature instruction_feature(uint32_t code);

}  // namespace wherry::wasm::body
