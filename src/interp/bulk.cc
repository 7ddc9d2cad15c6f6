// Memories and tables as a whole; wide arithmetic. All stacked.
#include "interp/forms.h"

namespace wherry::interp {
namespace {

WHERRY_INLINE Slot* first(const Registers& r) { return r.sp + field<uint32_t>(r, 8); }
WHERRY_INLINE uint32_t immediate(const Registers& r, int index) { return field<uint32_t>(r, 16 + 4 * index); }
WHERRY_INLINE uint64_t number(const Slot& slot, bool is_64) { return is_64 ? slot.u64 : slot.u32; }
// What a grow or a size answers: -1 in the address type when it was refused.
WHERRY_INLINE void answer(Slot& slot, uint64_t value, bool is_64) { slot.u64 = is_64 ? value : uint32_t(value); }
WHERRY_INLINE const abi::Builtins& services(const Registers& r) {
  r.cx->thread->stack_top = r.sp + field<uint32_t>(r, 12);
  return *r.cx->store->builtins;
}

void memory_size(Registers& r) {
  const abi::MemoryVm& memory = *r.cx->vm->memories[immediate(r, 0)];
  first(r)->u64 = uint64_t(memory.bytes.load(std::memory_order_acquire)) >> immediate(r, 1);
  r.pc += 32;
}
void memory_grow(Registers& r) {
  Slot* const at = first(r);
  const bool is_64 = immediate(r, 2);
  answer(*at, services(r).memory_grow(*r.cx->thread, *r.cx->vm, immediate(r, 0), number(*at, is_64)), is_64);
  load_memory(r);
  r.pc += 32;
}
Trap memory_init(Registers& r) {
  Slot* const at = first(r);
  const Trap trap = services(r).memory_init(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), number(at[0], immediate(r, 2)), at[1].u32, at[2].u32);
  r.pc += 32;
  return trap;
}
Trap memory_copy(Registers& r) {
  Slot* const at = first(r);
  const uint32_t wide = immediate(r, 2);
  const Trap trap = services(r).memory_copy(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), number(at[0], wide & 1), number(at[1], wide & 2), number(at[2], wide & 4));
  r.pc += 32;
  return trap;
}
Trap memory_fill(Registers& r) {
  Slot* const at = first(r);
  const bool is_64 = immediate(r, 2);
  const Trap trap = services(r).memory_fill(*r.cx->thread, *r.cx->vm, immediate(r, 0), number(at[0], is_64), uint8_t(at[1].u32), number(at[2], is_64));
  r.pc += 32;
  return trap;
}
void data_drop(Registers& r) {
  services(r).data_drop(*r.cx->thread, *r.cx->vm, immediate(r, 0));
  r.pc += 32;
}

WHERRY_INLINE abi::TableVm& table_of(const Registers& r) { return *r.cx->vm->tables[immediate(r, 0)]; }
// A reference as tables hold it: GcRefs fill the slot.
WHERRY_INLINE Slot reference(const Slot& slot, bool is_func) {
  Slot value;
  value.u64 = is_func ? slot.u64 : slot.u32;
  return value;
}
Trap table_get(Registers& r) {
  Slot* const at = first(r);
  const abi::TableVm& table = table_of(r);
  const uint64_t index = number(*at, immediate(r, 2));
  if (index >= table.count) [[unlikely]] return Trap::table_out_of_bounds;
  *at = table.elements[size_t(index)];
  r.pc += 32;
  return Trap::none;
}
Trap table_set(Registers& r) {
  Slot* const at = first(r);
  const abi::TableVm& table = table_of(r);
  const uint64_t index = number(*at, immediate(r, 2));
  if (index >= table.count) [[unlikely]] return Trap::table_out_of_bounds;
  table.elements[size_t(index)] = reference(at[1], immediate(r, 1));
  r.pc += 32;
  return Trap::none;
}
void table_size(Registers& r) {
  first(r)->u64 = table_of(r).count;
  r.pc += 32;
}
void table_grow(Registers& r) {
  Slot* const at = first(r);
  const bool is_64 = immediate(r, 2);
  answer(*at, services(r).table_grow(*r.cx->thread, *r.cx->vm, immediate(r, 0), reference(at[0], immediate(r, 1)), number(at[1], is_64)), is_64);
  r.pc += 32;
}
Trap table_init(Registers& r) {
  Slot* const at = first(r);
  const Trap trap = services(r).table_init(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), number(at[0], immediate(r, 2)), at[1].u32, at[2].u32);
  r.pc += 32;
  return trap;
}
Trap table_copy(Registers& r) {
  Slot* const at = first(r);
  const uint32_t wide = immediate(r, 2);
  const Trap trap = services(r).table_copy(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), number(at[0], wide & 1), number(at[1], wide & 2), number(at[2], wide & 4));
  r.pc += 32;
  return trap;
}
Trap table_fill(Registers& r) {
  Slot* const at = first(r);
  const bool is_64 = immediate(r, 2);
  const Trap trap = services(r).table_fill(*r.cx->thread, *r.cx->vm, immediate(r, 0), number(at[0], is_64), reference(at[1], immediate(r, 1)), number(at[2], is_64));
  r.pc += 32;
  return trap;
}
void elem_drop(Registers& r) {
  services(r).elem_drop(*r.cx->thread, *r.cx->vm, immediate(r, 0));
  r.pc += 32;
}
void ref_func(Registers& r) {
  Slot value;
  value.u64 = 0;
  value.func = services(r).func_ref(*r.cx->thread, *r.cx->vm, immediate(r, 0));
  *first(r) = value;
  r.pc += 32;
}

// Numbers of 128 bits: low half, then high half.
void add128(Registers& r) {
  Slot* const at = first(r);
  const uint64_t low = at[0].u64 + at[2].u64;
  const uint64_t high = at[1].u64 + at[3].u64 + (low < at[0].u64);
  at[0].u64 = low;
  at[1].u64 = high;
  r.pc += 32;
}
void sub128(Registers& r) {
  Slot* const at = first(r);
  const uint64_t low = at[0].u64 - at[2].u64;
  const uint64_t high = at[1].u64 - at[3].u64 - (at[0].u64 < at[2].u64);
  at[0].u64 = low;
  at[1].u64 = high;
  r.pc += 32;
}
uint64_t multiply_high(uint64_t a, uint64_t b) {
  const uint64_t a0 = uint32_t(a), a1 = a >> 32, b0 = uint32_t(b), b1 = b >> 32;
  const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  const uint64_t other = a0 * b1 + uint32_t(middle);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}
void mul_wide_u(Registers& r) {
  Slot* const at = first(r);
  const uint64_t a = at[0].u64, b = at[1].u64;
  at[0].u64 = a * b;
  at[1].u64 = multiply_high(a, b);
  r.pc += 32;
}
void mul_wide_s(Registers& r) {
  Slot* const at = first(r);
  const uint64_t a = at[0].u64, b = at[1].u64;
  at[0].u64 = a * b;
  at[1].u64 = multiply_high(a, b) - (int64_t(a) < 0 ? b : 0) - (int64_t(b) < 0 ? a : 0);
  r.pc += 32;
}
void fence(Registers& r) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  r.pc += 16;
}

}  // namespace

constinit const BulkHandlers bulk = {
#define HANDLER(name) .name = handle<interp::name>,
#include "interp/bulk.def"
#undef HANDLER
};

}  // namespace wherry::interp
