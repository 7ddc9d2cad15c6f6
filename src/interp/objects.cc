// Garbage-collected objects and tests of references (core specification 4.4.5, 4.4.6). Objects lie as abi/vm.h says.
#include "interp/forms.h"
#include "interp/translator.h"

namespace wherry::interp {
namespace {

WHERRY_INLINE uint8_t* object_at(const Registers& r, GcRef ref) { return r.cx->store->heap + ref; }
WHERRY_INLINE abi::GcHeader* header_at(const Registers& r, GcRef ref) { return reinterpret_cast<abi::GcHeader*>(object_at(r, ref)); }

// Fields. `Memory` is what the field holds, `Value` what it becomes on the stack.
template <typename Memory, typename Value, bool to_slot>
WHERRY_INLINE Trap struct_get(Registers& r) {
  const GcRef ref = slot_at(r, 10).ref;
  if (ref == 0) [[unlikely]] return Trap::null_structure;
  put<to_slot>(r, Value(read<Memory>(object_at(r, ref) + field<uint32_t>(r, 12))));
  r.pc += 16;
  return Trap::none;
}
struct Bytes16 {
  uint8_t bytes[16];
};
Trap struct_get_v128(Registers& r) {
  const GcRef ref = slot_at(r, 10).ref;
  if (ref == 0) [[unlikely]] return Trap::null_structure;
  write(&slot_at(r, 8), read<Bytes16>(object_at(r, ref) + field<uint32_t>(r, 12)));
  r.pc += 16;
  return Trap::none;
}
template <typename Memory>
WHERRY_INLINE Trap struct_set(Registers& r) {
  const GcRef ref = slot_at(r, 10).ref;
  if (ref == 0) [[unlikely]] return Trap::null_structure;
  write(object_at(r, ref) + field<uint32_t>(r, 12), read<Memory>(&slot_at(r, 8)));
  r.pc += 16;
  return Trap::none;
}

// Elements begin behind the header, vectors at 16.
template <typename Memory>
WHERRY_INLINE Trap find_element(const Registers& r, uint8_t*& at) {
  const GcRef ref = slot_at(r, 10).ref;
  if (ref == 0) [[unlikely]] return Trap::null_array;
  const uint32_t index = slot_at(r, 12).u32;
  if (index >= header_at(r, ref)->length) [[unlikely]] return Trap::array_out_of_bounds;
  at = object_at(r, ref) + (sizeof(Memory) == 16 ? 16 : 8) + size_t(index) * sizeof(Memory);
  return Trap::none;
}
template <typename Memory, typename Value, bool to_slot>
WHERRY_INLINE Trap array_get(Registers& r) {
  uint8_t* at = nullptr;
  if (const Trap trap = find_element<Memory>(r, at); trap != Trap::none) [[unlikely]] return trap;
  put<to_slot>(r, Value(read<Memory>(at)));
  r.pc += 16;
  return Trap::none;
}
Trap array_get_v128(Registers& r) {
  uint8_t* at = nullptr;
  if (const Trap trap = find_element<Bytes16>(r, at); trap != Trap::none) [[unlikely]] return trap;
  write(&slot_at(r, 8), read<Bytes16>(at));
  r.pc += 16;
  return Trap::none;
}
template <typename Memory>
WHERRY_INLINE Trap array_set(Registers& r) {
  uint8_t* at = nullptr;
  if (const Trap trap = find_element<Memory>(r, at); trap != Trap::none) [[unlikely]] return trap;
  write(at, read<Memory>(&slot_at(r, 8)));
  r.pc += 16;
  return Trap::none;
}
template <bool to_slot>
WHERRY_INLINE Trap array_len(Registers& r) {
  const GcRef ref = slot_at(r, 10).ref;
  if (ref == 0) [[unlikely]] return Trap::null_array;
  put<to_slot>(r, header_at(r, ref)->length);
  r.pc += 16;
  return Trap::none;
}

// Making objects: stacked.
WHERRY_INLINE Slot* first(const Registers& r) { return r.sp + field<uint32_t>(r, 8); }
WHERRY_INLINE uint32_t immediate(const Registers& r, int index) { return field<uint32_t>(r, 16 + 4 * index); }
WHERRY_INLINE const abi::Builtins& services(const Registers& r) {
  r.cx->thread->stack_top = r.sp + field<uint32_t>(r, 12);
  return *r.cx->store->builtins;
}
// Copies a value of 1 << log2 bytes out of its slot.
void store_field(uint8_t* to, const Slot* from, uint8_t log2) { memcpy(to, from, size_t(1) << log2); }

Trap struct_new(Registers& r) {
  Slot* const values = first(r);
  const GcRef ref = services(r).struct_new(*r.cx->thread, *r.cx->vm, immediate(r, 0));
  if (ref == 0) return Trap::out_of_memory;
  const uint32_t count = immediate(r, 1);
  uint8_t* const object = object_at(r, ref);
  for (uint32_t i = 0; i < count; ++i) {
    const FieldStore store = read<FieldStore>(r.pc + 32 + i * sizeof(FieldStore));
    store_field(object + store.offset, values + store.slot, store.bytes_log2);
  }
  values->u64 = ref;
  r.pc += 32 + count * sizeof(FieldStore);
  return Trap::none;
}
Trap struct_new_default(Registers& r) {
  const GcRef ref = services(r).struct_new(*r.cx->thread, *r.cx->vm, immediate(r, 0));
  if (ref == 0) return Trap::out_of_memory;
  first(r)->u64 = ref;
  r.pc += 32;
  return Trap::none;
}
WHERRY_INLINE Trap new_array(Registers& r, uint32_t length, GcRef& ref) {
  ref = services(r).array_new(*r.cx->thread, *r.cx->vm, immediate(r, 0), length);
  return ref ? Trap::none : Trap::out_of_memory;
}
uint32_t value_slots(const Registers& r) { return r.cx->vm->types[immediate(r, 0)]->element_bytes_log2 == 4 ? 2 : 1; }
Trap array_new(Registers& r) {
  Slot* const values = first(r);
  const uint32_t length = values[value_slots(r)].u32;
  GcRef ref;
  if (const Trap trap = new_array(r, length, ref); trap != Trap::none) return trap;
  const abi::Builtins& builtins = services(r);
  if (const Trap trap = builtins.array_fill(*r.cx->thread, *r.cx->vm, immediate(r, 0), ref, 0, values, length); trap != Trap::none) return trap;
  values->u64 = ref;
  r.pc += 32;
  return Trap::none;
}
Trap array_new_default(Registers& r) {
  GcRef ref;
  if (const Trap trap = new_array(r, first(r)->u32, ref); trap != Trap::none) return trap;
  first(r)->u64 = ref;
  r.pc += 32;
  return Trap::none;
}
Trap array_new_fixed(Registers& r) {
  Slot* const values = first(r);
  const uint8_t log2 = uint8_t(immediate(r, 1));
  const uint32_t count = immediate(r, 2);
  GcRef ref;
  if (const Trap trap = new_array(r, count, ref); trap != Trap::none) return trap;
  uint8_t* const elements = object_at(r, ref) + (log2 == 4 ? 16 : 8);
  for (uint32_t i = 0; i < count; ++i) store_field(elements + (size_t(i) << log2), values + (log2 == 4 ? 2 * i : i), log2);
  values->u64 = ref;
  r.pc += 32;
  return Trap::none;
}
Trap array_new_data(Registers& r) {
  Slot* const at = first(r);
  GcRef ref = 0;
  const Trap trap = services(r).array_new_data(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), at[0].u32, at[1].u32, &ref);
  if (trap != Trap::none) return trap;
  at->u64 = ref;
  r.pc += 32;
  return Trap::none;
}
Trap array_new_elem(Registers& r) {
  Slot* const at = first(r);
  GcRef ref = 0;
  const Trap trap = services(r).array_new_elem(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), at[0].u32, at[1].u32, &ref);
  if (trap != Trap::none) return trap;
  at->u64 = ref;
  r.pc += 32;
  return Trap::none;
}
Trap array_fill(Registers& r) {
  Slot* const at = first(r);
  const uint32_t count = at[2 + value_slots(r)].u32;
  if (at[0].ref == 0) return Trap::null_array;
  const Trap trap = services(r).array_fill(*r.cx->thread, *r.cx->vm, immediate(r, 0), at[0].ref, at[1].u32, &at[2], count);
  r.pc += 32;
  return trap;
}
Trap array_copy(Registers& r) {
  Slot* const at = first(r);
  if (at[0].ref == 0 || at[2].ref == 0) return Trap::null_array;
  const Trap trap = services(r).array_copy(*r.cx->thread, *r.cx->vm, immediate(r, 0), at[0].ref, at[1].u32, at[2].ref, at[3].u32, at[4].u32);
  r.pc += 32;
  return trap;
}
Trap array_init_data(Registers& r) {
  Slot* const at = first(r);
  if (at[0].ref == 0) return Trap::null_array;
  const Trap trap = services(r).array_init_data(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), at[0].ref, at[1].u32, at[2].u32, at[3].u32);
  r.pc += 32;
  return trap;
}
Trap array_init_elem(Registers& r) {
  Slot* const at = first(r);
  if (at[0].ref == 0) return Trap::null_array;
  const Trap trap = services(r).array_init_elem(*r.cx->thread, *r.cx->vm, immediate(r, 0), immediate(r, 1), at[0].ref, at[1].u32, at[2].u32, at[3].u32);
  r.pc += 32;
  return trap;
}

// Small ones.
template <bool to_slot>
WHERRY_INLINE void ref_i31(Registers& r) {
  put<to_slot>(r, abi::i31_ref(slot_at(r, 10).i32));
  r.pc += 16;
}
template <bool is_signed, bool to_slot>
WHERRY_INLINE Trap i31_get(Registers& r) {
  const GcRef ref = slot_at(r, 10).ref;
  if (ref == 0) [[unlikely]] return Trap::null_i31;
  put<to_slot>(r, is_signed ? uint32_t(abi::i31_signed(ref)) : abi::i31_unsigned(ref));
  r.pc += 16;
  return Trap::none;
}
template <typename T, bool to_slot>
WHERRY_INLINE void ref_is_null(Registers& r) {
  put<to_slot>(r, uint32_t(read<T>(&slot_at(r, 10)) == 0));
  r.pc += 16;
}
template <bool to_slot>
WHERRY_INLINE void ref_eq(Registers& r) {
  put<to_slot>(r, uint32_t(slot_at(r, 10).ref == slot_at(r, 12).ref));
  r.pc += 16;
}
template <typename T>
WHERRY_INLINE Trap null_trap(Registers& r) {
  if (read<T>(&slot_at(r, 8)) == 0) [[unlikely]] return field<Trap>(r, 10);
  r.pc += 16;
  return Trap::none;
}

// Whether a reference has the type that the test at `at` names.
bool test_object(const Registers& r, TypeTest test, GcRef ref, uint32_t type) {
  if (abi::is_i31(ref)) return test == TypeTest::i31 || test == TypeTest::eq;
  if (test == TypeTest::i31) return false;
  const abi::TypeInfo& info = *r.cx->store->types[header_at(r, ref)->type];
  using Kind = abi::TypeInfo::Kind;
  if (test == TypeTest::struct_) return info.kind == Kind::struct_;
  if (test == TypeTest::array) return info.kind == Kind::array;
  if (test == TypeTest::eq) return info.kind == Kind::struct_ || info.kind == Kind::array;
  const abi::TypeInfo& wanted = *r.cx->vm->types[type];
  return info.id == wanted.id || is_subtype(info, wanted);
}
WHERRY_INLINE bool passes(const Registers& r, const Slot& value, int at) {
  const TypeTest test = field<TypeTest>(r, at);
  const bool nullable = field<uint8_t>(r, at + 1), is_func = field<uint8_t>(r, at + 2);
  if (is_func ? value.func == nullptr : value.ref == 0) return nullable;
  if (test == TypeTest::all) return true;
  if (test == TypeTest::nothing) return false;
  const uint32_t type = field<uint32_t>(r, at + 4);
  if (test != TypeTest::func) return test_object(r, test, value.ref, type);
  return is_subtype(*r.cx->store->types[value.func->type], *r.cx->vm->types[type]);
}
template <bool to_slot>
WHERRY_INLINE void ref_test(Registers& r) {
  put<to_slot>(r, uint32_t(passes(r, slot_at(r, 10), 12)));
  r.pc += 24;
}
Trap ref_cast(Registers& r) {
  if (!passes(r, slot_at(r, 10), 12)) [[unlikely]] return Trap::cast_failure;
  r.pc += 24;
  return Trap::none;
}
template <bool wanted>
bool br_on_cast(Registers& r) {
  const bool taken = passes(r, slot_at(r, 8), 16) == wanted;
  r.pc += 24;
  return taken;
}

#define BOTH(name) {handle<name<false>>, handle<name<true>>}
#define GETTER(name, memory, value) {handle<name<memory, value, false>>, handle<name<memory, value, true>>}

}  // namespace

constinit const ObjectHandlers objects = {
    .struct_new = handle<struct_new>,
    .struct_new_default = handle<struct_new_default>,
    .array_new = handle<array_new>,
    .array_new_default = handle<array_new_default>,
    .array_new_fixed = handle<array_new_fixed>,
    .array_new_data = handle<array_new_data>,
    .array_new_elem = handle<array_new_elem>,
    .array_fill = handle<array_fill>,
    .array_copy = handle<array_copy>,
    .array_init_data = handle<array_init_data>,
    .array_init_elem = handle<array_init_elem>,
    .struct_get_s8 = GETTER(struct_get, int8_t, int32_t),
    .struct_get_u8 = GETTER(struct_get, uint8_t, uint32_t),
    .struct_get_s16 = GETTER(struct_get, int16_t, int32_t),
    .struct_get_u16 = GETTER(struct_get, uint16_t, uint32_t),
    .struct_get_32 = GETTER(struct_get, uint32_t, uint32_t),
    .struct_get_64 = GETTER(struct_get, uint64_t, uint64_t),
    .struct_get_f32 = GETTER(struct_get, float, float),
    .struct_get_f64 = GETTER(struct_get, double, double),
    .struct_get_v128 = handle<struct_get_v128>,
    .struct_set_8 = handle<struct_set<uint8_t>>,
    .struct_set_16 = handle<struct_set<uint16_t>>,
    .struct_set_32 = handle<struct_set<uint32_t>>,
    .struct_set_64 = handle<struct_set<uint64_t>>,
    .struct_set_v128 = handle<struct_set<Bytes16>>,
    .array_get_s8 = GETTER(array_get, int8_t, int32_t),
    .array_get_u8 = GETTER(array_get, uint8_t, uint32_t),
    .array_get_s16 = GETTER(array_get, int16_t, int32_t),
    .array_get_u16 = GETTER(array_get, uint16_t, uint32_t),
    .array_get_32 = GETTER(array_get, uint32_t, uint32_t),
    .array_get_64 = GETTER(array_get, uint64_t, uint64_t),
    .array_get_f32 = GETTER(array_get, float, float),
    .array_get_f64 = GETTER(array_get, double, double),
    .array_get_v128 = handle<array_get_v128>,
    .array_set_8 = handle<array_set<uint8_t>>,
    .array_set_16 = handle<array_set<uint16_t>>,
    .array_set_32 = handle<array_set<uint32_t>>,
    .array_set_64 = handle<array_set<uint64_t>>,
    .array_set_v128 = handle<array_set<Bytes16>>,
    .array_len = BOTH(array_len),
    .ref_i31 = BOTH(ref_i31),
    .i31_get_s = {handle<i31_get<true, false>>, handle<i31_get<true, true>>},
    .i31_get_u = {handle<i31_get<false, false>>, handle<i31_get<false, true>>},
    .ref_is_null32 = {handle<ref_is_null<uint32_t, false>>, handle<ref_is_null<uint32_t, true>>},
    .ref_is_null64 = {handle<ref_is_null<uintptr_t, false>>, handle<ref_is_null<uintptr_t, true>>},
    .ref_eq = BOTH(ref_eq),
    .null_trap32 = handle<null_trap<uint32_t>>,
    .null_trap64 = handle<null_trap<uintptr_t>>,
    .ref_test = BOTH(ref_test),
    .ref_cast = handle<ref_cast>,
    .br_on_cast = handle_branch<br_on_cast<true>, 12>,
    .br_on_cast_fail = handle_branch<br_on_cast<false>, 12>,
};

}  // namespace wherry::interp
