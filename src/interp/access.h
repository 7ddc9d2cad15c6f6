// How memory instructions reach memory (core specification 4.4.7): bounds first, then bytes. Two ways: memory 0 with
// 32-bit addresses, whose base and size the machine holds, and any memory.
#pragma once

#include "interp/forms.h"

namespace wherry::interp {

// Finds where the `bytes` bytes of this instruction's access lie; false if they are out of bounds.
template <class Address, uint32_t bytes>
struct Near {
  static WHERRY_INLINE bool locate(const Registers& r, uint8_t*& at) {
    const uint64_t address = uint64_t(Address::template get<uint32_t>(r)) + field<uint32_t>(r, 12);  // below 2^33
    if (address + bytes > r.memory_bytes) [[unlikely]] return false;
    at = r.memory + address;
    return true;
  }
};
// The address is the sum of two slots, computed in 32 bits.
template <uint32_t bytes>
struct Indexed {
  static WHERRY_INLINE bool locate(const Registers& r, uint8_t*& at) {
    const uint32_t index = read<uint32_t>(&slot_at(r, 10)) + read<uint32_t>(&slot_at(r, 16));
    const uint64_t address = uint64_t(index) + field<uint32_t>(r, 12);
    if (address + bytes > r.memory_bytes) [[unlikely]] return false;
    at = r.memory + address;
    return true;
  }
};

// The same, the second slot shifted left first.
template <uint32_t bytes>
struct Scaled {
  static WHERRY_INLINE bool locate(const Registers& r, uint8_t*& at) {
    const uint32_t index = read<uint32_t>(&slot_at(r, 10)) + (read<uint32_t>(&slot_at(r, 16)) << (field<uint8_t>(r, 18) & 31));
    const uint64_t address = uint64_t(index) + field<uint32_t>(r, 12);
    if (address + bytes > r.memory_bytes) [[unlikely]] return false;
    at = r.memory + address;
    return true;
  }
};

// The effective address of a far instruction, or UINT64_MAX if it is out of bounds.
WHERRY_INLINE uint64_t far_address(const Registers& r, uint32_t bytes, const abi::MemoryVm*& memory) {
  memory = r.cx->vm->memories[field<uint32_t>(r, 24)];
  const uint64_t base = field<uint8_t>(r, 28) ? read<uint64_t>(&slot_at(r, 10)) : read<uint32_t>(&slot_at(r, 10));
  const uint64_t offset = field<uint64_t>(r, 16), size = memory->bytes.load(std::memory_order_acquire);
  const uint64_t address = base + offset;
  const bool is_out = address < base || size < bytes || address > size - bytes;
  return is_out ? UINT64_MAX : address;
}
template <uint32_t bytes>
struct Far {
  static WHERRY_INLINE bool locate(const Registers& r, uint8_t*& at) {
    const abi::MemoryVm* memory;
    const uint64_t address = far_address(r, bytes, memory);
    if (address == UINT64_MAX) [[unlikely]] return false;
    at = memory->base + size_t(address);
    return true;
  }
};

// A load or store of one object of the machine's width: shared memory sees it whole or not at all.
template <typename T>
WHERRY_INLINE T load_bytes(const uint8_t* from) {
  return read<T>(from);
}
template <typename T>
WHERRY_INLINE void store_bytes(uint8_t* to, T value) {
  write(to, value);
}

}  // namespace wherry::interp
