#include "wasm/errors.h"

#include <fmt/format.h>

namespace wherry::wasm::error {

std::string at(size_t offset) { return fmt::format("at byte {:#x}", offset); }

Error ended(size_t offset, std::string_view expected) {
  return {ErrorKind::invalid, fmt::format("the bytes end where {} should stand", expected), at(offset)};
}

Error malformed(size_t offset, std::string_view expected, std::string_view found) {
  return {ErrorKind::invalid, fmt::format("expected {}, found {}", expected, found), at(offset)};
}

Error malformed_byte(size_t offset, std::string_view expected, uint8_t found) {
  return {ErrorKind::invalid, fmt::format("expected {}, found the byte {:#04x}", expected, found), at(offset)};
}

Error too_many(size_t offset, std::string_view things, uint64_t count, uint64_t count_max) {
  return {ErrorKind::limit, fmt::format("{} {}; at most {} are allowed", count, things, count_max), at(offset)};
}

Error invalid(size_t offset, std::string what) { return {ErrorKind::invalid, std::move(what), at(offset)}; }

Error disabled(size_t offset, std::string_view what, Feature feature) {
  const std::string_view name = feature_text(feature);
  return {ErrorKind::unsupported, fmt::format("{} needs the feature {}, which is switched off; leave out --disable {}", what, name, name),
          at(offset)};
}

}  // namespace wherry::wasm::error
