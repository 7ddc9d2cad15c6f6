// Traps and their frames.
#include <cstring>

#include "capi/internal.h"

using namespace wherry;

namespace {

wherry_trap_kind_t kind_of(abi::Trap trap) {
  switch (trap) {
    case abi::Trap::none:
    case abi::Trap::host_error:
    case abi::Trap::exit: return WHERRY_TRAP_OTHER;
    case abi::Trap::stack_overflow: return WHERRY_TRAP_STACK_OVERFLOW;
    case abi::Trap::out_of_memory: return WHERRY_TRAP_OUT_OF_MEMORY;
    case abi::Trap::out_of_fuel: return WHERRY_TRAP_OUT_OF_FUEL;
    case abi::Trap::deadline: return WHERRY_TRAP_DEADLINE;
    case abi::Trap::interrupted: return WHERRY_TRAP_INTERRUPTED;
    case abi::Trap::exception: return WHERRY_TRAP_EXCEPTION;
    default: return WHERRY_TRAP_GUEST;
  }
}

std::string message_of(const runtime::CallFailure& failure) {
  if (failure.trap == abi::Trap::host_error && failure.error) return failure.error->what;
  if (failure.trap == abi::Trap::exit) return "the guest ended itself with code " + std::to_string(failure.exit_code);
  return std::string(abi::trap_text(failure.trap));
}

const abi::ExceptionObject* exception_of(const wasm_trap_t* trap) {
  const auto& exception = trap->state->exception;
  if (!trap->store || !exception || exception->is_null()) return nullptr;
  return reinterpret_cast<const abi::ExceptionObject*>(trap->store->store->vm().heap + exception->ref());
}

wasm_frame_t* make_frame(wasm_store_t* store, const runtime::Frame& frame) {
  auto instance = frame.vm ? std::make_unique<wasm_instance_t>(store, &runtime::Instance::of(*frame.vm)) : nullptr;
  return new wasm_frame_t{store, frame, std::move(instance)};
}

}  // namespace

namespace wherry::capi {

wasm_trap_t* make_trap(wasm_store_t* store, runtime::CallFailure failure) {
  if (failure.trap == abi::Trap::host_error && store->pending) return store->pending.release();
  auto* trap = new wasm_trap_t(store);
  wasm_trap_t::State& state = *trap->state;
  state.message = message_of(failure);
  state.kind = kind_of(failure.trap);
  state.trap = failure.trap;
  state.frames = failure.trace.frames();
  state.text = runtime::to_text(failure);
  state.exception = std::move(failure.exception);
  return trap;
}

abi::Trap raise(runtime::Caller& caller, wasm_store_t& store, wasm_trap_t* given) {
  std::unique_ptr<wasm_trap_t> trap(given);
  if (trap->state->exception) {
    caller.thread().exception = trap->state->exception->ref();
    return abi::Trap::exception;
  }
  Error error{ErrorKind::unavailable, trap->state->message, ""};
  store.pending = std::move(trap);
  return caller.fail(std::move(error));
}

}  // namespace wherry::capi

wasm_trap_t* wasm_trap_new(wasm_store_t* store, const wasm_message_t* message) {
  auto* trap = new wasm_trap_t(store);
  std::string text = capi::to_string(*message);
  if (!text.empty() && text.back() == '\0') text.pop_back();
  trap->state->message = trap->state->text = std::move(text);
  return trap;
}

void wasm_trap_message(const wasm_trap_t* trap, wasm_message_t* out) { wasm_name_new_from_string_nt(out, trap->state->message.c_str()); }
void wherry_trap_text(const wasm_trap_t* trap, wasm_message_t* out) { wasm_name_new_from_string_nt(out, trap->state->text.c_str()); }
wherry_trap_kind_t wherry_trap_kind(const wasm_trap_t* trap) { return trap->state->kind; }

wasm_frame_t* wasm_trap_origin(const wasm_trap_t* trap) {
  const auto& frames = trap->state->frames;
  return frames.empty() ? nullptr : make_frame(trap->store, frames.front());
}
void wasm_trap_trace(const wasm_trap_t* trap, wasm_frame_vec_t* out) {
  const auto& frames = trap->state->frames;
  wasm_frame_vec_new_uninitialized(out, frames.size());
  for (size_t i = 0; i < frames.size(); ++i) out->data[i] = make_frame(trap->store, frames[i]);
}

void wasm_frame_delete(wasm_frame_t* frame) { delete frame; }
wasm_frame_t* wasm_frame_copy(const wasm_frame_t* frame) { return make_frame(frame->store, frame->frame); }
wasm_instance_t* wasm_frame_instance(const wasm_frame_t* frame) { return frame->instance.get(); }
uint32_t wasm_frame_func_index(const wasm_frame_t* frame) { return frame->frame.function_index; }
size_t wasm_frame_module_offset(const wasm_frame_t* frame) { return frame->frame.offset; }
size_t wasm_frame_func_offset(const wasm_frame_t* frame) {
  if (!frame->instance) return 0;
  const size_t begin = frame->instance->instance->module().wasm().functions[frame->frame.function_index].body.offset;
  return frame->frame.offset < begin ? 0 : frame->frame.offset - begin;
}

wasm_tag_t* wherry_trap_exception_tag(const wasm_trap_t* trap) {
  const abi::ExceptionObject* exception = exception_of(trap);
  return exception ? new wasm_tag_t(trap->store, exception->tag) : nullptr;
}

void wherry_trap_exception_values(const wasm_trap_t* trap, wasm_val_vec_t* out) {
  const abi::ExceptionObject* exception = exception_of(trap);
  if (!exception) return wasm_val_vec_new_empty(out);
  wasm_store_t& store = *trap->store;
  const runtime::FuncType type = store.types().func_type(exception->tag->type);
  const auto* slots = reinterpret_cast<const abi::Slot*>(reinterpret_cast<const uint8_t*>(exception) + abi::exception_values_offset);
  wasm_val_vec_new_uninitialized(out, type.params.size());
  for (size_t i = 0; i < type.params.size(); ++i) {
    const auto value = capi::Value::load(slots, type.params[i], store.is_func(type.params[i]), store.store->roots());
    slots += value.slots();
    out->data[i] = capi::narrow(capi::from(store, value, type.params[i]));
  }
}

wasm_trap_t* wherry_trap_new_exception(wasm_store_t* store, const wasm_tag_t* tag, const wasm_val_vec_t* values) {
  const runtime::FuncType type = store->types().func_type(tag->tag->type);
  if (values->size != type.params.size()) return capi::fail("the number of values is not the tag's"), nullptr;
  std::vector<abi::Slot> slots(tag->tag->value_slots + 1);
  abi::Slot* next = slots.data();
  for (size_t i = 0; i < values->size; ++i) {
    const auto value = capi::into(*store, capi::widen(values->data[i]), type.params[i]);
    if (!value) return capi::fail("a value doesn't have the type that the tag wants"), nullptr;
    value->store(next);
    next += value->slots();
  }
  runtime::Entered entered(*store->store);
  if (entered.failed()) return capi::fail("no value stack could be had"), nullptr;
  const abi::GcRef exception = store->store->vm().builtins->exception_new(entered.thread(), *tag->tag, slots.data());
  if (exception == 0) return capi::fail("the budget of the garbage-collected heap is used up"), nullptr;
  auto* trap = new wasm_trap_t(store);
  trap->state->message = trap->state->text = std::string(abi::trap_text(abi::Trap::exception));
  trap->state->kind = WHERRY_TRAP_EXCEPTION;
  trap->state->trap = abi::Trap::exception;
  trap->state->exception = store->store->value(exception);
  return trap;
}
