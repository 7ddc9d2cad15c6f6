// Writes a module in the text format: what `assemble` reads back as an equivalent module. Names come from the name
// section, custom sections are kept as annotations, expressions are not folded.
#pragma once

#include <string>

#include "base/result.h"
#include "wasm/limits.h"
#include "wasm/module.h"

namespace wherry::wasm::text {

// `module` need not be valid. An error where a body is malformed, or the text would be larger than a text may be.
Result<std::string> print(const Module& module, const Limits& limits);

}  // namespace wherry::wasm::text
