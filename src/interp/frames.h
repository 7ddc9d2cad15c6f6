// Calls and returns: how frames are made and left. Shared by the handlers of calls and by the entry.
#pragma once

#include "interp/machine.h"

namespace wherry::interp {

// The entry of every function of tier 0 (Func::entry).
Trap entry(Thread& thread, const abi::Func& callee, Slot* values);

// Translates `function` unless that has been done.
void prepare(FuncCode& function);

// `function`'s code; null: it has to be translated, and the machine was told.
WHERRY_INLINE const uint8_t* code_of(Context& cx, FuncCode& function) {
  const uint8_t* code = function.code.load(std::memory_order_acquire);
  if (!code) [[unlikely]] cx.untranslated = &function;
  return code;
}

WHERRY_INLINE FuncCode* function_of(const abi::Func& func) { return const_cast<FuncCode*>(static_cast<const FuncCode*>(func.body)); }

WHERRY_INLINE Header read_header(const Slot* at) {
  Header header;
  memcpy(&header, at, sizeof header);
  return header;
}

// Begins `callee`, whose parameters are at `frame`; `header` says how it returns.
WHERRY_INLINE Trap begin_frame(Registers& r, FuncCode& callee, Slot* frame, const Header& header) {
  const uint8_t* code = code_of(*r.cx, callee);
  if (!code) [[unlikely]] return needs_translation;
  if (size_t(r.cx->stack_end - frame) < callee.frame_slots) [[unlikely]] return Trap::stack_overflow;
  Slot* at = frame + callee.header;
  memcpy(at, &header, sizeof header);
  at += header_slots;
  const uint32_t zero_slots = callee.zero_slots;
  for (uint32_t i = 0; i < zero_slots; ++i, ++at) {
    at->u64 = 0;
    asm volatile("" : "+r"(at));  // a call of memset would cost every call the saving of the machine's registers
  }
  r.pc = code;
  r.sp = frame;
  return Trap::none;
}

// Leaves the frame whose header lies at `header`; the results are at r.sp already.
WHERRY_INLINE void end_frame(Registers& r, const Header& header) {
  r.pc = header.pc;
  r.sp = header.sp;
  if (header.vm != r.cx->vm) [[unlikely]] enter_instance(r, header.vm);
}

// Calls the host with arguments at `values`; nothing from `top` on is in use. Afterwards the memories may have grown.
Trap call_host(Context& cx, const abi::Func& callee, Slot* values, Slot* top);

}  // namespace wherry::interp
