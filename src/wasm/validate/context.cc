#include "wasm/validate/context.h"

#include <fmt/format.h>

#include "wasm/errors.h"

namespace wherry::wasm::validate {
namespace {

// The feature that an abstract heap type came with.
Feature feature_of(HeapType type) {
  if (type == heap::func || type == heap::extern_) return Feature::reference_types;
  if (type == heap::exn || type == heap::noexn) return Feature::exceptions;
  return Feature::gc;
}

}  // namespace

std::optional<Error> check_type(const Context& context, HeapType type, uint32_t types_visible, size_t offset) {
  if (type.is_index()) {
    if (type.index() >= types_visible) return error::invalid(offset, fmt::format("there is no type {}", type.index()));
    if (!context.features.has(Feature::function_references)) return error::disabled(offset, "a typed reference", Feature::function_references);
    return {};
  }
  if (!context.features.has(feature_of(type))) return error::disabled(offset, "the type " + to_text(type), feature_of(type));
  return {};
}

std::optional<Error> check_type(const Context& context, ValType type, uint32_t types_visible, size_t offset) {
  if (type.is_vector() && !context.features.has(Feature::simd)) return error::disabled(offset, "the type v128", Feature::simd);
  if (!type.is_ref()) return {};
  if (type == types::funcref) return {};  // tables of functions are as old as WebAssembly
  if (!type.nullable() && !context.features.has(Feature::function_references)) {
    return error::disabled(offset, "the type " + to_text(type), Feature::function_references);
  }
  return check_type(context, type.heap(), types_visible, offset);
}

}  // namespace wherry::wasm::validate
