#include "interp/forms.h"
#include "interp/frames.h"

namespace wherry::interp {
namespace {

// A function reference in the accumulator.
struct InAccPointer {
  template <typename T>
  static WHERRY_INLINE T get(const Registers& r) {
    return reinterpret_cast<T>(uintptr_t(r.acc));
  }
};

// Copies and constants.
void copy(Registers& r) {
  slot_at(r, 8) = slot_at(r, 10);
  r.pc += 16;
}
void copy2(Registers& r) {
  slot_at(r, 8) = slot_at(r, 10);
  slot_at(r, 12) = slot_at(r, 14);
  r.pc += 16;
}
struct SlotPair {
  Slot slots[2];
};
void copy_vector(Registers& r) {
  write(&slot_at(r, 8), read<SlotPair>(&slot_at(r, 10)));
  r.pc += 16;
}
void copy_far(Registers& r) {
  r.sp[field<uint32_t>(r, 8)] = r.sp[field<uint32_t>(r, 12)];
  r.pc += 16;
}
void copy_vector_far(Registers& r) {
  write(r.sp + field<uint32_t>(r, 8), read<SlotPair>(r.sp + field<uint32_t>(r, 12)));
  r.pc += 16;
}
void copy_span(Registers& r) {
  memmove(r.sp + field<uint32_t>(r, 8), r.sp + field<uint32_t>(r, 12), sizeof(Slot) * field<uint32_t>(r, 16));
  r.pc += 24;
}
void const32(Registers& r) {
  slot_at(r, 8).u64 = field<uint32_t>(r, 12);
  r.pc += 16;
}
void const64(Registers& r) {
  slot_at(r, 8).u64 = field<uint64_t>(r, 16);
  r.pc += 24;
}
void const_far(Registers& r) {
  r.sp[field<uint32_t>(r, 8)].u64 = field<uint64_t>(r, 16);
  r.pc += 24;
}
void set_acc(Registers& r) {
  slot_at(r, 8).u64 = r.acc;
  r.pc += 16;
}
WHERRY_INLINE uint64_t facc_bits(const Registers& r) {
  using Longs = uint64_t __attribute__((vector_size(16)));
  return std::bit_cast<Longs>(r.facc)[0];
}
WHERRY_INLINE void load_facc(Registers& r, uint64_t bits) {
  using Longs = uint64_t __attribute__((vector_size(16)));
  r.facc = std::bit_cast<Vector>(Longs{bits, 0});
}
void set_facc(Registers& r) {
  slot_at(r, 8).u64 = facc_bits(r);
  r.pc += 16;
}

// Branches.
bool br(Registers&) { return true; }
template <typename T, class A, bool wanted>
WHERRY_INLINE bool br_on(Registers& r) {
  const bool taken = (A::template get<T>(r) != 0) == wanted;
  r.pc += 16;
  return taken;
}
template <class A>
WHERRY_INLINE Trap br_table(Registers& r) {
  const uint32_t count = field<uint32_t>(r, 12);
  const uint32_t index = A::template get<uint32_t>(r);
  r.pc += read<int32_t>(r.pc + 16 + 4 * size_t(index < count ? index : count));
  if (r.cx->interrupt->load(std::memory_order_relaxed) != 0) [[unlikely]] return poll_here(*r.cx, r.pc, r.sp);
  return Trap::none;
}

// Returns. The results go where the parameters were; one result goes to the accumulator too.
WHERRY_INLINE void end(Registers& r) { end_frame(r, read_header(&slot_at(r, 10))); }
void return_none(Registers& r) { end(r); }
void return_slot(Registers& r) {
  const uint64_t value = slot_at(r, 8).u64;
  const Header header = read_header(&slot_at(r, 10));
  r.sp[0].u64 = value;
  r.acc = value;
  load_facc(r, value);
  end_frame(r, header);
}
void return_vector(Registers& r) {
  const SlotPair value = read<SlotPair>(&slot_at(r, 8));
  const Header header = read_header(&slot_at(r, 10));
  write(r.sp, value);
  end_frame(r, header);
}
void return_acc(Registers& r) {
  const Header header = read_header(&slot_at(r, 10));
  r.sp[0].u64 = r.acc;
  end_frame(r, header);
}
void return_facc(Registers& r) {
  const Header header = read_header(&slot_at(r, 10));
  r.sp[0].u64 = facc_bits(r);
  end_frame(r, header);
}
void return_const(Registers& r) {
  const Header header = read_header(&slot_at(r, 10));
  r.sp[0].u64 = r.acc = field<uint64_t>(r, 16);
  load_facc(r, r.acc);
  end_frame(r, header);
}

// Calls. A function of tier 0 gets a frame here; any other is called through its entry.
Trap call(Registers& r) {
  FuncCode& callee = *field<FuncCode*>(r, 16);
  return begin_frame(r, callee, r.sp + field<uint32_t>(r, 8), {r.pc + 24, r.sp, r.cx->vm});
}

// Calls `callee` with arguments at `values`; the instruction has `bytes` bytes, and uses no slots from `top` on.
WHERRY_INLINE Trap call_function(Registers& r, const abi::Func& callee, Slot* values, Slot* top, int bytes) {
  if (callee.entry == entry) {
    const Header header{r.pc + bytes, r.sp, r.cx->vm};
    const Trap trap = begin_frame(r, *function_of(callee), values, header);
    if (trap == Trap::none && callee.vm != r.cx->vm) [[unlikely]] enter_instance(r, callee.vm);
    return trap;
  }
  if (const Trap trap = call_host(*r.cx, callee, values, top); trap != Trap::none) return trap;
  r.acc = values->u64;
  load_facc(r, r.acc);
  r.pc += bytes;
  return Trap::none;
}
WHERRY_INLINE Slot* slot_far(const Registers& r, int at) { return r.sp + field<uint32_t>(r, at); }

Trap call_import(Registers& r) {
  return call_function(r, *r.cx->vm->imported_functions[field<uint32_t>(r, 12)], slot_far(r, 8), slot_far(r, 16), 24);
}

// The function that call_indirect calls, checked (4.4.8).
template <class A>
WHERRY_INLINE Trap find_indirect(const Registers& r, const abi::Func*& callee) {
  const Vm& vm = *r.cx->vm;
  const abi::TableVm& table = *vm.tables[field<uint32_t>(r, 24)];
  const uint64_t index = field<uint8_t>(r, 30) ? A::template get<uint64_t>(r) : A::template get<uint32_t>(r);
  if (index >= table.count) [[unlikely]] return Trap::undefined_element;
  callee = table.elements[size_t(index)].func;
  if (!callee) [[unlikely]] return Trap::uninitialized_element;
  const abi::TypeInfo& wanted = *vm.types[field<uint32_t>(r, 20)];
  if (callee->type != wanted.id && !is_subtype(*r.cx->store->types[callee->type], wanted)) [[unlikely]] {
    return Trap::indirect_call_type_mismatch;
  }
  return Trap::none;
}
template <class A>
WHERRY_INLINE Trap call_indirect(Registers& r) {
  const abi::Func* callee;
  if (const Trap trap = find_indirect<A>(r, callee); trap != Trap::none) [[unlikely]] return trap;
  return call_function(r, *callee, slot_far(r, 8), slot_far(r, 16), 32);
}
template <class A>
WHERRY_INLINE Trap call_ref(Registers& r) {
  const abi::Func* callee = A::template get<const abi::Func*>(r);
  if (!callee) [[unlikely]] return Trap::null_function;
  return call_function(r, *callee, slot_far(r, 8), slot_far(r, 16), 32);
}

// Tail calls: the callee's frame takes the place of this one.
Trap tail_call(Registers& r) {
  FuncCode& callee = *field<FuncCode*>(r, 16);
  const Header header = read_header(&slot_at(r, 12));
  if (!code_of(*r.cx, callee)) [[unlikely]] return needs_translation;  // before anything is overwritten
  memmove(r.sp, slot_far(r, 8), sizeof(Slot) * callee.param_slots);
  return begin_frame(r, callee, r.sp, header);
}
WHERRY_INLINE Trap tail_call_function(Registers& r, const abi::Func& callee) {
  FuncCode* const code = callee.entry == entry ? function_of(callee) : nullptr;
  if (code && !code_of(*r.cx, *code)) [[unlikely]] return needs_translation;  // before anything is overwritten
  const Header header = read_header(&slot_at(r, 36));
  Slot* const top = r.sp + (field<uint32_t>(r, 16) - field<uint32_t>(r, 8));
  memmove(r.sp, slot_far(r, 8), sizeof(Slot) * field<uint32_t>(r, 32));
  if (code) {
    const Trap trap = begin_frame(r, *code, r.sp, header);
    if (trap == Trap::none && callee.vm != r.cx->vm) [[unlikely]] enter_instance(r, callee.vm);
    return trap;
  }
  if (const Trap trap = call_host(*r.cx, callee, r.sp, top); trap != Trap::none) {
    write(&slot_at(r, 36), header);  // the arguments or results may have been where unwinding looks for it
    return trap;
  }
  r.acc = r.sp->u64;
  load_facc(r, r.acc);
  end_frame(r, header);
  return Trap::none;
}
Trap tail_call_import(Registers& r) { return tail_call_function(r, *r.cx->vm->imported_functions[field<uint32_t>(r, 12)]); }
Trap tail_call_indirect(Registers& r) {
  const abi::Func* callee;
  if (const Trap trap = find_indirect<InSlot<28>>(r, callee); trap != Trap::none) [[unlikely]] return trap;
  return tail_call_function(r, *callee);
}
Trap tail_call_ref(Registers& r) {
  const abi::Func* callee = slot_at(r, 28).func;
  if (!callee) [[unlikely]] return Trap::null_function;
  return tail_call_function(r, *callee);
}

// Endings.
Trap trap(Registers& r) { return field<Trap>(r, 8); }
Trap charge(Registers& r) {
  abi::StoreVm& store = *r.cx->store;
  store.fuel -= field<uint32_t>(r, 8);
  if (store.fuel < 0) [[unlikely]] {
    if (const Trap trap = out_of_fuel_here(*r.cx, r.pc, r.sp); trap != Trap::none) return trap;
  }
  r.pc += 16;
  return Trap::none;
}
Trap throw_(Registers& r) {
  Thread& thread = *r.cx->thread;
  const abi::Tag& tag = *r.cx->vm->tags[field<uint32_t>(r, 16)];
  thread.stack_top = slot_far(r, 12);
  thread.exception = r.cx->store->builtins->exception_new(thread, tag, slot_far(r, 8));
  return thread.exception ? Trap::exception : Trap::out_of_memory;
}
Trap throw_ref(Registers& r) {
  const GcRef exception = slot_far(r, 8)->ref;
  if (!exception) return Trap::null_exception;
  r.cx->thread->exception = exception;
  return Trap::exception;
}

// Globals.
WHERRY_INLINE Slot* global_at(const Registers& r) { return r.cx->globals[field<uint32_t>(r, 12)]; }
template <typename T, bool to_slot>
WHERRY_INLINE void global_get(Registers& r) {
  put<to_slot>(r, read<T>(global_at(r)));
  r.pc += 16;
}
void global_get_vector(Registers& r) {
  write(&slot_at(r, 8), read<SlotPair>(global_at(r)));
  r.pc += 16;
}
void global_set(Registers& r) {
  *global_at(r) = slot_at(r, 8);
  r.pc += 16;
}
void global_set_acc(Registers& r) {
  global_at(r)->u64 = r.acc;
  r.pc += 16;
}
void global_set_facc(Registers& r) {
  global_at(r)->u64 = facc_bits(r);
  r.pc += 16;
}
void global_set_vector(Registers& r) {
  write(global_at(r), read<SlotPair>(&slot_at(r, 8)));
  r.pc += 16;
}

template <typename T, class Condition, bool to_slot>
WHERRY_INLINE void select(Registers& r) {
  const uint16_t from = Condition::template get<uint32_t>(r) ? field<uint16_t>(r, 10) : field<uint16_t>(r, 12);
  put<to_slot>(r, read<T>(r.sp + from));
  r.pc += 16;
}
void select_vector(Registers& r) {
  write(&slot_at(r, 8), read<SlotPair>(slot_at(r, 14).u32 ? &slot_at(r, 10) : &slot_at(r, 12)));
  r.pc += 16;
}
template <typename T, class A, bool to_slot>
WHERRY_INLINE void canon(Registers& r) {
  const T a = A::template get<T>(r);
  put<to_slot>(r, a == a ? a : sizeof(T) == 4 ? T(std::bit_cast<float>(0x7FC00000)) : T(std::bit_cast<double>(0x7FF8000000000000)));
  r.pc += 16;
}

template <typename T, class C>
constexpr Pair select_pair() {
  return {handle<select<T, C, false>>, handle<select<T, C, true>>};
}
template <typename T, class A>
constexpr Pair canon_pair() {
  return {handle<canon<T, A, false>>, handle<canon<T, A, true>>};
}

}  // namespace

constinit const ControlHandlers control = {
    .copy = handle<copy>,
    .copy_vector = handle<copy_vector>,
    .copy_far = handle<copy_far>,
    .copy_vector_far = handle<copy_vector_far>,
    .copy_span = handle<copy_span>,
    .copy2 = handle<copy2>,
    .const32 = handle<const32>,
    .const64 = handle<const64>,
    .const_far = handle<const_far>,
    .set_acc = handle<set_acc>,
    .set_facc = handle<set_facc>,
    .br = handle_branch<br, 12>,
    .br_nz32 = handle_branch<br_on<uint32_t, InSlot<8>, true>, 12>,
    .br_nz32_acc = handle_branch<br_on<uint32_t, InAcc, true>, 12>,
    .br_z32 = handle_branch<br_on<uint32_t, InSlot<8>, false>, 12>,
    .br_z32_acc = handle_branch<br_on<uint32_t, InAcc, false>, 12>,
    .br_nz64 = handle_branch<br_on<uint64_t, InSlot<8>, true>, 12>,
    .br_nz64_acc = handle_branch<br_on<uint64_t, InAcc, true>, 12>,
    .br_z64 = handle_branch<br_on<uint64_t, InSlot<8>, false>, 12>,
    .br_z64_acc = handle_branch<br_on<uint64_t, InAcc, false>, 12>,
    .br_table = handle<br_table<InSlot<8>>>,
    .br_table_acc = handle<br_table<InAcc>>,
    .return_none = handle<return_none>,
    .return_slot = handle<return_slot>,
    .return_vector = handle<return_vector>,
    .return_acc = handle<return_acc>,
    .return_facc = handle<return_facc>,
    .return_const = handle<return_const>,
    .call = handle_call<call>,
    .call_import = handle_call<call_import>,
    .call_indirect = handle_call<call_indirect<InSlot<28>>>,
    .call_indirect_acc = handle_call<call_indirect<InAcc>>,
    .call_ref = handle_call<call_ref<InSlot<28>>>,
    .call_ref_acc = handle_call<call_ref<InAccPointer>>,
    .tail_call = handle_call<tail_call>,
    .tail_call_import = handle_call<tail_call_import>,
    .tail_call_indirect = handle_call<tail_call_indirect>,
    .tail_call_ref = handle_call<tail_call_ref>,
    .trap = handle<trap>,
    .charge = handle<charge>,
    .throw_ = handle<throw_>,
    .throw_ref = handle<throw_ref>,
    .global_get = {handle<global_get<uint64_t, false>>, handle<global_get<uint64_t, true>>},
    .global_get_float = {handle<global_get<double, false>>, handle<global_get<double, true>>},
    .global_get_vector = handle<global_get_vector>,
    .global_set = handle<global_set>,
    .global_set_acc = handle<global_set_acc>,
    .global_set_facc = handle<global_set_facc>,
    .global_set_vector = handle<global_set_vector>,
    .select = select_pair<uint64_t, InSlot<14>>(),
    .select_acc = select_pair<uint64_t, InAcc>(),
    .select_float = select_pair<double, InSlot<14>>(),
    .select_float_acc = select_pair<double, InAcc>(),
    .select_vector = handle<select_vector>,
    .canon_f32 = {canon_pair<float, InSlot<10>>(), canon_pair<float, InAcc>()},
    .canon_f64 = {canon_pair<double, InSlot<10>>(), canon_pair<double, InAcc>()},
};

}  // namespace wherry::interp
