// The texts that reading a module can end in. One place, so that they sound alike.
// Offsets are positions in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wasm/features.h"

namespace wherry::wasm::error {

// "at byte 0x1f"
std::string at(size_t offset);

Error ended(size_t offset, std::string_view expected);
Error malformed(size_t offset, std::string_view expected, std::string_view found);
Error malformed_byte(size_t offset, std::string_view expected, uint8_t found);
Error too_many(size_t offset, std::string_view things, uint64_t count, uint64_t count_max);
// Breaks a rule that isn't about syntax; `what` is the whole sentence.
Error invalid(size_t offset, std::string what);
// `what` needs a feature that is switched off.
Error disabled(size_t offset, std::string_view what, Feature feature);

}  // namespace wherry::wasm::error
