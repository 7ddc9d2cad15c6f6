// The texts that reading and linking a component can end in.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "component/syntax.h"

namespace wherry::component::error {

// Breaks a rule; `what` is the whole sentence.
Error invalid(size_t offset, std::string what);
Error limit(size_t offset, std::string what);
Error unsupported(size_t offset, std::string what);
// "core func index 7 is out of range: there are 3"
Error no_index(size_t offset, Sort sort, uint32_t index, size_t count);
Error not_found(size_t offset, std::string_view what, std::string_view name);

}  // namespace wherry::component::error
