// Where deterministic metering charges, and how much: once at the head of each straight run of instructions. Computed
// here for all tiers, so that they agree to the unit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "wasm/reader.h"

namespace wherry::wasm::body {

struct Charge {
  size_t offset;  // of the run's first instruction in the file
  uint32_t fuel;  // units for the whole run
};

// The charges of a validated body's instructions (its locals already read), in the order of the file. Runs that cost
// nothing are left out.
std::vector<Charge> charges(Reader body);

}  // namespace wherry::wasm::body
