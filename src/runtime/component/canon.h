// Private to this room: the core functions that the canonical ABI makes (CanonicalABI.md, canon …).
#pragma once

#include "runtime/component/instance.h"

namespace wherry::runtime::component {

// What the guest's call of `canon` runs; the Func's body is the Canon.
abi::Entry entry_of(const Instance::Canon& canon);

}  // namespace wherry::runtime::component
