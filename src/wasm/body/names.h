// How instructions are called in the text format.
#pragma once

#include <cstdint>
#include <string_view>

namespace wherry::wasm::body {

// The text of the instruction whose code is `code`, as opcode.def writes it; "" if there is none.
std::string_view instruction_text(uint32_t code);

}  // namespace wherry::wasm::body
