// How large a component may be. Counts of one file, nested components included, where it says so.
#pragma once

#include <cstdint>

#include "wasm/limits.h"

namespace wherry::component {

struct Limits {
  wasm::Limits core;
  uint32_t definitions_max = 1'000'000;  // in one component
  uint32_t depth_max = 100;              // of nested components and types' scopes
  uint32_t modules_max = 1'000;          // in the file
  uint32_t components_max = 10'000;      // in the file
  uint32_t instances_max = 10'000;       // made when the file is instantiated
  uint32_t items_max = 100'000;          // arguments or exports of one instance
  uint32_t params_max = 1'000;
  uint32_t labels_max = 10'000;          // fields, cases, names of one type
  uint32_t flags_max = 32;
  uint32_t name_bytes_max = 100'000;
  uint32_t type_depth_max = 100;         // of one value type
  uint32_t value_bytes_max = (1u << 28) - 1;  // of one value in memory (CanonicalABI.md, MAX_LIST_BYTE_LENGTH's reason)
  uint32_t walked_definitions_max = 10'000'000;  // validation and linking together
};

}  // namespace wherry::component
