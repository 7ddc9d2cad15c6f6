// Reads WebAssembly text (core specification chapter 6) and writes the binary module that it stands for, so that
// everything behind it has one way in. All abbreviations are resolved; what validation finds wrong is not looked for
// here. Identifiers go into the name section. An Error's `where` is LINE:COLUMN.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wasm/features.h"
#include "wasm/limits.h"
#include "wasm/text/cursor.h"

namespace wherry::wasm::text {

// A whole text: `(module …)`, `(module binary …)`, `(module quote …)`, or the fields of a module without it.
Result<std::vector<uint8_t>> assemble(std::string_view text, Features features, const Limits& limits);

// The fields from the cursor to the end of its list, which is not consumed: for scripts and components, which hold
// modules among other things. `name` is the module's identifier without the `$`, empty if it has none.
Result<std::vector<uint8_t>> assemble_fields(Cursor& cursor, std::string_view name, Features features, const Limits& limits);

// Whether `word` begins a module field, as in `(func …)`.
bool is_module_field(std::string_view word);

}  // namespace wherry::wasm::text
