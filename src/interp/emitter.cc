#include "interp/emitter.h"

#include <algorithm>

#include "abi/gc_layout.h"

namespace wherry::interp {
namespace {

constexpr uint32_t near_max = 0xFFFF;
constexpr uint32_t scratch_slots = 16;  // eight operands of two slots

void append_leb(std::vector<uint8_t>& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(uint8_t(value) | 0x80);
  out.push_back(uint8_t(value));
}

}  // namespace

Type Emitter::type_of(wasm::ValType type) const {
  switch (type.kind()) {
    case wasm::Kind::i8:
    case wasm::Kind::i16:
    case wasm::Kind::i32: return Type::i32;
    case wasm::Kind::i64: return Type::i64;
    case wasm::Kind::f32: return Type::f32;
    case wasm::Kind::f64: return Type::f64;
    case wasm::Kind::v128: return Type::v128;
    default: return abi::is_gc_ref(module_.types, type) ? Type::gc : Type::func;
  }
}

void Emitter::lay_out(std::span<const Type> params, std::span<const Type> results, uint64_t local_slots_and_operands_max) {
  uint32_t param_slots = 0, result_slots = 0;
  for (const Type type : results) result_slots += slots_of(type);
  for (const Type type : params) {
    local_types_.push_back(type);
    local_slots_.push_back(param_slots);
    param_slots += slots_of(type);
  }
  header_ = std::max(param_slots, result_slots);
  next_slot_ = header_ + header_slots;
  is_big_ = next_slot_ + local_slots_and_operands_max > near_max;
  if (is_big_) {
    scratch_ = next_slot_;
    next_slot_ += scratch_slots;
  }
  slots_max_ = next_slot_;
}

void Emitter::add_local(Type type) {
  local_types_.push_back(type);
  local_slots_.push_back(next_slot_);
  next_slot_ += slots_of(type);
  slots_max_ = next_slot_;
}

uint32_t Emitter::append(const Instruction& instruction) {
  const uint32_t at = position();
  code_.insert(code_.end(), instruction.bytes, instruction.bytes + instruction.size);
  last_.kind = Last::Kind::none;
  return at;
}

void Emitter::note() {
  append_leb(offsets_, position() - noted_code_);
  append_leb(offsets_, instruction_offset_ - noted_body_);
  noted_code_ = position();
  noted_body_ = instruction_offset_;
}

void Emitter::push(Value::Where where, Type type, uint64_t bits) {
  stack_.push_back({where, type, next_slot_, none, none, bits});
  next_slot_ += slots_of(type);
  if (next_slot_ > slots_max_) slots_max_ = next_slot_;
}

void Emitter::push_local(uint32_t local) {
  push(Value::Where::local, local_types_[local]);
  stack_.back().local = local;
  stack_.back().previous = pushed_[local];
  pushed_[local] = height() - 1;
}

Value Emitter::pop() {
  const Value value = stack_.back();
  stack_.pop_back();
  next_slot_ = value.slot;
  if (value.where == Value::Where::local) pushed_[value.local] = value.previous;
  if (value.where == Value::Where::acc) accumulator(value.type).value = none;
  if (flushed_ > stack_.size()) flushed_ = height();
  return value;
}

void Emitter::drop_to(uint32_t height) {
  while (stack_.size() > height) pop();
}

void Emitter::written(uint32_t slot) {
  if (acc_.mirror == slot) acc_.mirror = none;
  if (facc_.mirror == slot) facc_.mirror = none;
}

void Emitter::settle(Accumulator& accumulator) {
  if (accumulator.value == none) return;
  Value& value = stack_[accumulator.value];
  const uint16_t slot = uint16_t(value.slot);
  memcpy(code_.data() + accumulator.producer, &accumulator.slot_form, sizeof(Handler));
  memcpy(code_.data() + accumulator.producer + 8, &slot, sizeof slot);
  if (last_.kind == Last::Kind::pair && last_.at == accumulator.producer) last_.kind = Last::Kind::slot;
  written(value.slot);
  value.where = Value::Where::slot;
  accumulator.value = none;
  accumulator.mirror = value.slot;
}

void Emitter::settle() {
  settle(acc_);
  settle(facc_);
}

void Emitter::forget() {
  settle();
  acc_.mirror = facc_.mirror = none;
  last_.kind = Last::Kind::none;
  melted_.end = none;
}

void Emitter::copy_to_slot(const Value& value, uint32_t to) {
  const bool is_far = to > near_max;
  uint32_t from = value.slot;
  switch (value.where) {
    case Value::Where::constant:
      if (is_far) {
        append(Instruction(control.const_far, 24).put(8, to).put(16, value.bits));
      } else if (value.bits >> 32 == 0) {
        append(Instruction(control.const32, 16).put(8, uint16_t(to)).put(12, uint32_t(value.bits)));
      } else {
        append(Instruction(control.const64, 24).put(8, uint16_t(to)).put(16, value.bits));
      }
      written(to);
      return;
    case Value::Where::acc:
      append(Instruction(is_float(value.type) ? control.set_facc : control.set_acc, 16).put(8, uint16_t(to)));
      written(to);
      return;
    case Value::Where::local:
      from = local_slots_[value.local];
      break;
    case Value::Where::slot: break;
  }
  if (from == to) return;
  const bool is_vector = value.type == Type::v128;
  if (is_far || from > near_max) {
    append(Instruction(is_vector ? control.copy_vector_far : control.copy_far, 16).put(8, to).put(12, from));
  } else if (!is_vector && accumulator(value.type).mirror == from) {
    append(Instruction(is_float(value.type) ? control.set_facc : control.set_acc, 16).put(8, uint16_t(to)));
  } else {
    append(Instruction(is_vector ? control.copy_vector : control.copy, 16).put(8, uint16_t(to)).put(10, uint16_t(from)));
  }
  written(to);
  if (is_vector) written(to + 1);
}

void Emitter::materialise_top(uint32_t count) {
  settle();
  for (uint32_t i = height() - count; i < height(); ++i) copy_to_slot(stack_[i], stack_[i].slot);
}

void Emitter::settle_top(uint32_t count) {
  settle();
  // From the top, so that the lists of pushed locals shorten in their order.
  for (uint32_t i = height(); i-- > height() - count;) {
    Value& value = stack_[i];
    if (value.where == Value::Where::slot) continue;
    copy_to_slot(value, value.slot);
    if (value.where == Value::Where::local) pushed_[value.local] = value.previous;
    value.where = Value::Where::slot;
  }
}

void Emitter::flush_locals() {
  for (uint32_t i = flushed_; i < height(); ++i) {
    Value& value = stack_[i];
    if (value.where != Value::Where::local) continue;
    copy_to_slot(value, value.slot);
    pushed_[value.local] = none;
    value.where = Value::Where::slot;
  }
  flushed_ = height();
}

void Emitter::detach(uint32_t local) {
  for (uint32_t i = pushed_[local]; i != none; i = stack_[i].previous) {
    copy_to_slot(stack_[i], stack_[i].slot);
    stack_[i].where = Value::Where::slot;
  }
  pushed_[local] = none;
}

uint16_t Emitter::near(uint32_t slot, Type type) {
  if (slot <= near_max) return uint16_t(slot);
  const uint32_t scratch = scratch_ + scratch_turn_;
  scratch_turn_ = (scratch_turn_ + 2) % scratch_slots;
  append(Instruction(type == Type::v128 ? control.copy_vector_far : control.copy_far, 16).put(8, scratch).put(12, slot));
  return uint16_t(scratch);
}

Operand Emitter::take() {
  const Value value = pop();
  switch (value.where) {
    case Value::Where::constant: return {Operand::In::constant, 0, false, value.bits};
    case Value::Where::acc: return {Operand::In::acc};
    default: break;
  }
  const uint32_t slot = value.where == Value::Where::local ? local_slots_[value.local] : value.slot;
  const bool is_mirrored = value.type != Type::v128 && accumulator(value.type).mirror == slot;
  return {is_mirrored ? Operand::In::acc : Operand::In::slot, near(slot, value.type), true};
}

Operand Emitter::take_register() {
  if (top().where == Value::Where::constant) settle_top(1);
  return take();
}

uint16_t Emitter::take_slot() {
  if (top().where == Value::Where::acc || top().where == Value::Where::constant) settle_top(1);
  return take().slot;
}

void Emitter::push_pair(Pair pair, Instruction instruction, Type result, bool can_trap) {
  Accumulator& acc = accumulator(result);
  settle(acc);
  const uint32_t mirror = acc.mirror;
  if (can_trap) note();
  acc.mirror = none;
  if (is_big_) {
    const uint32_t to = next_slot_, near_to = to <= near_max ? to : scratch_;
    append(instruction.put(0, pair.slot).put(8, uint16_t(near_to)));
    push_slot(result);
    if (near_to != to) append(Instruction(control.copy_far, 16).put(8, to).put(12, near_to));
    return;
  }
  const uint32_t at = append(instruction.put(0, pair.acc));
  push(Value::Where::acc, result);
  acc.value = height() - 1;
  acc.producer = at;
  acc.slot_form = pair.slot;
  last_ = {.kind = Last::Kind::pair, .at = at, .mirror = mirror};
}

void Emitter::push_result(Instruction instruction, Type result, bool can_trap) {
  if (can_trap) note();
  const uint32_t to = next_slot_, near_to = to + 1 <= near_max ? to : scratch_;
  const uint32_t at = append(instruction.put(8, uint16_t(near_to)));
  push_slot(result);
  written(to);
  written(to + 1);
  if (near_to != to) {
    append(Instruction(result == Type::v128 ? control.copy_vector_far : control.copy_far, 16).put(8, to).put(12, near_to));
  } else if (!is_big_) {
    last_ = {.kind = Last::Kind::slot, .at = at};
  }
}

// local.set: the last instruction may write straight into the local.
void Emitter::set_local(uint32_t local) {
  const uint32_t to = local_slots_[local];
  if (top().where == Value::Where::local && top().local == local) {
    pop();
    return;
  }
  if (pushed_[local] != none) detach(local);
  const Value value = top();
  const bool is_last = last_.kind != Last::Kind::none && !is_big_ && to <= near_max;
  if (value.where == Value::Where::acc) {
    Accumulator& acc = accumulator(value.type);
    const bool melts = is_last && last_.kind == Last::Kind::pair && acc.producer == last_.at;
    if (melts) {
      const uint16_t slot = uint16_t(to);
      memcpy(code_.data() + acc.producer, &acc.slot_form, sizeof(Handler));
      memcpy(code_.data() + acc.producer + 8, &slot, sizeof slot);
      if (last_.code == 0x6A || last_.code == 0x7C) {
        melted_ = {last_.at, position(), last_.code, to, last_.form, last_.a, last_.b, last_.bits};
      }
      last_.kind = Last::Kind::none;
      written(to);
    } else {
      copy_to_slot(value, to);
    }
    pop();
    acc.mirror = to;
    return;
  }
  if (value.where == Value::Where::slot && is_last && last_.kind == Last::Kind::slot &&
      memcmp(code_.data() + last_.at + 8, &value.slot, 2) == 0) {
    const uint16_t slot = uint16_t(to);
    memcpy(code_.data() + last_.at + 8, &slot, sizeof slot);
    last_.kind = Last::Kind::none;
    written(value.slot);
    written(to);
    written(to + 1);
    pop();
    return;
  }
  copy_to_slot(value, to);
  pop();
}

Emitter::Last Emitter::retract() {
  const Last last = last_;
  pop();
  code_.resize(last.at);
  acc_.mirror = last.mirror;
  last_.kind = Last::Kind::none;
  return last;
}

}  // namespace wherry::interp
