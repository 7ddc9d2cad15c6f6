// Reads a component from its bytes (component model, Binary.md). Core modules stay spans of the file; what they
// contain is for wasm/decode. What this refuses is malformed or larger than the limits; offsets count from the file's start.
#pragma once

#include "base/result.h"
#include "component/limits.h"
#include "component/syntax.h"

namespace wherry::component {

// Whether the bytes begin like a component (and not like a core module).
bool is_component(std::span<const uint8_t> bytes);

Result<std::shared_ptr<const Component>> decode(std::shared_ptr<const std::vector<uint8_t>> bytes, const Limits& limits);

}  // namespace wherry::component
