// Entering the machine, stopping it, and what happens to frames when it stops.
#include "interp/frames.h"
#include "interp/module_code.h"

namespace wherry::interp {
namespace {

#if WHERRY_TAIL_DISPATCH
__attribute__((preserve_none)) Trap exit_handler(const uint8_t*, Slot*, uint8_t*, size_t, uint64_t, Vector, Context*) { return Trap::none; }

Trap dispatch(Registers& r) {
  return handler_at(r.pc)(r.pc, r.sp, r.memory, r.memory_bytes, r.acc, r.facc, r.cx);
}
#else
bool exit_handler(Registers& r) {
  r.cx->trap = Trap::none;
  return false;
}

Trap dispatch(Registers& r) {
  while (handler_at(r.pc)(r)) {
  }
  return r.cx->trap;
}
#endif

// Whether a machine that stopped with `trap` is to run the instruction again.
bool tries_again(Context& cx, size_t& memory_bytes) {
  if (cx.trap == needs_translation) {
    prepare(*cx.untranslated);
    return true;
  }
  if (cx.trap != Trap::memory_out_of_bounds || !cx.memory) return false;
  const size_t bytes = cx.memory->bytes.load(std::memory_order_acquire);
  const bool has_grown = bytes > memory_bytes;
  memory_bytes = bytes;
  return has_grown;
}

struct Place {
  const FunctionTables* function;
  const uint8_t* code;
  uint32_t position;  // of the instruction, or one inside of it
};
Place place_of(const Vm& vm, const uint8_t* pc) {
  Place place{};
  place.function = static_cast<const ModuleCode*>(vm.code)->find(pc, place.code);
  place.position = place.function ? uint32_t(pc - place.code) : 0;
  return place;
}

struct Frame {
  Vm* vm;
  const uint8_t* pc;  // in the instruction that runs or calls
  Slot* sp;
};
// The frame that called `frame`; false: it is the entry's.
bool pop(Frame& frame, const Place& place) {
  const Header header = read_header(frame.sp + place.function->function->header);
  if (header.pc == reinterpret_cast<const uint8_t*>(exit_code)) return false;
  frame = {header.vm, header.pc - 1, header.sp};
  return true;
}

const abi::ExceptionObject& exception_at(const Context& cx, GcRef exception) {
  return *reinterpret_cast<const abi::ExceptionObject*>(cx.store->heap + exception);
}

// The clause that takes an exception of `tag` thrown at `place`, or null.
const CatchClause* find_clause(const Frame& frame, const Place& place, const abi::Tag* tag) {
  for (const CatchClause& clause : place.function->catches) {
    if (place.position < clause.begin || place.position >= clause.end) continue;
    if (clause.kind >= CatchClause::Kind::all || frame.vm->tags[clause.tag] == tag) return &clause;
  }
  return nullptr;
}

// Gives the pending exception to the nearest clause that takes it (4.4.9). False: none of this entry's frames does.
bool catch_exception(Registers& r) {
  Context& cx = *r.cx;
  const GcRef exception = cx.thread->exception;
  const abi::Tag* tag = exception_at(cx, exception).tag;
  Frame frame{cx.vm, cx.pc, cx.sp};
  for (;;) {
    const Place place = place_of(*frame.vm, frame.pc);
    if (const CatchClause* clause = find_clause(frame, place, tag)) {
      Slot* at = frame.sp + clause->slot;
      if (clause->kind <= CatchClause::Kind::tag_ref) {
        const size_t bytes = sizeof(Slot) * tag->value_slots;
        memcpy(at, cx.store->heap + exception + abi::exception_values_offset, bytes);
        at += tag->value_slots;
      }
      if (clause->kind == CatchClause::Kind::tag_ref || clause->kind == CatchClause::Kind::all_ref) at->u64 = exception;
      r.pc = place.code + clause->target;
      r.sp = frame.sp;
      enter_instance(r, frame.vm);
      cx.thread->exception = 0;
      cx.thread->trace.clear();
      return true;
    }
    if (!pop(frame, place)) return false;
  }
}

// Adds this entry's frames to the backtrace.
void trace_frames(const Context& cx) {
  Thread& thread = *cx.thread;
  Frame frame{cx.vm, cx.pc, cx.sp};
  while (thread.trace.size() < thread.trace_frames_max) {
    const Place place = place_of(*frame.vm, frame.pc);
    if (!place.function) return;
    const wasm::Module& module = static_cast<const ModuleCode*>(frame.vm->code)->module();
    const size_t body_offset = module.functions[place.function->index].body.offset;
    thread.trace.push_back({frame.vm, place.function->index, offset_at(*place.function, body_offset, place.position)});
    if (!pop(frame, place)) return;
  }
}

// Runs until the entry's function has returned or something ends it.
Trap run(Registers& r) {
  for (;;) {
    const Trap trap = dispatch(r);
    if (trap == Trap::none) return trap;
    if (trap == Trap::exception && catch_exception(r)) continue;
    trace_frames(*r.cx);
    return trap;
  }
}

}  // namespace

constinit const Handler exit_code[1] = {exit_handler};

#if WHERRY_TAIL_DISPATCH
__attribute__((preserve_none, cold)) Trap stopped(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes, uint64_t acc,
                                                  Vector facc, Context* cx) {
  cx->pc = pc;
  cx->sp = sp;
  size_t bytes = memory_bytes;
  if (!tries_again(*cx, bytes)) return cx->trap;
  [[clang::musttail]] return handler_at(pc)(pc, sp, memory, bytes, acc, facc, cx);
}

__attribute__((preserve_none, cold)) Trap poll_at_branch(const uint8_t* pc, Slot* sp, uint8_t* memory, size_t memory_bytes,
                                                         uint64_t acc, Vector facc, Context* cx) {
  cx->trap = poll_here(*cx, pc, sp);
  if (cx->trap != Trap::none) {
    [[clang::musttail]] return stopped(pc, sp, memory, memory_bytes, acc, facc, cx);
  }
  [[clang::musttail]] return handler_at(pc)(pc, sp, memory, memory_bytes, acc, facc, cx);
}
#else
bool stopped(Registers& r) {
  r.cx->pc = r.pc;
  r.cx->sp = r.sp;
  return tries_again(*r.cx, r.memory_bytes);
}

bool poll_at_branch(Registers& r) {
  r.cx->trap = poll_here(*r.cx, r.pc, r.sp);
  return r.cx->trap == Trap::none || stopped(r);
}
#endif

void enter_vm(Context& cx, Vm* vm) {
  cx.vm = vm;
  cx.globals = vm->globals;
  cx.memory = static_cast<const ModuleCode*>(vm->code)->module().memories.empty() ? nullptr : vm->memories[0];
}

Trap call_host(Context& cx, const abi::Func& callee, Slot* values, Slot* top) {
  if (top > cx.stack_end) return Trap::stack_overflow;
  Thread& thread = *cx.thread;
  Slot* const before = thread.stack_top;
  thread.stack_top = top;
  thread.caller = cx.vm;
  const Trap trap = callee.entry(thread, callee, values);
  thread.stack_top = before;
  return trap;
}

// Runs a service of the runtime that may collect garbage, at an instruction that keeps all of its frame.
static Trap serve(Context& cx, const uint8_t* pc, Slot* sp, Trap (*service)(Thread&)) {
  const Place place = place_of(*cx.vm, pc);
  cx.thread->stack_top = sp + place.function->function->frame_slots;
  return service(*cx.thread);
}
Trap poll_here(Context& cx, const uint8_t* pc, Slot* sp) { return serve(cx, pc, sp, cx.store->builtins->poll); }
Trap out_of_fuel_here(Context& cx, const uint8_t* pc, Slot* sp) { return serve(cx, pc, sp, cx.store->builtins->out_of_fuel); }

Trap entry(Thread& thread, const abi::Func& callee, Slot* values) {
  uint8_t here;
  if (&here < thread.native_limit || thread.depth >= thread.depth_max) return Trap::stack_overflow;
  FuncCode& function = *function_of(callee);
  if (!function.code.load(std::memory_order_acquire)) prepare(function);
  Context cx{};
  cx.thread = &thread;
  cx.store = thread.store;
  cx.stack_end = thread.stack_end;
  cx.interrupt = &thread.store->interrupt;
  Slot* const frame = thread.stack_top;
  if (size_t(thread.stack_end - frame) < function.frame_slots) return Trap::stack_overflow;
  memcpy(frame, values, sizeof(Slot) * function.param_slots);
  Registers r{};
  r.cx = &cx;
  enter_instance(r, callee.vm);
  (void)begin_frame(r, function, frame, {reinterpret_cast<const uint8_t*>(exit_code), frame, callee.vm});
  ++thread.depth;
  const Trap trap = run(r);
  --thread.depth;
  thread.stack_top = frame;
  if (trap == Trap::none) memcpy(values, frame, sizeof(Slot) * function.result_slots);
  return trap;
}

}  // namespace wherry::interp
