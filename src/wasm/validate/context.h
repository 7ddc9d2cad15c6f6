// Private to this room: what all bodies and constant expressions of a module are checked against, and types that a
// module may name.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "wasm/features.h"
#include "wasm/limits.h"
#include "wasm/module.h"

namespace wherry::wasm::validate {

struct Context {
  const Module& module;
  const TypeSection& types;
  Features features;
  const Limits& limits;
  std::vector<bool> declared;  // functions that ref.func in a body may name (3.4.10)

  Context(const Module& module, Features features, const Limits& limits)
      : module(module), types(module.types), features(features), limits(limits), declared(module.functions.size()) {}
};

// Empty if a module may name `type` where `types_visible` types are known; else the Error for `offset`.
std::optional<Error> check_type(const Context& context, ValType type, uint32_t types_visible, size_t offset);
std::optional<Error> check_type(const Context& context, HeapType type, uint32_t types_visible, size_t offset);

}  // namespace wherry::wasm::validate
