// Fields and elements of collected objects, from and to slots.
#pragma once

#include <cstring>

#include "abi/vm.h"

namespace wherry::runtime {

inline uint8_t* object_at(const abi::Thread& thread, abi::GcRef ref) { return thread.store->heap + ref; }

// A field or element of 1 << bytes_log2 bytes; a vector takes two slots. Narrow ones are the low bytes of the slot.
inline void write_field(uint8_t* to, uint8_t bytes_log2, const abi::Slot* from) { std::memcpy(to, from, size_t(1) << bytes_log2); }

inline uint32_t array_length(const uint8_t* array) {
  abi::GcHeader header;
  std::memcpy(&header, array, sizeof header);
  return header.length;
}

inline uint64_t array_bytes(const abi::TypeInfo& type, uint32_t length) { return type.object_bytes + (uint64_t(length) << type.element_bytes_log2); }

}  // namespace wherry::runtime
