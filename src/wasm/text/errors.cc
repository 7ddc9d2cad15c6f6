#include "wasm/text/errors.h"

#include <fmt/format.h>

#include "wasm/text/tokens.h"

namespace wherry::wasm::text::error {
namespace {

Failed at_position(std::string_view text, size_t at, std::string what) {
  return Failed(Error{ErrorKind::invalid, std::move(what), position(text, at)});
}

Failed limit(std::string_view text, size_t at, std::string what) {
  return Failed(Error{ErrorKind::limit, std::move(what), position(text, at)});
}

// What a message quotes of the text: enough to find it, never a whole file.
std::string_view shortened(std::string_view found) { return found.substr(0, 40); }

}  // namespace

Failed invalid(std::string_view text, size_t at, std::string_view what) {
  return at_position(text, at, std::string(what));
}

Failed expected(std::string_view text, size_t at, std::string_view expected, std::string_view found) {
  if (found.empty()) return at_position(text, at, fmt::format("expected {}, found the end of the text", expected));
  return at_position(text, at, fmt::format("expected {}, found `{}`", expected, shortened(found)));
}

Failed unknown(std::string_view text, size_t at, std::string_view thing, std::string_view name) {
  return at_position(text, at, fmt::format("unknown {} `{}`", thing, shortened(name)));
}

Failed duplicate(std::string_view text, size_t at, std::string_view thing, std::string_view name) {
  return at_position(text, at, fmt::format("duplicate {} `{}`", thing, shortened(name)));
}

Failed too_deep(std::string_view text, size_t at, uint32_t depth_max) {
  return limit(text, at, fmt::format("nested too deeply; at most {} levels are allowed", depth_max));
}

Failed too_large(std::string_view text, size_t at, std::string_view thing, uint64_t size_max) {
  return limit(text, at, fmt::format("{} too large; at most {} bytes are allowed", thing, size_max));
}

Failed switched_off(std::string_view text, size_t at, std::string_view thing, std::string_view feature) {
  return Failed(Error{ErrorKind::unsupported, fmt::format("`{}` needs the feature {}, which is off", thing, feature),
                      position(text, at)});
}

}  // namespace wherry::wasm::text::error
