#include <cstdint>

#include "base/config.h"
#include "base/sys/context.h"

// A switch saves what the C calling convention says a callee must keep, changes the stack pointer, and restores the
// same from the other stack. A new stack is laid out as if it had been switched away just before calling its entry.
#if defined(__x86_64__)

// System V ABI 3.2.1: rbx, rbp, r12 to r15, and the control bits of mxcsr and of the x87.
asm(R"(
  .text
  .globl wherry_own_jump
  .hidden wherry_own_jump
  .type wherry_own_jump,@function
  .p2align 4
wherry_own_jump:
  pushq %rbp
  pushq %rbx
  pushq %r15
  pushq %r14
  pushq %r13
  pushq %r12
  subq $8, %rsp
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, %rax
  movq %rdi, %rsp
  movq %rsi, %rdx
  movq %rax, %rdi
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
  addq $8, %rsp
  popq %r12
  popq %r13
  popq %r14
  popq %r15
  popq %rbx
  popq %rbp
  retq
  .size wherry_own_jump,.-wherry_own_jump
)");
#define WHERRY_OWN_SWITCH 1

#elif defined(__riscv) && __riscv_xlen == 64

// RISC-V psABI 2.1: ra, s0 to s11, and fs0 to fs11 with the D extension's width.
asm(R"(
  .text
  .globl wherry_own_jump
  .hidden wherry_own_jump
  .type wherry_own_jump,@function
  .p2align 2
wherry_own_jump:
  addi sp, sp, -208
  sd ra, 0(sp)
  sd s0, 8(sp)
  sd s1, 16(sp)
  sd s2, 24(sp)
  sd s3, 32(sp)
  sd s4, 40(sp)
  sd s5, 48(sp)
  sd s6, 56(sp)
  sd s7, 64(sp)
  sd s8, 72(sp)
  sd s9, 80(sp)
  sd s10, 88(sp)
  sd s11, 96(sp)
  fsd fs0, 104(sp)
  fsd fs1, 112(sp)
  fsd fs2, 120(sp)
  fsd fs3, 128(sp)
  fsd fs4, 136(sp)
  fsd fs5, 144(sp)
  fsd fs6, 152(sp)
  fsd fs7, 160(sp)
  fsd fs8, 168(sp)
  fsd fs9, 176(sp)
  fsd fs10, 184(sp)
  fsd fs11, 192(sp)
  mv t0, sp
  mv sp, a0
  mv a0, t0
  ld ra, 0(sp)
  ld s0, 8(sp)
  ld s1, 16(sp)
  ld s2, 24(sp)
  ld s3, 32(sp)
  ld s4, 40(sp)
  ld s5, 48(sp)
  ld s6, 56(sp)
  ld s7, 64(sp)
  ld s8, 72(sp)
  ld s9, 80(sp)
  ld s10, 88(sp)
  ld s11, 96(sp)
  fld fs0, 104(sp)
  fld fs1, 112(sp)
  fld fs2, 120(sp)
  fld fs3, 128(sp)
  fld fs4, 136(sp)
  fld fs5, 144(sp)
  fld fs6, 152(sp)
  fld fs7, 160(sp)
  fld fs8, 168(sp)
  fld fs9, 176(sp)
  fld fs10, 184(sp)
  fld fs11, 192(sp)
  addi sp, sp, 208
  ret
  .size wherry_own_jump,.-wherry_own_jump
)");
#define WHERRY_OWN_SWITCH 1

#else
#define WHERRY_OWN_SWITCH 0
#if !WHERRY_HAVE_BOOST_CONTEXT
#error "Fibers on this processor need Boost.Context: apt-get install libboost-context-dev"
#endif
#endif

#if WHERRY_OWN_SWITCH
extern "C" wherry::sys::Transfer wherry_own_jump(void* to, void* data);
#endif

namespace wherry::sys {

#if WHERRY_OWN_SWITCH
namespace {

#if defined(__x86_64__)
// From the bottom: mxcsr and x87 control word, six registers, the entry as return address, and one word as the
// return address of the entry itself, so that the stack is aligned as after a call (ABI 3.2.2).
void* make(void* top, size_t, void (*entry)(Transfer)) {
  constexpr uint64_t float_control_default = 0x0000'037F'0000'1F80;
  auto* frame = reinterpret_cast<uint64_t*>(reinterpret_cast<uintptr_t>(top) & ~uintptr_t{15}) - 9;
  for (int i = 0; i < 9; ++i) frame[i] = 0;
  frame[0] = float_control_default;
  frame[7] = reinterpret_cast<uintptr_t>(entry);
  return frame;
}
#else
void* make(void* top, size_t, void (*entry)(Transfer)) {
  constexpr int words = 26;
  auto* frame = reinterpret_cast<uint64_t*>(reinterpret_cast<uintptr_t>(top) & ~uintptr_t{15}) - words;
  for (int i = 0; i < words; ++i) frame[i] = 0;
  frame[0] = reinterpret_cast<uintptr_t>(entry);
  return frame;
}
#endif

constexpr ContextSwitch own{make, wherry_own_jump};

}  // namespace

const ContextSwitch* const own_switch = &own;
#if !WHERRY_HAVE_BOOST_CONTEXT
const ContextSwitch default_switch = own;
#endif

#else
const ContextSwitch* const own_switch = nullptr;
#endif

}  // namespace wherry::sys
