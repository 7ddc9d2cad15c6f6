// The runtime's side of abi/builtin.def.
#pragma once

#include "abi/builtins.h"

namespace wherry::runtime {

const abi::Builtins& builtins();

}  // namespace wherry::runtime
