// Makes a component of a core module whose imports and exports have the names that the component model's canonical ABI
// gives them ("wasi:http/types@0.2.0" "[method]fields.append", export "wasi:http/incoming-handler@0.2.0#handle",
// "cabi_realloc", "cabi_post_…", "_initialize", "memory"). No adapter is involved: what a world doesn't have is an error.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "component/wit/wit.h"
#include "wasm/features.h"
#include "wasm/limits.h"

namespace wherry::guest {

struct ComponentizeOptions {
  std::string world;  // empty: the only one
  wasm::Features features;
  wasm::Limits limits;
};

// The component's bytes, validated. Only what the module uses of the world is imported.
Result<std::vector<uint8_t>> componentize(std::vector<uint8_t> module, const component::wit::Resolved& wit, const ComponentizeOptions& options);

// A folder's *.wit, with deps/*.wit and deps/*/*.wit as dependencies; or one file.
Result<std::vector<component::wit::Source>> read_wit(const std::string& path);

}  // namespace wherry::guest
