// Which traps the test-suites mean by their messages.
#pragma once

#include <string_view>

#include "abi/trap.h"

namespace wherry::wast {

// Whether `trap` is one that a script's `message` stands for.
bool is_trap(std::string_view message, abi::Trap trap);

}  // namespace wherry::wast
