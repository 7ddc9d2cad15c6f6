// Atomic instructions (threads proposal): sequentially consistent, at naturally aligned addresses.
#include "interp/access.h"

namespace wherry::interp {
namespace {

// Where the access lies. Order of checks as the specification's: bounds are the trap of an access that is out of them,
// whatever its alignment.
template <typename T>
WHERRY_INLINE Trap locate(const Registers& r, T*& at) {
  const abi::MemoryVm* memory;
  const uint64_t address = far_address(r, sizeof(T), memory);
  if (address % sizeof(T) != 0 && (address != UINT64_MAX || sizeof(T) > 1)) {
    if (address == UINT64_MAX) return Trap::memory_out_of_bounds;
    return Trap::unaligned_atomic;
  }
  if (address == UINT64_MAX) return Trap::memory_out_of_bounds;
  at = reinterpret_cast<T*>(memory->base + size_t(address));
  return Trap::none;
}

enum class Rmw { add, sub, and_, or_, xor_, xchg };

template <typename Value, typename T>
WHERRY_INLINE Trap load(Registers& r) {
  T* at = nullptr;
  if (const Trap trap = locate(r, at); trap != Trap::none) return trap;
  put<true>(r, Value(__atomic_load_n(at, __ATOMIC_SEQ_CST)));
  r.pc += 32;
  return Trap::none;
}
template <typename Value, typename T>
WHERRY_INLINE Trap store(Registers& r) {
  T* at = nullptr;
  if (const Trap trap = locate(r, at); trap != Trap::none) return trap;
  __atomic_store_n(at, T(read<Value>(&slot_at(r, 8))), __ATOMIC_SEQ_CST);
  r.pc += 32;
  return Trap::none;
}
template <typename Value, typename T, Rmw rmw>
WHERRY_INLINE Trap modify(Registers& r) {
  T* at = nullptr;
  if (const Trap trap = locate(r, at); trap != Trap::none) return trap;
  const T operand = T(read<Value>(&slot_at(r, 12)));
  T old;
  if constexpr (rmw == Rmw::add) old = __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::sub) old = __atomic_fetch_sub(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::and_) old = __atomic_fetch_and(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::or_) old = __atomic_fetch_or(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::xor_) old = __atomic_fetch_xor(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::xchg) old = __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
  put<true>(r, Value(old));
  r.pc += 32;
  return Trap::none;
}
// The expected value is compared as the whole operand: one that doesn't fit the access never matches.
template <typename Value, typename T>
WHERRY_INLINE Trap compare_exchange(Registers& r) {
  T* at = nullptr;
  if (const Trap trap = locate(r, at); trap != Trap::none) return trap;
  const Value wanted = read<Value>(&slot_at(r, 12));
  T old = T(wanted);
  if (Value(old) != wanted) {
    old = __atomic_load_n(at, __ATOMIC_SEQ_CST);
  } else {
    __atomic_compare_exchange_n(at, &old, T(read<Value>(&slot_at(r, 14))), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  }
  put<true>(r, Value(old));
  r.pc += 32;
  return Trap::none;
}

WHERRY_INLINE uint64_t unchecked_address(const Registers& r, bool& overflows) {
  const uint64_t base = field<uint8_t>(r, 28) ? read<uint64_t>(&slot_at(r, 10)) : read<uint32_t>(&slot_at(r, 10));
  const uint64_t address = base + field<uint64_t>(r, 16);
  overflows = address < base;
  return address;
}
Trap notify(Registers& r) {
  bool overflows;
  const uint64_t address = unchecked_address(r, overflows);
  if (overflows) return Trap::memory_out_of_bounds;
  uint32_t woken = 0;
  const uint32_t count = read<uint32_t>(&slot_at(r, 12));
  const Trap trap = r.cx->store->builtins->atomic_notify(*r.cx->thread, *r.cx->vm, field<uint32_t>(r, 24), address, count, &woken);
  if (trap != Trap::none) return trap;
  put<true>(r, woken);
  r.pc += 32;
  return Trap::none;
}
template <typename T>
Trap wait(Registers& r) {
  bool overflows;
  const uint64_t address = unchecked_address(r, overflows);
  if (overflows) return Trap::memory_out_of_bounds;
  uint32_t result = 0;
  const abi::Builtins& builtins = *r.cx->store->builtins;
  const uint32_t memory = field<uint32_t>(r, 24);
  const T expected = read<T>(&slot_at(r, 12));
  const int64_t timeout = read<int64_t>(&slot_at(r, 14));
  Trap trap;
  if constexpr (sizeof(T) == 4) {
    trap = builtins.atomic_wait32(*r.cx->thread, *r.cx->vm, memory, address, expected, timeout, &result);
  } else {
    trap = builtins.atomic_wait64(*r.cx->thread, *r.cx->vm, memory, address, expected, timeout, &result);
  }
  if (trap != Trap::none) return trap;
  put<true>(r, result);
  r.pc += 32;
  return Trap::none;
}

using U8 = uint8_t;
using U16 = uint16_t;
using U32 = uint32_t;
using U64 = uint64_t;

// The seven widths stand in the same order in each group (FE 10, 17, 1E, 25 …).
template <Rmw rmw>
constexpr void fill_rmw(std::array<Handler, atomic_count>& table, unsigned first) {
  table[first] = handle<modify<U32, U32, rmw>>;
  table[first + 1] = handle<modify<U64, U64, rmw>>;
  table[first + 2] = handle<modify<U32, U8, rmw>>;
  table[first + 3] = handle<modify<U32, U16, rmw>>;
  table[first + 4] = handle<modify<U64, U8, rmw>>;
  table[first + 5] = handle<modify<U64, U16, rmw>>;
  table[first + 6] = handle<modify<U64, U32, rmw>>;
}
#define FILL_WIDTHS(first, what)                 \
  table[first] = handle<what<U32, U32>>;         \
  table[first + 1] = handle<what<U64, U64>>;     \
  table[first + 2] = handle<what<U32, U8>>;      \
  table[first + 3] = handle<what<U32, U16>>;     \
  table[first + 4] = handle<what<U64, U8>>;      \
  table[first + 5] = handle<what<U64, U16>>;     \
  table[first + 6] = handle<what<U64, U32>>;

constexpr auto make_table() {
  std::array<Handler, atomic_count> table{};
  table[0] = handle<notify>;
  table[1] = handle<wait<U32>>;
  table[2] = handle<wait<U64>>;
  FILL_WIDTHS(0x10, load)
  FILL_WIDTHS(0x17, store)
  fill_rmw<Rmw::add>(table, 0x1E);
  fill_rmw<Rmw::sub>(table, 0x25);
  fill_rmw<Rmw::and_>(table, 0x2C);
  fill_rmw<Rmw::or_>(table, 0x33);
  fill_rmw<Rmw::xor_>(table, 0x3A);
  fill_rmw<Rmw::xchg>(table, 0x41);
  FILL_WIDTHS(0x48, compare_exchange)
  return table;
}

}  // namespace

constinit const std::array<Handler, atomic_count> atomic_handlers = make_table();

}  // namespace wherry::interp
