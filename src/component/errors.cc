#include "component/errors.h"

#include <fmt/format.h>

#include "wasm/errors.h"

namespace wherry::component {

std::string_view sort_text(Sort sort) {
  constexpr std::string_view texts[sort_count] = {"core func",   "core table",    "core memory", "core global", "core tag",
                                                  "core type",   "core module",   "core instance", "func",      "value",
                                                  "type",        "component",     "instance"};
  return texts[size_t(sort)];
}

namespace error {

using wasm::error::at;

Error invalid(size_t offset, std::string what) { return {ErrorKind::invalid, std::move(what), at(offset)}; }
Error limit(size_t offset, std::string what) { return {ErrorKind::limit, std::move(what), at(offset)}; }
Error unsupported(size_t offset, std::string what) { return {ErrorKind::unsupported, std::move(what), at(offset)}; }

Error no_index(size_t offset, Sort sort, uint32_t index, size_t count) {
  return invalid(offset, fmt::format("{} index {} is out of range: there are {} here", sort_text(sort), index, count));
}

Error not_found(size_t offset, std::string_view what, std::string_view name) {
  return invalid(offset, fmt::format("{} has no export \"{}\"", what, name));
}

}  // namespace error
}  // namespace wherry::component
