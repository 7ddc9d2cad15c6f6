// The runtime's services as a table of functions, built from builtin.def.
#pragma once

#include "abi/vm.h"

namespace wherry::abi {

struct Builtins {
#define BUILTIN(name, result, parameters) result(*name) parameters;
#include "abi/builtin.def"
};

}  // namespace wherry::abi
