#include "runtime/const_expr.h"

#include "abi/gc_layout.h"
#include "runtime/instance.h"
#include "runtime/objects.h"
#include "wasm/body/walk.h"

namespace wherry::runtime {
namespace {

using abi::Slot;
using abi::Trap;

class Evaluator {
 public:
  Evaluator(abi::Thread& thread, Instance& instance, const wasm::ConstExpr& expression)
      : thread_(thread), instance_(instance), types_(instance.module().wasm().types), in_(expression.bytes, expression.offset), bottom_(thread.stack_top) {}
  ~Evaluator() { thread_.stack_top = bottom_; }

  Trap run(Slot* result) {
    for (;;) {
      if (thread_.stack_end - thread_.stack_top < 4) return Trap::stack_overflow;
      const uint32_t code = wasm::body::read_opcode(in_);
      if (code == 0x0B || in_.failed()) break;
      const Trap trap = step(code);
      if (trap != Trap::none) return trap;
    }
    const size_t slots = size_t(thread_.stack_top - bottom_);
    std::memcpy(result, bottom_, slots * sizeof(Slot));
    return Trap::none;
  }

 private:
  void push(Slot value) { *thread_.stack_top++ = value; }
  void push_u64(uint64_t value) { push(Slot{.u64 = value}); }
  Slot pop() { return *--thread_.stack_top; }
  abi::TypeInfo const& info(uint32_t type) const { return *instance_.vm().types[type]; }

  Trap step(uint32_t code) {
    using namespace wasm::body;
    switch (code) {
      case 0x23: return global_get(in_.u32("a global index"));
      case 0x41: return push_u64(uint32_t(in_.s32("a constant"))), Trap::none;
      case 0x42: return push_u64(uint64_t(in_.s64("a constant"))), Trap::none;
      case 0x43: return push_u64(in_.fixed_u32("a constant")), Trap::none;
      case 0x44: return push_u64(in_.fixed_u64("a constant")), Trap::none;
      case 0xFD000C: push_u64(in_.fixed_u64("a constant")); return push_u64(in_.fixed_u64("a constant")), Trap::none;
      case 0xD0: in_.heap_type("a heap type"); return push_u64(0), Trap::none;
      case 0xD2: return ref_func(in_.u32("a function index"));
      case 0x6A: return binary32([](uint32_t a, uint32_t b) { return a + b; });
      case 0x6B: return binary32([](uint32_t a, uint32_t b) { return a - b; });
      case 0x6C: return binary32([](uint32_t a, uint32_t b) { return a * b; });
      case 0x7C: return binary64([](uint64_t a, uint64_t b) { return a + b; });
      case 0x7D: return binary64([](uint64_t a, uint64_t b) { return a - b; });
      case 0x7E: return binary64([](uint64_t a, uint64_t b) { return a * b; });
      case 0xFB0000: return struct_new(in_.u32("a type index"), true);
      case 0xFB0001: return struct_new(in_.u32("a type index"), false);
      case 0xFB0006: return array_new(in_.u32("a type index"), true);
      case 0xFB0007: return array_new(in_.u32("a type index"), false);
      case 0xFB0008: {
        const uint32_t type = in_.u32("a type index");
        return array_new_fixed(type, in_.u32("a count"));
      }
      case 0xFB001C: return push_u64(abi::i31_ref(pop().i32)), Trap::none;
      default: return Trap::none;  // any.convert_extern and extern.convert_any change nothing
    }
  }

  template <typename Operation>
  Trap binary32(Operation operation) {
    const uint32_t b = pop().u32, a = pop().u32;
    return push_u64(operation(a, b)), Trap::none;
  }
  template <typename Operation>
  Trap binary64(Operation operation) {
    const uint64_t b = pop().u64, a = pop().u64;
    return push_u64(operation(a, b)), Trap::none;
  }

  Trap global_get(uint32_t index) {
    const Slot* value = instance_.vm().globals[index];
    push(value[0]);
    if (instance_.module().wasm().globals[index].type.type.is_vector()) push(value[1]);
    return Trap::none;
  }

  Trap ref_func(uint32_t index) {
    Slot slot{.u64 = 0};
    slot.func = instance_.func(index);
    return push(slot), Trap::none;
  }

  Trap struct_new(uint32_t type, bool with_values) {
    const abi::GcRef ref = instance_.store().allocate(info(type).id, 0, info(type).object_bytes);
    if (ref == 0) return Trap::out_of_memory;
    if (with_values) {
      const wasm::SubType& declared = types_[type];
      const abi::GcLayout layout = abi::gc_layout(types_, declared);
      uint32_t slots = 0;
      for (const wasm::FieldType& field : declared.fields) slots += slots_of(field.type);
      const Slot* value = thread_.stack_top -= slots;
      for (size_t i = 0; i < declared.fields.size(); ++i) {
        write_field(object_at(thread_, ref) + layout.field_offsets[i], abi::field_bytes_log2(types_, declared.fields[i].type), value);
        value += slots_of(declared.fields[i].type);
      }
    }
    return push_u64(ref), Trap::none;
  }

  Trap array_new(uint32_t type, bool with_value) {
    const uint32_t length = pop().u32;
    const uint32_t slots = with_value ? slots_of(types_[type].fields[0].type) : 0;
    const abi::GcRef ref = instance_.store().allocate(info(type).id, length, array_bytes(info(type), length));
    if (ref == 0) return Trap::out_of_memory;
    thread_.stack_top -= slots;
    if (with_value) fill(type, ref, length, 0);
    return push_u64(ref), Trap::none;
  }

  Trap array_new_fixed(uint32_t type, uint32_t length) {
    const uint32_t slots = slots_of(types_[type].fields[0].type);
    const abi::GcRef ref = instance_.store().allocate(info(type).id, length, array_bytes(info(type), length));
    if (ref == 0) return Trap::out_of_memory;
    thread_.stack_top -= size_t(slots) * length;
    fill(type, ref, length, slots);
    return push_u64(ref), Trap::none;
  }

  // Elements from the values at the top of the stack, `step` slots from one to the next.
  void fill(uint32_t type, abi::GcRef ref, uint32_t length, uint32_t step) {
    uint8_t* element = object_at(thread_, ref) + info(type).object_bytes;
    const uint8_t log2 = info(type).element_bytes_log2;
    for (uint32_t i = 0; i < length; ++i) write_field(element + (size_t(i) << log2), log2, thread_.stack_top + size_t(i) * step);
  }

  abi::Thread& thread_;
  Instance& instance_;
  const wasm::TypeSection& types_;
  wasm::Reader in_;
  Slot* const bottom_;
};

}  // namespace

Trap evaluate(abi::Thread& thread, Instance& instance, const wasm::ConstExpr& expression, Slot* result) {
  return Evaluator(thread, instance, expression).run(result);
}

}  // namespace wherry::runtime
