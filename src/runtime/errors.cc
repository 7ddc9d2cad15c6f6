#include "runtime/errors.h"

#include <fmt/format.h>

namespace wherry::runtime::error {

Error too_much(std::string_view what, uint64_t wanted, uint64_t allowed, std::string_view unit) {
  return {ErrorKind::limit, fmt::format("{}: {} {} wanted, at most {} are allowed", what, wanted, unit, allowed), ""};
}

Error wrong_import_count(size_t wanted, size_t given) {
  return {ErrorKind::invalid, fmt::format("the module has {} imports, {} were given", wanted, given), ""};
}

Error wrong_import(std::string_view module, std::string_view name, std::string_view wanted, std::string_view given) {
  return {ErrorKind::invalid, fmt::format("incompatible import type: the import \"{}\" \"{}\" wants {}, what is there is {}", module, name, wanted, given), ""};
}

Error wrong_params(std::string_view wanted, size_t given) {
  return {ErrorKind::invalid, fmt::format("the function takes other parameters: it is a {}, {} were given", wanted, given), ""};
}

Error wrong_param(size_t position, std::string_view wanted) {
  return {ErrorKind::invalid, fmt::format("parameter {} has another type: the function wants {}", position, wanted), ""};
}

Error foreign_value() { return {ErrorKind::invalid, "a reference to an object of another store", ""}; }

Error no_value_stack() { return {ErrorKind::unavailable, "no memory for another value stack", ""}; }

}  // namespace wherry::runtime::error
