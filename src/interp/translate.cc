#include "interp/translate.h"

#include <algorithm>

#include "interp/latch.h"
#include "interp/translator.h"

namespace wherry::interp {

Translator::Translator(ModuleCode& module, uint32_t function)
    : Emitter(module.module()),
      owner_(module),
      type_(module_.function_type(function)),
      function_(function),
      in_(module_.functions[function].body.bytes, module_.functions[function].body.offset) {
  std::vector<body::LocalRun> runs;
  body::read_locals(in_, runs);
  std::vector<Type> params, results;
  for (const wasm::ValType type : type_.params) params.push_back(type_of(type));
  for (const wasm::ValType type : type_.results) results.push_back(type_of(type));
  uint64_t slots = 2 * uint64_t(module.valid_module().operands_max(function)) + 8;
  for (const body::LocalRun& run : runs) slots += uint64_t(run.count) * slots_of(type_of(run.type));
  lay_out(params, results, slots);
  for (const body::LocalRun& run : runs) {
    const Type type = type_of(run.type);
    for (uint32_t i = 0; i < run.count; ++i) add_local(type);
  }
  zero_end_ = next_slot_;
  pushed_.assign(local_types_.size(), none);
  param_slots_ = slots_of_types(type_.params);
  result_slots_ = slots_of_types(type_.results);
  body_offset_ = noted_body_ = module_.functions[function].body.offset;
  Block& whole = blocks_.emplace_back();
  whole.kind = Kind::block;
  whole.base = next_slot_;
  if (module.settings().metered) {
    const wasm::Span& span = module_.functions[function].body;
    charges_ = body::charges(wasm::Reader(span.bytes.subspan(in_.offset() - span.offset), in_.offset()));
  }
}

Translation Translator::run() {
  while (!is_done_) {
    if (!is_reachable_) skip_unreachable();
    instruction_offset_ = in_.offset();
    while (next_charge_ < charges_.size() && charges_[next_charge_].offset < instruction_offset_) ++next_charge_;
    if (next_charge_ < charges_.size() && charges_[next_charge_].offset == instruction_offset_ && is_reachable_) {
      append_trapping(Instruction(control.charge, 16).put(8, charges_[next_charge_++].fuel));
    }
    body::step(in_, *this, reading_);
  }
  tables_.index = function_;
  tables_.code_bytes = position();
  tables_.offsets = std::move(offsets_);
  return {.code = std::move(code_),
          .tables = std::move(tables_),
          .frame_slots = slots_max_ + 2,
          .header = header_,
          .zero_slots = zero_end_ - header_ - header_slots,
          .param_slots = param_slots_,
          .result_slots = result_slots_};
}

uint32_t Translator::slots_of_types(std::span<const wasm::ValType> types) const {
  uint32_t slots = 0;
  for (const wasm::ValType type : types) slots += type.is_vector() ? 2 : 1;
  return slots;
}

// Numbers.

void Translator::unary(uint32_t code, Type result, bool can_trap) {
  if (code == 0x45 && is_last_on_top() && is_int_compare(last_.code)) {  // i32.eqz of a comparison is the opposite one
    const Last compare = retract();
    const auto opposite = [](uint32_t c) {
      const uint32_t base = c >= 0x51 ? 0x51 : 0x46, k = c - base;
      constexpr uint8_t other[] = {1, 0, 8, 9, 6, 7, 4, 5, 2, 3};  // eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
      return base + other[k];
    };
    const uint32_t now = opposite(compare.code);
    const BinaryForms& forms = (now >= 0x51 ? binary_i64_forms : binary_i32_forms)[now];
    const Pair pairs[] = {forms.rr, forms.ri, forms.ar, forms.ai, forms.ra};
    const bool has_wide_immediate = now >= 0x51 && (compare.form == 1 || compare.form == 3);
    Instruction instruction(nullptr, has_wide_immediate ? 24 : 16);
    instruction.put(10, compare.a);
    if (has_wide_immediate) {
      instruction.put(16, compare.bits);
    } else if (compare.form == 1 || compare.form == 3) {
      instruction.put(12, uint32_t(compare.bits));
    } else {
      instruction.put(12, compare.b);
    }
    push_pair(pairs[compare.form], instruction, Type::i32);
    last_.code = now, last_.form = compare.form, last_.a = compare.a, last_.b = compare.b, last_.bits = compare.bits;
    return;
  }
  const UnaryForms& forms = unary_forms[numeric_index(code)];
  const Operand a = take_register();
  const bool in_acc = a.in == Operand::In::acc;
  Instruction instruction(nullptr, 16);
  instruction.put(10, a.slot);
  push_pair(in_acc ? forms.a : forms.r, instruction, result, can_trap);
  if (code == 0x45 || code == 0x50) {
    last_.code = code, last_.form = in_acc ? 2 : 0, last_.a = a.slot;
  }
  canonicalise(code, result);
}

namespace {

constexpr bool is_commutative(uint32_t code) {
  switch (code) {
    case 0x46: case 0x47: case 0x51: case 0x52:              // eq, ne
    case 0x6A: case 0x6C: case 0x71: case 0x72: case 0x73:   // i32: add, mul, and, or, xor
    case 0x7C: case 0x7E: case 0x83: case 0x84: case 0x85:   // i64
      return true;
    default: return false;
  }
}

// The comparison with its operands exchanged, or 0.
constexpr uint32_t exchanged(uint32_t code) {
  if (!is_int_compare(code)) return 0;
  const uint32_t base = code >= 0x51 ? 0x51 : 0x46;
  constexpr uint8_t other[] = {0, 1, 4, 5, 2, 3, 8, 9, 6, 7};
  return base + other[code - base];
}

constexpr bool makes_nans(uint32_t code) {
  return (code >= 0x8D && code <= 0x97) || (code >= 0x9B && code <= 0xA5) || code == 0xB6 || code == 0xBB;
}

}  // namespace

void Translator::canonicalise(uint32_t code, Type result) {
  if (!owner_.settings().deterministic || !makes_nans(code)) return;
  const UnaryForms& forms = result == Type::f32 ? control.canon_f32 : control.canon_f64;
  const Operand a = take_register();
  Instruction instruction(nullptr, 16);
  instruction.put(10, a.slot);
  push_pair(a.in == Operand::In::acc ? forms.a : forms.r, instruction, result);
}

// A sum or difference with a product that has just been computed, operands all in slots.
bool Translator::melt_multiply(uint32_t code, Type type) {
  const bool is_float_op = is_float(type);
  uint32_t add, subtract, multiply;
  const MultiplyForms* forms;
  switch (type) {
    case Type::i32: add = 0x6A, subtract = 0x6B, multiply = 0x6C, forms = &multiply_i32; break;
    case Type::i64: add = 0x7C, subtract = 0x7D, multiply = 0x7E, forms = &multiply_i64; break;
    case Type::f32: add = 0x92, subtract = 0x93, multiply = 0x94, forms = &multiply_f32; break;
    default: add = 0xA0, subtract = 0xA1, multiply = 0xA2, forms = &multiply_f64; break;
  }
  if (code != add && code != subtract) return false;
  if (owner_.settings().deterministic && is_float_op) return false;
  if (!is_product_on_top(multiply) || top(1).where == Value::Where::constant || top(1).where == Value::Where::acc) return false;
  const Last product = last_;
  pop();  // the product
  code_.resize(product.at);
  accumulator(type).mirror = product.mirror;
  const uint16_t c = take_slot();
  Instruction instruction(nullptr, 16);
  instruction.put(10, product.a).put(12, product.b).put(14, c);
  push_pair(code == add ? forms->add : forms->subtract_from, instruction, type);
  return true;
}

// i32.add of something and a value that has just been shifted left by a constant.
bool Translator::melt_scaled(uint32_t code) {
  if (code != 0x6A || !is_last_on_top() || last_.code != 0x74 || last_.form != 1) return false;
  if (top(1).where == Value::Where::constant || top(1).where == Value::Where::acc) return false;
  const Last shift = retract();
  const uint16_t base = take_slot();
  Instruction instruction(nullptr, 16);
  instruction.put(10, base).put(12, shift.a).put(14, uint8_t(shift.bits & 31));
  push_pair(scaled_add, instruction, Type::i32);
  last_.code = scaled_code, last_.form = 0, last_.a = base, last_.b = shift.a, last_.c = uint16_t(shift.bits & 31);
  return true;
}

void Translator::binary(uint32_t code, Type operand, Type result, bool can_trap) {
  if (!is_big_ && (melt_multiply(code, operand) || melt_scaled(code))) return;
  bool exchange = false;
  if (top(1).where == Value::Where::constant) {
    if (top(0).where != Value::Where::constant && (is_commutative(code) || exchanged(code))) {
      exchange = true;
    } else {  // the left operand can't be a constant: write it to its slot, below the right one
      Value& left = top(1);
      copy_to_slot(left, left.slot);
      left.where = Value::Where::slot;
    }
  }
  Operand b = take(), a = take();
  if (exchange) {
    std::swap(a, b);
    if (const uint32_t other = exchanged(code)) code = other;
  }
  const auto& table = operand == Type::i32 ? binary_i32_forms : operand == Type::i64 ? binary_i64_forms : binary_float_forms;
  append_binary(table[code], code, a, b, operand, result, can_trap);
  canonicalise(code, result);
}

void Translator::append_binary(const BinaryForms& forms, uint32_t code, const Operand& a, const Operand& b, Type operand, Type result,
                               bool can_trap) {
  using In = Operand::In;
  const bool wide = is_wide(operand) && b.in == In::constant;
  Instruction instruction(nullptr, wide ? 24 : 16);
  instruction.put(10, a.slot);
  if (b.in == In::constant) {
    if (wide) {
      instruction.put(16, b.bits);
    } else {
      instruction.put(12, uint32_t(b.bits));
    }
  } else {
    instruction.put(12, b.slot);
  }
  uint8_t form;  // both in the accumulator: then both are the same slot, too
  if (a.in == In::acc && (b.in != In::acc || b.has_slot)) {
    form = b.in == In::constant ? 3 : 2;
  } else {
    form = b.in == In::constant ? 1 : b.in == In::acc ? 4 : 0;
  }
  const Pair pairs[] = {forms.rr, forms.ri, forms.ar, forms.ai, forms.ra};
  push_pair(pairs[form], instruction, result, can_trap);
  const bool is_product = code == 0x6C || code == 0x7E || code == 0x94 || code == 0xA2;
  if (is_int_compare(code) || is_float_compare(code) || code == 0x6A || code == 0x7C || code == 0x74 || is_product) {
    last_.code = code, last_.form = form, last_.a = a.slot, last_.b = b.slot, last_.bits = b.bits;
  }
}

// Memory.

bool Translator::is_near(const body::Memarg& memarg) const {
  return memarg.memory == 0 && !is_64(module_.memories[0]) && memarg.offset <= UINT32_MAX;
}

void Translator::load(uint32_t code, const body::Memarg& memarg, Type result) {
  if (!is_near(memarg)) {
    const uint16_t address = take_slot();
    Instruction instruction(nullptr, 32);
    instruction.put(10, address).put(16, memarg.offset).put(24, memarg.memory).put(28, uint8_t(is_64(module_.memories[memarg.memory])));
    push_pair(far_load_forms[code], instruction, result, true);
    return;
  }
  const uint32_t offset = uint32_t(memarg.offset);
  if (is_last_on_top() && last_.code == 0x6A && last_.form == 0) {  // the address is a sum
    const Last sum = retract();
    Instruction instruction(nullptr, 24);
    instruction.put(10, sum.a).put(16, sum.b).put(12, offset);
    push_pair(load_forms[code].rr, instruction, result, true);
    return;
  }
  if (is_last_on_top() && last_.code == scaled_code) {
    const Last sum = retract();
    Instruction instruction(nullptr, 24);
    instruction.put(10, sum.a).put(16, sum.b).put(18, uint8_t(sum.c)).put(12, offset);
    push_pair(scaled_load_forms[code], instruction, result, true);
    return;
  }
  const Operand address = take_register();
  Instruction instruction(nullptr, 16);
  instruction.put(10, address.slot).put(12, offset);
  push_pair(address.in == Operand::In::acc ? load_forms[code].a : load_forms[code].r, instruction, result, true);
}

void Translator::store(uint32_t code, const body::Memarg& memarg, Type type) {
  if (!is_near(memarg)) {
    const uint16_t value = take_slot(), address = take_slot();
    Instruction instruction(far_store_forms[code], 32);
    instruction.put(8, value).put(10, address).put(16, memarg.offset).put(24, memarg.memory);
    append_trapping(instruction.put(28, uint8_t(is_64(module_.memories[memarg.memory]))));
    return;
  }
  if (top(1).where == Value::Where::constant) {
    Value& address = top(1);
    copy_to_slot(address, address.slot);
    address.where = Value::Where::slot;
  }
  if (is_float(type) && top(0).where == Value::Where::acc) {  // no form has both in accumulators
    const uint32_t slot = top(1).where == Value::Where::local ? local_slots_[top(1).local] : top(1).slot;
    if (top(1).where == Value::Where::acc || acc_.mirror == slot) settle(facc_);
  }
  const Operand value = take();
  Operand address = take();
  if (value.in == Operand::In::acc && !value.has_slot && address.in == Operand::In::acc) address.in = Operand::In::slot;
  const bool in_acc = address.in == Operand::In::acc;
  const StoreForms& forms = store_forms[code];
  Instruction instruction(nullptr, value.in == Operand::In::constant ? 24 : 16);
  instruction.put(8, value.slot).put(10, address.slot).put(12, uint32_t(memarg.offset));
  if (value.in == Operand::In::constant) instruction.put(16, value.bits);
  const bool value_in_acc = value.in == Operand::In::acc;
  instruction.put(0, value.in == Operand::In::constant ? (in_acc ? forms.ai : forms.ri)
                     : in_acc                          ? forms.ar
                     : value_in_acc                    ? forms.ra
                                                       : forms.rr);
  append_trapping(instruction);
}

void Translator::atomic(uint32_t number, const char* signature, const body::Memarg& memarg) {
  uint32_t count = 0;
  while (signature[count] != ':') ++count;
  uint16_t slots[3] = {};
  for (uint32_t i = count; i-- > 0;) slots[i] = take_slot();
  settle();
  Instruction instruction(atomic_handlers[number], 32);
  instruction.put(10, slots[0]).put(16, memarg.offset).put(24, memarg.memory).put(28, uint8_t(is_64(module_.memories[memarg.memory])));
  const char result = signature[count + 1];
  if (!result) {
    append_trapping(instruction.put(8, slots[1]));
    return;
  }
  instruction.put(12, slots[1]).put(14, slots[2]);
  acc_.mirror = none;
  push_result(instruction, result == 'i' ? Type::i32 : Type::i64, true);
}

// Vectors.

void Translator::vector(uint32_t number, const char* signature, int lane, const uint8_t* bytes) {
  uint32_t count = 0;
  while (signature[count] != ':') ++count;
  uint16_t slots[3] = {};
  for (uint32_t i = count; i-- > 0;) slots[i] = take_slot();
  const Handler on_ints = vector_int_handlers[number];
  Instruction instruction(on_ints ? on_ints : vector_float_handlers[number], bytes ? 32 : 16);
  for (uint32_t i = 0; i < count; ++i) instruction.put(10 + 2 * int(i), slots[i]);
  if (lane >= 0) instruction.put(14, uint16_t(lane));
  if (bytes) memcpy(instruction.bytes + 16, bytes, 16);
  const char result = signature[count + 1];
  push_result(instruction, result == 'i'   ? Type::i32
                           : result == 'I' ? Type::i64
                           : result == 'f' ? Type::f32
                           : result == 'F' ? Type::f64
                                           : Type::v128);
  if (!owner_.settings().deterministic || result != 'v') return;
  if (const Handler canon = vector_canon(number)) {
    const uint16_t slot = take_slot();
    push_result(Instruction(canon, 16).put(10, slot), Type::v128);
  }
}

void Translator::vector_memory(uint32_t number, const char* signature, const body::Memarg& memarg, int lane) {
  const bool has_result = signature[1] == ':' || signature[3];
  const bool has_vector = signature[1] == 'v';
  const uint16_t vector = has_vector ? take_slot() : 0, address = take_slot();
  const bool near = is_near(memarg);
  Instruction instruction((near ? vector_memory_handlers : vector_far_handlers)[number], near ? (lane >= 0 ? 24 : 16) : 32);
  instruction.put(10, address);
  if (!has_result && lane < 0) instruction.put(8, vector);
  if (near) {
    instruction.put(12, uint32_t(memarg.offset));
    if (lane >= 0) instruction.put(16, vector).put(18, uint8_t(lane));
  } else {
    instruction.put(12, vector).put(16, memarg.offset).put(24, memarg.memory).put(28, uint8_t(is_64(module_.memories[memarg.memory])));
    instruction.put(29, uint8_t(lane >= 0 ? lane : 0));
  }
  if (has_result) {
    push_result(instruction, Type::v128, true);
  } else {
    append_trapping(instruction);
  }
}

// Parametric, variables.

void Translator::select(body::None) {
  const Type type = top(1).type;
  // Constants go to slots first, so that the condition can stay in the accumulator.
  for (uint32_t i = 1; i <= 2; ++i) {
    Value& value = top(i);
    if (value.where != Value::Where::constant) continue;
    copy_to_slot(value, value.slot);
    value.where = Value::Where::slot;
  }
  if (type == Type::v128) {
    const uint16_t condition = take_slot(), b = take_slot(), a = take_slot();
    push_result(Instruction(control.select_vector, 16).put(10, a).put(12, b).put(14, condition), type);
    return;
  }
  const Operand condition = take_register();
  const uint16_t b = take_slot(), a = take_slot();
  const bool in_acc = condition.in == Operand::In::acc;
  Instruction instruction(nullptr, 16);
  instruction.put(10, a).put(12, b).put(14, condition.slot);
  const Pair pair = is_float(type) ? (in_acc ? control.select_float_acc : control.select_float) : (in_acc ? control.select_acc : control.select);
  push_pair(pair, instruction, type);
}

void Translator::local_tee(body::Local local) {
  set_local(local.index);
  push_local(local.index);
}

void Translator::global_get(body::Global global) {
  const Type type = type_of(module_.globals[global.index].type.type);
  Instruction instruction(control.global_get_vector, 16);
  instruction.put(12, global.index);
  if (type == Type::v128) {
    push_result(instruction, type);
  } else {
    push_pair(is_float(type) ? control.global_get_float : control.global_get, instruction, type);
  }
}

void Translator::global_set(body::Global global) {
  const Type type = type_of(module_.globals[global.index].type.type);
  Instruction instruction(control.global_set_vector, 16);
  instruction.put(12, global.index);
  if (type == Type::v128) {
    append(instruction.put(8, take_slot()));
    return;
  }
  const Operand value = take_register();
  const Handler acc = is_float(type) ? control.global_set_facc : control.global_set_acc;
  append(instruction.put(8, value.slot).put(0, value.in == Operand::In::acc ? acc : control.global_set));
}

Translation translate(ModuleCode& module, uint32_t function) { return Translator(module, function).run(); }

}  // namespace wherry::interp
