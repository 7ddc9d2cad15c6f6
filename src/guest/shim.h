// The two small modules by which a core module can import functions that need its own memory: a shim that is there
// first and calls through a table, and a fixup that fills the table once the memory exists, and then initializes.
#pragma once

#include <vector>

#include "guest/writer.h"
#include "wasm/types.h"

namespace wherry::guest {

// Exports "0" … and the table "$imports".
std::vector<uint8_t> shim_module(const std::vector<const wasm::SubType*>& funcs);
// Imports "" "0" …, "" "$imports", and with `initializes` "" "_initialize", which it calls.
std::vector<uint8_t> fixup_module(const std::vector<const wasm::SubType*>& funcs, bool initializes);

}  // namespace wherry::guest
