// What the standard C API (wasm.h) lacks: error texts, limits, fuel, deadlines, the text format, v128, tags, memory64, shared memories and
// custom page sizes. Ownership, threads and errors are as in wasm.h.
#ifndef WHERRY_WHERRY_H
#define WHERRY_WHERRY_H

#include <wasm.h>

#ifdef __cplusplus
extern "C" {
#endif

#define own

// "wherry X.Y.Z".
WASM_API_EXTERN const char* wherry_version(void);

// What went wrong in the last call on this thread that returned null or false: what, where and what to do. Valid until the next call
// into the library on this thread; "" if nothing did.
WASM_API_EXTERN const char* wherry_error_message(void);

// Bytes of a module from its text (WebAssembly text format). False on an error in the text. wasm_module_new takes text too.
WASM_API_EXTERN bool wherry_wat_to_wasm(const wasm_byte_vec_t* text, own wasm_byte_vec_t* out);

// --- Configuration of an engine ---

// Switches off a feature ("simd", "tail-call", …; `wherry version` lists them). False if there is none of that name.
WASM_API_EXTERN bool wherry_config_disable_feature(wasm_config_t*, const char* name);
// Code that charges fuel; without it stores have no fuel.
WASM_API_EXTERN void wherry_config_set_metered(wasm_config_t*, bool metered);
// Results that are the same on every processor, bit by bit: canonical NaNs, fixed relaxed vector instructions.
WASM_API_EXTERN void wherry_config_set_deterministic(wasm_config_t*, bool deterministic);

// How large the value stack of a running guest may become (1 MiB if not set): how deep it may recurse.
WASM_API_EXTERN void wherry_config_set_stack_bytes(wasm_config_t*, uint64_t bytes);

// --- Limits of a store ---

typedef struct wherry_limits_t {
  uint64_t memory_bytes_max;    // of all memories together
  uint64_t table_elements_max;  // of all tables together
  uint64_t heap_bytes_max;      // of the garbage-collected heap
  uint32_t instances_max;
} wherry_limits_t;

// The defaults, to change some of.
WASM_API_EXTERN void wherry_limits_default(wherry_limits_t* out);
// A store with limits. Growth beyond one fails as the specification lets it fail (memory.grow returns -1); creation beyond one is an error.
WASM_API_EXTERN own wasm_store_t* wherry_store_new_with_limits(wasm_engine_t*, const wherry_limits_t*);

// Fuel that is left; guest code that uses it up traps with WHERRY_TRAP_OUT_OF_FUEL. Only with wherry_config_set_metered.
WASM_API_EXTERN void wherry_store_set_fuel(wasm_store_t*, uint64_t fuel);
WASM_API_EXTERN uint64_t wherry_store_fuel(const wasm_store_t*);

// Guest code of this store that still runs after so many milliseconds from now traps with WHERRY_TRAP_DEADLINE: by the wall clock, by
// the processor time of the calling thread. 0: no deadline.
WASM_API_EXTERN void wherry_store_set_deadline_ms(wasm_store_t*, uint64_t wall_ms, uint64_t cpu_ms);
// Makes guest code of this store trap with WHERRY_TRAP_INTERRUPTED at its next loop or call. The one function that may be called
// from any thread, while the store lives.
WASM_API_EXTERN void wherry_store_interrupt(wasm_store_t*);

// --- Traps ---

typedef uint8_t wherry_trap_kind_t;
enum wherry_trap_kind_enum {
  WHERRY_TRAP_OTHER,       // made by wasm_trap_new, or by a host function
  WHERRY_TRAP_GUEST,       // one that the core specification names: unreachable, out of bounds, a failed cast …
  WHERRY_TRAP_STACK_OVERFLOW,
  WHERRY_TRAP_OUT_OF_MEMORY,  // the garbage-collected heap is full
  WHERRY_TRAP_OUT_OF_FUEL,
  WHERRY_TRAP_DEADLINE,
  WHERRY_TRAP_INTERRUPTED,
  WHERRY_TRAP_EXCEPTION,   // an exception that nobody caught
};
WASM_API_EXTERN wherry_trap_kind_t wherry_trap_kind(const wasm_trap_t*);
// The message with its backtrace, a line a frame: function names, offsets, source lines where the module has them. Ends with a zero.
WASM_API_EXTERN void wherry_trap_text(const wasm_trap_t*, own wasm_message_t* out);

// --- Values with v128 ---

// Beside wasm_valkind_enum: the kind of a v128, wherever the standard takes a wasm_valkind_t in a type.
enum { WHERRY_V128 = 4 };

// As wasm_val_t, with room for a v128.
typedef struct wherry_val_t {
  wasm_valkind_t kind;
  union {
    int32_t i32;
    int64_t i64;
    float32_t f32;
    float64_t f64;
    uint8_t v128[16];        // lanes in little-endian order
    struct wasm_ref_t* ref;  // null: the null reference
  } of;
} wherry_val_t;

// A host function whose values may be v128. Returns null, or the trap to raise. References in `args` are borrowed, those left in `results` are given.
typedef own wasm_trap_t* (*wherry_func_callback_t)(void* env, const wherry_val_t* args, size_t arg_count, wherry_val_t* results, size_t result_count);
WASM_API_EXTERN own wasm_func_t* wherry_func_new(wasm_store_t*, const wasm_functype_t*, wherry_func_callback_t, void* env, void (*finalizer)(void*));
WASM_API_EXTERN own wasm_trap_t* wherry_func_call(const wasm_func_t*, const wherry_val_t* args, size_t arg_count, wherry_val_t* results, size_t result_count);

// The quick way for functions whose parameters and results are numbers: they stand in 8-byte slots (the low half for 32 bits), parameters first,
// and the results replace them from the start; `slots` has room for the larger of both. Nothing is checked on the way: ask
// wherry_func_is_numeric once, with the kinds that you mean to pass.
typedef union wherry_slot_t {
  int32_t i32;
  int64_t i64;
  float32_t f32;
  float64_t f64;
} wherry_slot_t;
WASM_API_EXTERN bool wherry_func_is_numeric(const wasm_func_t*, const wasm_valkind_t* params, size_t param_count, const wasm_valkind_t* results, size_t result_count);
WASM_API_EXTERN own wasm_trap_t* wherry_func_call_slots(const wasm_func_t*, wherry_slot_t* slots);

WASM_API_EXTERN own wasm_global_t* wherry_global_new(wasm_store_t*, const wasm_globaltype_t*, const wherry_val_t*);
WASM_API_EXTERN void wherry_global_get(const wasm_global_t*, own wherry_val_t* out);
WASM_API_EXTERN bool wherry_global_set(wasm_global_t*, const wherry_val_t*);

// --- Memories beyond the standard's ---

typedef struct wherry_memory_limits_t {
  uint64_t min_pages;
  uint64_t max_pages;       // UINT64_MAX: none
  bool is_64;               // addresses are i64
  bool is_shared;
  uint8_t page_bytes_log2;  // 16 or 0
} wherry_memory_limits_t;
WASM_API_EXTERN own wasm_memorytype_t* wherry_memorytype_new(const wherry_memory_limits_t*);
WASM_API_EXTERN void wherry_memorytype_limits(const wasm_memorytype_t*, wherry_memory_limits_t* out);
WASM_API_EXTERN uint64_t wherry_memory_size(const wasm_memory_t*);  // pages
WASM_API_EXTERN bool wherry_memory_grow(wasm_memory_t*, uint64_t delta_pages);

// --- Tags ---

WASM_DECLARE_REF(tag)
WASM_API_EXTERN own wasm_tag_t* wasm_tag_new(wasm_store_t*, const wasm_tagtype_t*);
WASM_API_EXTERN own wasm_tagtype_t* wasm_tag_type(const wasm_tag_t*);
WASM_DECLARE_EXTERN(tag)

// The tag of the exception that ended a call (null if the trap is of another kind), and its values.
WASM_API_EXTERN own wasm_tag_t* wherry_trap_exception_tag(const wasm_trap_t*);
WASM_API_EXTERN void wherry_trap_exception_values(const wasm_trap_t*, own wasm_val_vec_t* out);
// The trap that throws an exception into the guest when a host function returns it.
WASM_API_EXTERN own wasm_trap_t* wherry_trap_new_exception(wasm_store_t*, const wasm_tag_t*, const wasm_val_vec_t* values);

#undef own

#ifdef __cplusplus
}
#endif

#endif  // WHERRY_WHERRY_H
