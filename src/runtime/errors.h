// The texts that linking, instantiating and calling can end in. One place, so that they sound alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wherry::runtime::error {

Error too_much(std::string_view what, uint64_t wanted, uint64_t allowed, std::string_view unit);
Error wrong_import_count(size_t wanted, size_t given);
Error wrong_import(std::string_view module, std::string_view name, std::string_view wanted, std::string_view given);
Error wrong_params(std::string_view wanted, size_t given);
Error wrong_param(size_t position, std::string_view wanted);
Error foreign_value();
Error no_value_stack();

}  // namespace wherry::runtime::error
