// Where the fields of garbage-collected objects lie: the rule that abi/vm.h states, as a pure function. The runtime makes
// TypeInfo from it, and tiers the addresses of fields and elements.
#pragma once

#include <cstdint>
#include <vector>

#include "wasm/types.h"

namespace wherry::abi {

struct GcLayout {
  uint32_t object_bytes = 8;             // struct: size with header; array: offset of the first element
  std::vector<uint32_t> field_offsets;   // struct: from the object's start
  std::vector<uint32_t> ref_offsets;     // struct: those of its GcRefs
  uint8_t element_bytes_log2 = 0;        // array
  bool elements_are_refs = false;        // array of GcRefs (a funcref is none)
};

// How many bytes a field or element takes, as a power of two: packed ones 0 or 1, GcRefs 2, funcrefs 3, v128 4.
uint8_t field_bytes_log2(const wasm::TypeSection& types, wasm::ValType type);

// Whether values of `type` are GcRefs: references to anything but functions.
bool is_gc_ref(const wasm::TypeSection& types, wasm::ValType type);

// `type` is a struct or array of `types`; function types have no layout.
GcLayout gc_layout(const wasm::TypeSection& types, const wasm::SubType& type);

// The offset of one field, without laying out the rest; `field` exists.
uint32_t field_offset(const wasm::TypeSection& types, const wasm::SubType& type, uint32_t field);

}  // namespace wherry::abi
