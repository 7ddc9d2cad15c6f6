// What machine code, tier 0 and the runtime agree on: the layout of everything that running guest code touches.
// Plain structs without behaviour. The runtime makes and owns all of them; tiers read them, and write only where it says so.
//
// Values: a Slot is eight bytes. i32 and f32 use the low half (the upper half is unspecified), a v128 takes two
// consecutive slots, a funcref is the address of a Func (0: null), every other reference is a GcRef (0: null).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "abi/trap.h"
#include "base/result.h"

namespace wherry::abi {

struct Func;
struct Vm;
struct Thread;
struct Builtins;

// A reference to anything but a function (core specification 4.2.1): 0 is null; an odd number is an i31, its value in the
// upper 31 bits; an even number is the offset of an object in the store's heap. any.convert_extern and
// extern.convert_any change nothing.
using GcRef = uint32_t;

union Slot {
  int32_t i32;
  uint32_t u32;
  int64_t i64;
  uint64_t u64;
  float f32;
  double f64;
  const Func* func;
  GcRef ref;
};
static_assert(sizeof(Slot) == 8);

constexpr GcRef i31_ref(int32_t value) { return uint32_t(value) << 1 | 1; }
constexpr bool is_i31(GcRef ref) { return ref & 1; }
constexpr int32_t i31_signed(GcRef ref) { return int32_t(ref) >> 1; }
constexpr uint32_t i31_unsigned(GcRef ref) { return ref >> 1; }

// A type as it is known to all modules of one engine: equal types have one TypeInfo, and its id. `Engine` owns them;
// they live as long as a module that uses them. Ids index StoreVm::types.
struct TypeInfo {
  enum class Kind : uint8_t { func, struct_, array, exception, external };
  Kind kind;
  bool is_final;
  uint32_t id;
  uint32_t depth;                // number of supertypes
  const uint32_t* supers;        // ids by depth: supers[depth] == id
  uint32_t param_slots, result_slots;   // func
  uint32_t object_bytes;         // struct: size with header; array: offset of the first element
  uint8_t element_bytes_log2;    // array
  bool elements_are_refs;        // array of GcRef
  const uint32_t* ref_offsets;   // struct: where its GcRefs are, from the object's start
  uint32_t ref_count;
};

constexpr bool is_subtype(const TypeInfo& sub, const TypeInfo& super) {
  return sub.depth >= super.depth && sub.supers[super.depth] == super.id;
}

// Every object in the heap begins with this. `length` counts an array's elements.
// A struct's fields follow with natural alignment, in order (i8 1, i16 2, i32/f32/GcRef 4, i64/f64/funcref 8, v128 16 bytes
// from the object's start); an array's elements start at TypeInfo::object_bytes (8, or 16 for v128).
struct GcHeader {
  uint32_t type;    // TypeInfo id
  uint32_t length;
};

// What follows the header of an exception object: its tag, then its values in slots as for a call.
struct Tag {
  uint32_t type;         // id of its function type
  uint32_t value_slots;  // how many slots an exception's values take
};
struct ExceptionObject {
  GcHeader header;
  const Tag* tag;
  // at offset 16: Slot values[tag->value_slots]
};
inline constexpr size_t exception_values_offset = 16;

// Runs `callee`: reads the parameters from `values` and leaves the results there, from the start; the buffer has room for
// the larger of both. This is the one way into a function from outside its tier, and the way to host functions.
using Entry = Trap (*)(Thread& thread, const Func& callee, Slot* values);

// A function that someone may refer to; a funcref is its address, and that is its identity.
struct Func {
  uint32_t type;          // TypeInfo id
  uint32_t index;         // in its instance's module; host functions: unspecified
  Vm* vm;                 // its instance; null for host functions
  Entry entry;
  const void* body;       // what `entry` needs: tier 0's function, a host function's closure
};

struct MemoryVm {
  uint8_t* base;              // never moves while an instance uses it
  std::atomic<size_t> bytes;  // current size; grows only. Shared memories: other threads may grow it
  bool is_shared;
};

struct TableVm {
  Slot* elements;  // funcref or GcRef
  size_t count;
};

// An instance. The arrays are indexed by the module's index spaces, imports first.
struct Vm {
  struct StoreVm* store;
  MemoryVm** memories;
  TableVm** tables;
  Slot** globals;                    // v128 takes two slots
  const Func** imported_functions;   // by function index; only the imports
  const TypeInfo* const* types;      // by the module's type index
  const Tag** tags;
  void* instance;                    // runtime::Instance, opaque to tiers
  const void* code;                  // the tier's shared code of the module (tier 0: interp::Code)
};

// What all instances of a store share.
struct StoreVm {
  const Builtins* builtins;
  const TypeInfo* const* types;      // by id; never moves
  uint8_t* heap;                     // the GC heap's base; null until first used. Never moves then
  std::atomic<uint32_t> interrupt;   // not 0: tiers call builtins->poll at the next back edge or call
  int64_t fuel;                      // what is left; metered code subtracts, and calls builtins->out_of_fuel below 0
  bool metered;                      // the store's code was made with metering
};

// One frame of a backtrace, innermost first.
struct TraceFrame {
  const Vm* vm;       // null: a host function
  uint32_t function;  // index in the module
  size_t offset;      // of the instruction in the module's file
};

// A line of execution in a store: the guest's value stack and what is pending. One native stack (or fiber) each.
struct Thread {
  StoreVm* store;
  Slot* stack_begin;     // the value stack: slots and frames of tier 0 …
  Slot* stack_end;       // … end before this
  Slot* stack_top;       // first free slot. A tier sets it before it calls out (host functions, builtins that may
                         // collect garbage or re-enter) and finds it unchanged afterwards. The collector scans
                         // stack_begin … stack_top conservatively.
  const uint8_t* native_limit;  // host stack must stay above this address; tiers check where they recurse natively
  Vm* caller;            // set by a tier before it calls a host function: the instance that calls
  uint32_t depth;        // of nested entries into guest code
  uint32_t depth_max;

  GcRef exception;       // with Trap::exception
  int32_t exit_code;     // with Trap::exit
  std::unique_ptr<Error> error;   // with Trap::host_error
  std::vector<TraceFrame> trace;  // filled while a trap unwinds; each entry appends its own frames
  uint32_t trace_frames_max = 64;
  void* owner;           // runtime's own
};

}  // namespace wherry::abi
