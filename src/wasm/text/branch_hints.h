// The custom section "metadata.code.branch_hint" (the branch-hinting proposal): which way an `if` or `br_if` is likely
// to go.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>

#include "base/result.h"
#include "wasm/module.h"

namespace wherry::wasm::text {

inline constexpr std::string_view branch_hint_section = "metadata.code.branch_hint";

// By function, then by the instruction's offset in the function's body: 1 where the branch is likely taken.
using BranchHints = std::map<uint32_t, std::map<uint32_t, uint8_t>>;

// The hints of a module whose bodies are well formed. An error where the section is malformed, or gives a hint for what
// is no conditional branch. Modules are valid all the same.
Result<BranchHints> read_branch_hints(const Module& module);

}  // namespace wherry::wasm::text
