// Reads a module from its bytes (core specification 5.5): sections, types, constants and where everything is. Function
// bodies stay spans. What it refuses is malformed (or larger than the limits, or needs a feature that is off);
// what it lets through is not yet valid, that is for wasm/validate.
#pragma once

#include "base/result.h"
#include "wasm/features.h"
#include "wasm/limits.h"
#include "wasm/module.h"

namespace wherry::wasm::decode {

Result<Module> decode(std::shared_ptr<const std::vector<uint8_t>> bytes, Features features, const Limits& limits);

// The same for a module that is a part of a file (a component): bytes [begin, begin + size), which must lie within
// `bytes`. Offsets in errors and in the module count from the start of the file.
Result<Module> decode_part(std::shared_ptr<const std::vector<uint8_t>> bytes, size_t begin, size_t size, Features features,
                           const Limits& limits);

// Checks the syntax of all bodies. The validator finds the same errors, but among its own; this is for those who must
// tell a malformed body from an invalid one (.wast scripts): malformed is what decode or check_bodies refuses.
Result<void> check_bodies(const Module& module, const Limits& limits);

}  // namespace wherry::wasm::decode
