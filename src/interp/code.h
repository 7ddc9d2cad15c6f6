// Tier 0: validated modules as register code that an interpreter runs.
// Functions are translated when they are first called; instances and threads share what was translated.
#pragma once

#include <memory>

#include "abi/code.h"

namespace wherry::wasm::validate {
class ValidModule;
}

namespace wherry::interp {

// Costs almost nothing: no function is looked at before its first call. The code keeps the module alive.
// Every Vm of the module must have `code` point to the abi::Code that this returns.
std::shared_ptr<abi::Code> make_code(std::shared_ptr<const wasm::validate::ValidModule> module, abi::CodeSettings settings);

}  // namespace wherry::interp
