// Tier 0's machine: what a handler of an internal instruction sees, and how one hands over to the next.
//
// Code is a row of 8-byte words. An instruction is the address of its handler and then operands at fixed places:
// 16-bit slots of the frame, immediates, 32-bit branch offsets from the instruction's start. Two accumulators, one for
// integers and references and one for floats, hold the result of the last instruction that has one; see forms.h.
//
// A frame in the value stack, from `sp`: parameters (and later the results), from slot FuncCode::header on the caller's
// pc, sp and Vm, then locals and operands. A call's arguments are the first slots of the callee's frame.
//
// Where the compiler guarantees tail calls, a handler jumps to the next one with the machine in registers; elsewhere it
// returns to a loop. The bodies of the handlers are the same.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "abi/builtins.h"
#include "abi/vm.h"

#if defined(__clang__) && (defined(__x86_64__) || defined(__aarch64__)) && __clang_major__ >= 19
#define WHERRY_TAIL_DISPATCH 1
#else
#define WHERRY_TAIL_DISPATCH 0
#endif
#define WHERRY_INLINE __attribute__((always_inline)) inline
#define WHERRY_COLD __attribute__((noinline, cold))

namespace wherry::interp {

using abi::GcRef;
using abi::Slot;
using abi::Thread;
using abi::Trap;
using abi::Vm;

class ModuleCode;

// A function of a module. `code` is null until it is translated; then the other fields are set, and stay.
struct FuncCode {
  std::atomic<const uint8_t*> code{nullptr};
  uint32_t frame_slots = 0;  // the whole frame
  uint32_t header = 0;       // slot of the Header
  uint32_t zero_slots = 0;   // how many slots behind the header begin as zero: the locals
  uint32_t param_slots = 0, result_slots = 0;
  uint32_t index = 0;        // in the module
  ModuleCode* module = nullptr;
};

// In a frame: what its return needs.
struct Header {
  const uint8_t* pc;  // where the caller goes on
  Slot* sp;
  Vm* vm;             // the caller's instance
};
inline constexpr uint32_t header_slots = 3;

// What a body returns instead of a Trap when it wants Context::untranslated translated, and to run again.
inline constexpr Trap needs_translation = Trap(0xFF);

// What one run of the machine, from an entry to its return, keeps in memory.
struct Context {
  Thread* thread;
  abi::StoreVm* store;
  Vm* vm;                    // the running instance, and what is often needed of it
  Slot** globals;
  abi::MemoryVm* memory;     // memory 0, or null
  Slot* stack_end;
  const std::atomic<uint32_t>* interrupt;
  FuncCode* untranslated;    // with needs_translation
  Trap trap = Trap::none;    // why the machine stopped,
  const uint8_t* pc;         // at which instruction,
  Slot* sp;                  // in which frame
};

using Vector = float __attribute__((vector_size(16)));

struct Registers {
  const uint8_t* pc;
  Slot* sp;
  uint8_t* memory;      // base and size of memory 0
  size_t memory_bytes;
  uint64_t acc;
  Vector facc;
  Context* cx;
};

#if WHERRY_TAIL_DISPATCH
using Handler = __attribute__((preserve_none)) Trap (*)(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes,
                                                        uint64_t acc, Vector facc, Context* cx);
#else
using Handler = bool (*)(Registers& r);  // false: the machine stopped
#endif

template <typename T>
WHERRY_INLINE T read(const void* from) {
  T value;
  memcpy(&value, from, sizeof value);
  return value;
}
template <typename T>
WHERRY_INLINE void write(void* to, T value) {
  memcpy(to, &value, sizeof value);
}
template <typename T>
WHERRY_INLINE T field(const Registers& r, int at) {
  return read<T>(r.pc + at);
}
WHERRY_INLINE Slot& slot_at(const Registers& r, int at) { return r.sp[field<uint16_t>(r, at)]; }

WHERRY_INLINE Handler handler_at(const uint8_t* pc) { return read<Handler>(pc); }

// Asks the runtime whether to go on, at the instruction `pc` of the frame `sp`. The slow side of every poll.
WHERRY_COLD Trap poll_here(Context& cx, const uint8_t* pc, Slot* sp);
WHERRY_COLD Trap out_of_fuel_here(Context& cx, const uint8_t* pc, Slot* sp);

// Stops the machine with cx.trap set, or, when memory 0 has grown behind the machine's back, lets it try again.
#if WHERRY_TAIL_DISPATCH
__attribute__((preserve_none, cold)) Trap stopped(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes, uint64_t acc,
                                                  Vector facc, Context* cx);

// A handler from its body: a function of Registers& that moves r.pc on and returns nothing, or a Trap.
template <auto body>
__attribute__((preserve_none)) Trap handle(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes, uint64_t acc,
                                           Vector facc, Context* cx) {
  Registers r{pc, sp, memory, memory_bytes, acc, facc, cx};
  if constexpr (std::is_void_v<decltype(body(r))>) {
    body(r);
  } else if (const Trap trap = body(r); trap != Trap::none) [[unlikely]] {
    cx->trap = trap;
    [[clang::musttail]] return stopped(pc, sp, r.memory, r.memory_bytes, r.acc, r.facc, cx);
  }
  [[clang::musttail]] return handler_at(r.pc)(r.pc, r.sp, r.memory, r.memory_bytes, r.acc, r.facc, r.cx);
}

// A handler of a branch: its body returns whether it is taken, to r.pc + the 32-bit offset at `at`, else it moves r.pc on.
// Two jumps, so that the processor predicts each by itself.
__attribute__((preserve_none, cold)) Trap poll_at_branch(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes,
                                                         uint64_t acc, Vector facc, Context* cx);
template <auto body, int at>
__attribute__((preserve_none)) Trap handle_branch(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes, uint64_t acc,
                                                  Vector facc, Context* cx) {
  Registers r{pc, sp, memory, memory_bytes, acc, facc, cx};
  if (body(r)) {
    const uint8_t* target = pc + read<int32_t>(pc + at);
    if (cx->interrupt->load(std::memory_order_relaxed) != 0) [[unlikely]] {
      [[clang::musttail]] return poll_at_branch(target, sp, memory, memory_bytes, r.acc, r.facc, cx);
    }
    [[clang::musttail]] return handler_at(target)(target, sp, memory, memory_bytes, r.acc, r.facc, cx);
  }
  [[clang::musttail]] return handler_at(r.pc)(r.pc, sp, memory, memory_bytes, r.acc, r.facc, cx);
}
#else
bool stopped(Registers& r);
bool poll_at_branch(Registers& r);

template <auto body>
bool handle(Registers& r) {
  if constexpr (std::is_void_v<decltype(body(r))>) {
    body(r);
  } else {
    const uint8_t* const pc = r.pc;
    Slot* const sp = r.sp;
    if (const Trap trap = body(r); trap != Trap::none) [[unlikely]] {
      r.pc = pc, r.sp = sp, r.cx->trap = trap;
      return stopped(r);
    }
  }
  return true;
}

template <auto body, int at>
bool handle_branch(Registers& r) {
  const uint8_t* const pc = r.pc;
  if (!body(r)) return true;
  r.pc = pc + read<int32_t>(pc + at);
  return r.cx->interrupt->load(std::memory_order_relaxed) == 0 || poll_at_branch(r);
}
#endif

// A handler of a call: as handle, but asks first whether the runtime wants to interrupt.
#if WHERRY_TAIL_DISPATCH
template <auto body>
__attribute__((preserve_none, noinline, cold)) Trap handle_polled(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes,
                                                                  uint64_t acc, Vector facc, Context* cx) {
  cx->trap = poll_here(*cx, pc, sp);
  if (cx->trap != Trap::none) {
    [[clang::musttail]] return stopped(pc, sp, memory, memory_bytes, acc, facc, cx);
  }
  [[clang::musttail]] return handle<body>(pc, sp, memory, memory_bytes, acc, facc, cx);
}
template <auto body>
__attribute__((preserve_none)) Trap handle_call(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes, uint64_t acc,
                                                Vector facc, Context* cx) {
  if (cx->interrupt->load(std::memory_order_relaxed) != 0) [[unlikely]] {
    [[clang::musttail]] return handle_polled<body>(pc, sp, memory, memory_bytes, acc, facc, cx);
  }
  Registers r{pc, sp, memory, memory_bytes, acc, facc, cx};
  if (const Trap trap = body(r); trap != Trap::none) [[unlikely]] {
    cx->trap = trap;
    [[clang::musttail]] return stopped(pc, sp, memory, memory_bytes, acc, facc, cx);
  }
  [[clang::musttail]] return handler_at(r.pc)(r.pc, r.sp, r.memory, r.memory_bytes, r.acc, r.facc, r.cx);
}
#else
template <auto body>
bool handle_call(Registers& r) {
  if (r.cx->interrupt->load(std::memory_order_relaxed) != 0) [[unlikely]] {
    r.cx->trap = poll_here(*r.cx, r.pc, r.sp);
    if (r.cx->trap != Trap::none) return stopped(r);
  }
  return handle<body>(r);
}
#endif

// Reads an operand as T: from a slot whose number stands at `at`, from an accumulator, from the instruction.
template <int at>
struct InSlot {
  static constexpr int bytes = 0;
  template <typename T>
  static WHERRY_INLINE T get(const Registers& r) {
    return read<T>(&slot_at(r, at));
  }
};
struct InAcc {
  template <typename T>
  static WHERRY_INLINE T get(const Registers& r) {
    if constexpr (std::is_same_v<T, float>) {
      return r.facc[0];
    } else if constexpr (std::is_same_v<T, double>) {
      using Doubles = double __attribute__((vector_size(16)));
      return std::bit_cast<Doubles>(r.facc)[0];
    } else {
      return T(r.acc);
    }
  }
};
template <int at>
struct Immediate {
  template <typename T>
  static WHERRY_INLINE T get(const Registers& r) {
    return field<T>(r, at);
  }
};

// Leaves a result in its accumulator and, if `to_slot`, in the slot whose number stands at 8. Slots are always written
// whole, so that reading them whole doesn't wait for two writes.
template <bool to_slot, typename T>
WHERRY_INLINE void put(Registers& r, T value) {
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    if constexpr (std::is_same_v<T, float>) {
      r.facc = Vector{value, 0, 0, 0};
    } else {
      using Doubles = double __attribute__((vector_size(16)));
      r.facc = std::bit_cast<Vector>(Doubles{value, 0});
    }
    if constexpr (to_slot) {
      using Longs = uint64_t __attribute__((vector_size(16)));
      slot_at(r, 8).u64 = std::bit_cast<Longs>(r.facc)[0];
    }
  } else {
    r.acc = uint64_t(std::make_unsigned_t<T>(value));
    if constexpr (to_slot) slot_at(r, 8).u64 = r.acc;
  }
}

// Enters another instance: changes everything that the machine keeps of the running one.
WHERRY_INLINE void load_memory(Registers& r) {
  abi::MemoryVm* const memory = r.cx->memory;
  r.memory = memory ? memory->base : nullptr;
  r.memory_bytes = memory ? memory->bytes.load(std::memory_order_acquire) : 0;
}
void enter_vm(Context& cx, Vm* vm);
WHERRY_INLINE void enter_instance(Registers& r, Vm* vm) {
  enter_vm(*r.cx, vm);
  load_memory(r);
}

// Where an entry's function returns to: stops the machine with Trap::none.
extern const Handler exit_code[1];

}  // namespace wherry::interp
