// Every text that reading WebAssembly text can end in.
#pragma once

#include <string_view>

#include "base/result.h"

namespace wherry::wasm::text::error {

using Failed = std::unexpected<Error>;

// `at` is an offset in `text`; the Error names its line and column.
Failed invalid(std::string_view text, size_t at, std::string_view what);
Failed expected(std::string_view text, size_t at, std::string_view expected, std::string_view found);
Failed unknown(std::string_view text, size_t at, std::string_view thing, std::string_view name);
Failed duplicate(std::string_view text, size_t at, std::string_view thing, std::string_view name);
Failed too_deep(std::string_view text, size_t at, uint32_t depth_max);
Failed too_large(std::string_view text, size_t at, std::string_view thing, uint64_t size_max);
Failed switched_off(std::string_view text, size_t at, std::string_view thing, std::string_view feature);

}  // namespace wherry::wasm::text::error
