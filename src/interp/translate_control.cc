// Blocks, branches, calls and exceptions.
#include <algorithm>

#include "interp/latch.h"
#include "interp/translator.h"

namespace wherry::interp {
namespace {

// More values than this are moved by one instruction.
constexpr size_t single_moves_max = 4;

// Skips instructions that can't be reached, up to the else or end of the block that they are in.
class Skipper : public body::Ignore {
 public:
  uint32_t depth = 0;
  void block(const body::BlockType&) { ++depth; }
  void loop(const body::BlockType&) { ++depth; }
  void if_(const body::BlockType&) { ++depth; }
  void try_table(const body::TryTable&) { ++depth; }
  void end(body::None) { --depth; }
};

}  // namespace

// Blocks.

Translator::BlockTypes Translator::types_of(const body::BlockType& type) const {
  if (type.form == body::BlockType::Form::empty) return {};
  if (type.form == body::BlockType::Form::value) return {{}, {&type.value, 1}};
  const wasm::SubType& function = module_.types[type.index];
  return {function.params, function.results};
}

Translator::BlockTypes Translator::types_of(const Block& block) const {
  if (is_function(block)) return {{}, type_.results};
  return types_of(block.type);
}

std::span<const wasm::ValType> Translator::label_types(const Block& block) const {
  const BlockTypes types = types_of(block);
  return block.kind == Kind::loop ? types.params : types.results;
}

// Locals that are pushed but not read yet must be read before the block may write them, on whatever way.
void Translator::open(Kind kind, const body::BlockType& type) {
  flush_locals();
  const BlockTypes types = types_of(type);
  settle_top(uint32_t(types.params.size()));
  Block& block = blocks_.emplace_back();
  block.kind = kind;
  block.type = type;
  block.height = height() - uint32_t(types.params.size());
  block.base = types.params.empty() ? next_slot_ : stack_[block.height].slot;
}

void Translator::loop(const body::BlockType& type) {
  open(Kind::loop, type);
  forget();
  blocks_.back().loop_position = position();
}

void Translator::if_(const body::BlockType& type) {
  const BlockTypes types = types_of(type);
  const Condition condition = pop_condition();
  open(Kind::if_, type);
  const Site site = append_condition(condition, false);
  add_fixup(blocks_.back().else_fixup, site);
  (void)types;
}

void Translator::else_(body::None) {
  Block& block = blocks_.back();
  const BlockTypes types = types_of(block);
  if (is_reachable_) {
    settle_top(uint32_t(types.results.size()));
    forget();
    link(block, append_br());
  }
  drop_to(block.height);
  forget();
  bind(block.else_fixup);
  block.else_fixup = none;
  for (const wasm::ValType type : types.params) push_slot(type_of(type));
  is_reachable_ = true;
}

void Translator::end(body::None) {
  if (blocks_.size() == 1) {
    end_function();
    return;
  }
  Block& block = blocks_.back();
  const BlockTypes types = types_of(block);
  const bool has_no_else = block.else_fixup != none;
  const bool is_joined = block.is_targeted || has_no_else;
  if (is_reachable_ && is_joined) settle_top(uint32_t(types.results.size()));
  if (is_joined) {
    forget();
    bind(block.else_fixup);
    bind(block.fixups);
  }
  if (block.kind == Kind::try_table) {
    for (size_t i = block.first_clause; i < open_clauses_.size(); ++i) {
      open_clauses_[i].end = position();
      tables_.catches.push_back(open_clauses_[i]);
    }
    open_clauses_.resize(block.first_clause);
    last_.kind = Last::Kind::none;
  }
  if (is_joined || !is_reachable_) {
    drop_to(block.height);
    for (const wasm::ValType type : types.results) push_slot(type_of(type));
  }
  is_reachable_ = is_reachable_ || is_joined;
  blocks_.pop_back();
}

void Translator::end_function() {
  if (is_reachable_) return_values();
  is_done_ = true;
}

void Translator::become_unreachable() {
  drop_to(blocks_.back().height);
  forget();
  is_reachable_ = false;
}

void Translator::skip_unreachable() {
  Skipper skipper;
  for (;;) {
    const uint8_t next = in_.peek();
    if (skipper.depth == 0 && (next == 0x05 || next == 0x0B)) return;
    body::step(in_, skipper, reading_);
  }
}

void Translator::unreachable(body::None) {
  append_trapping(Instruction(control.trap, 16).put(8, Trap::unreachable));
  become_unreachable();
}

// Branches.

void Translator::add_fixup(uint32_t& list, Site site) {
  fixups_.push_back({site.field, site.from, list});
  list = uint32_t(fixups_.size()) - 1;
}

void Translator::link(Block& block, Site site) {
  if (block.kind == Kind::loop) {
    const int32_t offset = int32_t(block.loop_position) - int32_t(site.from);
    memcpy(code_.data() + site.field, &offset, sizeof offset);
    return;
  }
  block.is_targeted = true;
  add_fixup(block.fixups, site);
}

void Translator::bind(uint32_t& list) {
  for (; list != none; list = fixups_[list].next) bind_here({fixups_[list].field, fixups_[list].from});
}

void Translator::bind_here(Site site) {
  const int32_t offset = int32_t(position()) - int32_t(site.from);
  memcpy(code_.data() + site.field, &offset, sizeof offset);
  last_.kind = Last::Kind::none;
  melted_.end = none;
}

Translator::Site Translator::append_br() {
  const uint32_t at = append(Instruction(control.br, 16));
  return {at + 12, at};
}

// Whether the label's values, now on top, have to be moved to where the label expects them.
bool Translator::needs_moves(const Block& block) {
  const uint32_t count = uint32_t(label_types(block).size());
  if (count == 0) return false;
  if (count > single_moves_max) settle_top(count);
  uint32_t to = block.base;
  for (uint32_t i = height() - count; i < height(); ++i) {
    Value& value = stack_[i];
    if (value.where == Value::Where::acc && value.slot == to) settle(accumulator(value.type));
    if (value.where != Value::Where::slot || value.slot != to) return true;
    to += slots_of(value.type);
  }
  return false;
}

void Translator::move(const Block& block) {
  const uint32_t count = uint32_t(label_types(block).size());
  if (count == 0) return;
  const uint32_t first = height() - count;
  uint32_t to = block.base;
  if (count > single_moves_max) {
    settle_top(count);
    const uint32_t slots = next_slot_ - stack_[first].slot;
    if (stack_[first].slot == to) return;
    append(Instruction(control.copy_span, 24).put(8, to).put(12, stack_[first].slot).put(16, slots));
    acc_.mirror = facc_.mirror = none;
    return;
  }
  for (uint32_t i = first; i < height(); ++i) {
    copy_to_slot(stack_[i], to);
    to += slots_of(stack_[i].type);
  }
}

void Translator::take_branch(uint32_t depth) {
  Block& block = label(depth);
  if (is_function(block)) {
    return_values();
    return;
  }
  if (needs_moves(block)) move(block);
  settle();
  link(block, append_br());
}

// A branch that is taken if the condition holds; `emit(when)` appends one that is taken when it is `when`.
template <typename EmitBranch>
void Translator::branch_if(uint32_t depth, EmitBranch emit) {
  Block& block = label(depth);
  if (!is_function(block) && !needs_moves(block)) {
    link(block, emit(true));
    return;
  }
  if (is_function(block) && type_.results.size() > single_moves_max) settle_top(uint32_t(type_.results.size()));
  const Site skip = emit(false);
  const Accumulator acc = acc_, facc = facc_;
  take_branch(depth);
  // On the other way nothing was moved; but what was settled on the way here stays.
  if (acc_.value == acc.value) acc_.mirror = acc.mirror;
  if (facc_.value == facc.value) facc_.mirror = facc.mirror;
  bind_here(skip);
}

Translator::Condition Translator::pop_condition() {
  Condition condition;
  const bool is_compare = is_int_compare(last_.code) || is_float_compare(last_.code) || last_.code == 0x45 || last_.code == 0x50;
  if (is_last_on_top() && is_compare) {
    condition.compare = retract();
    if (condition.compare.code == 0x45 || condition.compare.code == 0x50) {
      condition.operand = {condition.compare.form == 2 ? Operand::In::acc : Operand::In::slot, condition.compare.a, true};
      condition.is_wide = condition.compare.code == 0x50;
      condition.is_inverted = true;
      condition.compare.code = 0;
    }
    return condition;
  }
  condition.compare.code = 0;
  condition.operand = take_register();
  return condition;
}

// The comparison of a sum that the instruction before wrote to a local: both become one instruction.
bool Translator::append_latch(const Last& compare, uint32_t code, Site& site) {
  const bool is_64 = code >= 0x51;
  if (!has_melted() || (compare.form != 2 && compare.form != 3) || melted_.code != (is_64 ? 0x7C : 0x6A)) return false;
  if (compare.mirror != melted_.local_slot || melted_.form > 1) return false;
  const bool b_constant = melted_.form == 1, c_constant = compare.form == 3;
  const auto fits = [](uint64_t bits) { return int64_t(int32_t(bits)) == int64_t(bits); };
  if (is_64 && ((b_constant && !fits(melted_.bits)) || (c_constant && !fits(compare.bits)))) return false;
  if (!c_constant && compare.b == melted_.local_slot) return false;
  const LatchForms& forms = (is_64 ? latch_i64_forms[code - 0x51] : latch_i32_forms[code - 0x46]);
  const Handler handler = b_constant ? (c_constant ? forms.ii : forms.is) : (c_constant ? forms.si : forms.ss);
  Instruction instruction(handler, 24);
  instruction.put(8, uint16_t(melted_.local_slot)).put(10, melted_.a);
  instruction.put(16, b_constant ? uint32_t(melted_.bits) : melted_.b).put(20, c_constant ? uint32_t(compare.bits) : compare.b);
  code_.resize(melted_.at);
  const uint32_t at = append(instruction);
  site = {at + 12, at};
  return true;
}

Translator::Site Translator::append_condition(const Condition& condition, bool when) {
  if (condition.compare.code == 0) {
    const bool in_acc = condition.operand.in == Operand::In::acc, nonzero = when != condition.is_inverted;
    const Handler handlers[] = {control.br_z32, control.br_z32_acc, control.br_nz32, control.br_nz32_acc,
                                control.br_z64, control.br_z64_acc, control.br_nz64, control.br_nz64_acc};
    const uint32_t at = append(Instruction(handlers[condition.is_wide * 4 + nonzero * 2 + in_acc], 16).put(8, condition.operand.slot));
    return {at + 12, at};
  }
  const Last& compare = condition.compare;
  uint32_t code = compare.code;
  const BranchForms* forms;
  if (is_float_compare(code)) {
    forms = &(when ? branch_float_forms : unless_float_forms)[code];
  } else {
    if (!when) {
      const uint32_t base = code >= 0x51 ? 0x51 : 0x46;
      constexpr uint8_t opposite[] = {1, 0, 8, 9, 6, 7, 4, 5, 2, 3};  // eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
      code = base + opposite[code - base];
    }
    if (Site site; append_latch(compare, code, site)) return site;
    forms = &branch_int_forms[code];
  }
  const Handler handlers[] = {forms->rr, forms->ri, forms->ar, forms->ai, forms->ra};
  const bool has_immediate = compare.form == 1 || compare.form == 3;
  Instruction instruction(handlers[compare.form], has_immediate ? 24 : 16);
  instruction.put(8, compare.a).put(10, compare.b);
  if (has_immediate) instruction.put(16, compare.bits);
  const uint32_t at = append(instruction);
  return {at + 12, at};
}

void Translator::br(body::Label label) {
  take_branch(label.depth);
  become_unreachable();
}

void Translator::br_if(body::Label label) {
  const Condition condition = pop_condition();
  branch_if(label.depth, [&](bool when) { return append_condition(condition, when); });
}

// Labels that need moves, and returns, get a piece of code each behind the table, once.
void Translator::br_table(const body::BrTable& table) {
  const Operand index = take_register();
  const uint32_t count = uint32_t(table.labels.size());
  const auto depth_at = [&](uint32_t i) { return i < count ? table.labels[i] : table.otherwise; };
  std::map<uint32_t, bool> needs;
  for (uint32_t i = 0; i <= count; ++i) {
    const uint32_t depth = depth_at(i);
    if (!needs.contains(depth)) needs[depth] = is_function(label(depth)) || needs_moves(label(depth));
  }
  settle();
  Instruction head(index.in == Operand::In::acc ? control.br_table_acc : control.br_table, 16);
  note();
  const uint32_t at = append(head.put(8, index.slot).put(12, count));
  code_.resize(code_.size() + (size_t(count) + 2) / 2 * 8);
  std::map<uint32_t, uint32_t> pieces;  // fixups by depth
  for (uint32_t i = 0; i <= count; ++i) {
    const uint32_t depth = depth_at(i);
    const Site site{at + 16 + 4 * i, at};
    if (needs[depth]) {
      uint32_t& list = pieces.try_emplace(depth, none).first->second;
      add_fixup(list, site);
    } else {
      link(label(depth), site);
    }
  }
  acc_.mirror = facc_.mirror = none;
  for (auto& [depth, list] : pieces) {
    bind(list);
    take_branch(depth);
  }
  become_unreachable();
}

void Translator::return_(body::None) {
  return_values();
  become_unreachable();
}

// Returns the values on top, and leaves them there.
void Translator::return_values() {
  const uint32_t count = uint32_t(type_.results.size());
  Instruction instruction(control.return_none, 16);
  instruction.put(10, uint16_t(header_));
  if (count == 1) {
    const Value value = top();
    const uint32_t slot = value.where == Value::Where::local ? local_slots_[value.local] : value.slot;
    if (value.where == Value::Where::constant && value.type != Type::v128) {
      Instruction constant(control.return_const, 24);
      append(constant.put(10, uint16_t(header_)).put(16, value.bits));
    } else if (value.where == Value::Where::acc) {
      append(instruction.put(0, is_float(value.type) ? control.return_facc : control.return_acc));
    } else if (value.type == Type::v128) {
      append(instruction.put(0, control.return_vector).put(8, near(slot, value.type)));
    } else {
      append(instruction.put(0, control.return_slot).put(8, near(slot, value.type)));
    }
    return;
  }
  if (count > 1) {
    // The results overwrite parameters, which may be results themselves: all go to their own slots first.
    const uint32_t first = height() - count;
    materialise_top(count);
    append(Instruction(control.copy_span, 24).put(8, uint32_t(0)).put(12, stack_[first].slot).put(16, next_slot_ - stack_[first].slot));
  }
  append(instruction);
}

// Calls.

// Puts the arguments into their slots. Returns the first one; `top_slot` is behind arguments and results.
uint32_t Translator::call_base(const wasm::SubType& type, uint32_t& top_slot) {
  const uint32_t count = uint32_t(type.params.size());
  materialise_top(count);
  const uint32_t base = count ? stack_[height() - count].slot : next_slot_;
  const uint32_t slots = std::max(next_slot_ - base, slots_of_types(type.results));
  top_slot = base + slots;
  if (top_slot > slots_max_) slots_max_ = top_slot;
  drop_to(height() - count);
  forget();
  return base;
}

void Translator::push_results(const wasm::SubType& type, uint32_t base) {
  for (const wasm::ValType result : type.results) push_slot(type_of(result));
  if (type.results.size() == 1 && top().type != Type::v128) accumulator(top().type).mirror = base;
}

void Translator::call(body::Func func) {
  const wasm::SubType& type = module_.function_type(func.index);
  if (func.index < module_.imported_functions) {
    call_other(control.call_import, nullptr, type, func.index, 0, 0, false);
    return;
  }
  uint32_t top_slot;
  const uint32_t base = call_base(type, top_slot);
  append_trapping(Instruction(control.call, 24).put(8, base).put(16, &owner_.function(func.index)));
  push_results(type, base);
}

void Translator::call_other(Handler slot_handler, const Handler* acc_handler, const wasm::SubType& type, uint32_t function,
                            uint32_t type_index, uint32_t table, bool has_operand) {
  Operand operand{Operand::In::slot};
  if (has_operand) operand = take_register();
  // Arguments may be copied to their slots now; the operand's own slot lies above them, and copies leave the accumulator.
  const bool in_acc = operand.in == Operand::In::acc;
  uint32_t top_slot;
  const uint32_t base = call_base(type, top_slot);
  Instruction instruction(in_acc ? *acc_handler : slot_handler, has_operand ? 32 : 24);
  instruction.put(8, base).put(12, function).put(16, top_slot).put(20, type_index);
  if (has_operand) {
    const bool is_wide_index = function == 0 && table < module_.tables.size() && module_.tables[table].type.address == wasm::AddressType::i64;
    instruction.put(24, table).put(28, operand.slot).put(30, uint8_t(is_wide_index));
  }
  append_trapping(instruction);
  push_results(type, base);
}

void Translator::call_indirect(const body::CallIndirect& call) {
  call_other(control.call_indirect, &control.call_indirect_acc, module_.types[call.type], 0, call.type, call.table, true);
}
void Translator::call_ref(body::Type type) {
  call_other(control.call_ref, &control.call_ref_acc, module_.types[type.index], 0, type.index, 0, true);
}

void Translator::tail_call_other(Handler handler, const wasm::SubType& type, uint32_t function, uint32_t type_index, uint32_t table,
                                 bool has_operand) {
  const uint16_t operand = has_operand ? take_slot() : 0;
  uint32_t top_slot;
  const uint32_t base = call_base(type, top_slot);
  Instruction instruction(handler, 40);
  instruction.put(8, base).put(12, function).put(16, top_slot).put(20, type_index).put(24, table).put(28, operand);
  if (module_.tables.size() > table && module_.tables[table].type.address == wasm::AddressType::i64) instruction.put(30, uint8_t(1));
  append_trapping(instruction.put(32, slots_of_types(type.params)).put(36, uint16_t(header_)));
  become_unreachable();
}

void Translator::return_call(body::Func func) {
  const wasm::SubType& type = module_.function_type(func.index);
  if (func.index < module_.imported_functions) {
    tail_call_other(control.tail_call_import, type, func.index, 0, 0, false);
    return;
  }
  uint32_t top_slot;
  const uint32_t base = call_base(type, top_slot);
  append_trapping(Instruction(control.tail_call, 24).put(8, base).put(12, uint16_t(header_)).put(16, &owner_.function(func.index)));
  become_unreachable();
}
void Translator::return_call_indirect(const body::CallIndirect& call) {
  tail_call_other(control.tail_call_indirect, module_.types[call.type], 0, call.type, call.table, true);
}
void Translator::return_call_ref(body::Type type) {
  tail_call_other(control.tail_call_ref, module_.types[type.index], 0, type.index, 0, true);
}

// Exceptions.

void Translator::throw_(body::Tag tag) {
  const wasm::SubType& type = module_.types[module_.tags[tag.index].type];
  const uint32_t end = next_slot_;
  uint32_t top_slot;
  const uint32_t base = call_base(type, top_slot);
  append_trapping(Instruction(control.throw_, 24).put(8, base).put(12, end).put(16, tag.index));
  become_unreachable();
}

void Translator::throw_ref(body::None) {
  materialise_top(1);
  append_trapping(Instruction(control.throw_ref, 16).put(8, top().slot));
  become_unreachable();
}

void Translator::try_table(const body::TryTable& table) {
  flush_locals();
  settle_top(uint32_t(types_of(table.type).params.size()));
  forget();
  const uint32_t first = uint32_t(open_clauses_.size());
  if (!table.catches.empty()) landing_pads(table);
  open(Kind::try_table, table.type);
  Block& block = blocks_.back();
  block.first_clause = first;
  for (size_t i = first; i < open_clauses_.size(); ++i) open_clauses_[i].begin = position();
}

// For each clause a piece of code that goes on with its label; the exception's values are put behind all operands that
// there are when the try_table begins.
void Translator::landing_pads(const body::TryTable& table) {
  const Site over = append_br();
  for (const body::Catch& clause : table.catches) {
    const bool has_tag = clause.kind <= body::CatchKind::tag_ref;
    const uint32_t before = height();
    open_clauses_.push_back({CatchClause::Kind(clause.kind), 0, 0, clause.tag, next_slot_, position()});
    if (has_tag) {
      for (const wasm::ValType type : module_.types[module_.tags[clause.tag].type].params) push_slot(type_of(type));
    }
    if (clause.kind == body::CatchKind::tag_ref || clause.kind == body::CatchKind::all_ref) push_slot(Type::gc);
    take_branch(clause.depth);
    drop_to(before);
    acc_.mirror = facc_.mirror = none;
  }
  bind_here(over);
}

// References that branch.

void Translator::br_on_null(body::Label label) {
  if (top().where != Value::Where::local) settle_top(1);
  const Value value = pop();
  const bool is_local = value.where == Value::Where::local;
  Condition condition;
  condition.operand.slot = near(is_local ? local_slots_[value.local] : value.slot, value.type);
  condition.operand.in = Operand::In::slot;
  condition.is_wide = value.type == Type::func && sizeof(void*) == 8;
  condition.is_inverted = true;
  const uint32_t after = next_slot_;
  branch_if(label.depth, [&](bool when) { return append_condition(condition, when); });
  next_slot_ = after;
  if (is_local) {
    push_local(value.local);
  } else {
    push_slot(value.type);
  }
}

void Translator::br_on_non_null(body::Label label) {
  settle_top(1);
  const Value value = top();
  Condition condition;
  condition.operand.slot = near(value.slot, value.type);
  condition.operand.in = Operand::In::slot;
  condition.is_wide = value.type == Type::func && sizeof(void*) == 8;
  branch_if(label.depth, [&](bool when) { return append_condition(condition, when); });
  pop();
}

template <typename T>
void Translator::cast_branch(const T& cast, bool when_fails) {
  settle_top(1);
  const Value value = top();
  const uint16_t slot = near(value.slot, value.type);
  branch_if(cast.depth, [&](bool when) {
    Instruction instruction(when != when_fails ? objects.br_on_cast : objects.br_on_cast_fail, 24);
    instruction.put(8, slot);
    put_test(instruction, 16, cast.to.heap(), cast.to.nullable());
    const uint32_t at = append(instruction);
    return Site{at + 12, at};
  });
}

void Translator::br_on_cast(const body::BrOnCast& cast) { cast_branch(cast, false); }
void Translator::br_on_cast_fail(const body::BrOnCast& cast) { cast_branch(cast, true); }

}  // namespace wherry::interp
