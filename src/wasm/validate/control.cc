// Blocks, branches, calls and exceptions (core specification 3.4.4).
#include <utility>

#include <fmt/format.h>

#include "wasm/errors.h"
#include "wasm/validate/function.h"

namespace wherry::wasm::validate {
namespace {

// Whether what one block leaves is what another expects.
bool match(const TypeSection& types, std::span<const ValType> found, std::span<const ValType> expected) {
  if (found.size() != expected.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    if (!types.is_subtype(found[i], expected[i])) return false;
  }
  return true;
}

std::string list(std::span<const ValType> types) {
  constexpr size_t shown = 8;
  std::string text = "[";
  for (size_t i = 0; i < types.size() && i < shown; ++i) text += (i ? " " : "") + to_text(types[i]);
  return text + (types.size() > shown ? " ...]" : "]");
}

}  // namespace

FunctionValidator::Types FunctionValidator::results(const Frame& frame) const {
  if (frame.type) return frame.type->results;
  return {&frame.value, frame.value == types::bottom ? 0u : 1u};
}

FunctionValidator::Frame* FunctionValidator::label(uint32_t depth) {
  if (depth < frames_.size()) return &frames_[frames_.size() - 1 - depth];
  unknown("label", depth, frames_.size());
  return nullptr;
}

void FunctionValidator::enter(FrameKind kind, const body::BlockType& block) {
  Frame frame{0, uint32_t(initialised_.size()), nullptr, {}, kind, false, 0};
  if (block.form == body::BlockType::Form::value) {
    if (!known(block.value)) return;
    frame.value = block.value;
  } else if (block.form == body::BlockType::Form::index) {
    frame.type = type_of(block.index, Composite::func);
    if (!frame.type) return;
    if (!context_.features.has(Feature::multi_value)) {
      return in_->fail(error::disabled(in_->marked(), "a block with a function type", Feature::multi_value));
    }
  }
  if (frames_.size() > context_.limits.block_depth_max) return too_many("nested blocks", frames_.size(), context_.limits.block_depth_max);
  const Types taken = params(frame);
  check_top(taken);
  if (in_->failed()) return;
  base_ = top_ - taken.size();
  frame.height = uint32_t(base_ - operands_.data());
  frames_.push_back(frame);
}

// An if without an else is one whose else is empty: what it takes is what it leaves.
void FunctionValidator::check_else_can_be_missing(const Frame& frame) {
  const Types from = params(frame), to = results(frame);
  if (!match(types_, from, to)) fail(fmt::format("an if without an else must leave what it takes: expected {}, found {}", list(to), list(from)));
}

void FunctionValidator::else_(body::None) {
  Frame& frame = frames_.back();
  if (frame.kind != FrameKind::if_) return fail("expected another instruction, found an else without its if");
  pop_all(results(frame));
  if (top_ != base_) mismatch("nothing more on the stack", to_text(top_[-1]));
  forget_initialised(frame.initialised);
  frame.kind = FrameKind::else_;
  frame.unreachable = false;
  top_ = base_;
  push_all(params(frame));
}

void FunctionValidator::end(body::None) {
  const Frame frame = frames_.back();
  if (frame.kind == FrameKind::if_) check_else_can_be_missing(frame);
  const Types left = results(frame);
  pop_all(left);
  if (top_ != base_) mismatch("nothing more on the stack", to_text(top_[-1]));
  if (in_->failed()) return;
  forget_initialised(frame.initialised);
  frames_.pop_back();
  if (frames_.empty()) return;
  base_ = operands_.data() + frames_.back().height;
  push_all(left);
}

void FunctionValidator::br(body::Label target) {
  const Frame* frame = label(target.depth);
  if (!frame) return;
  pop_all(label_types(*frame));
  set_unreachable();
}

void FunctionValidator::br_if(body::Label target) {
  pop(types::i32);
  if (const Frame* frame = label(target.depth)) check_top(label_types(*frame));
}

// Whether the br_table at hand hasn't yet checked this frame's label, nor another with a long type that is the same.
bool FunctionValidator::is_first_visit(Frame& frame) {
  constexpr size_t long_type = 16;
  if (frame.visit == visits_) return false;
  frame.visit = visits_;
  if (!frame.type || label_types(frame).size() < long_type) return true;
  if (type_visits_.empty()) type_visits_.resize(2 * size_t(types_.count()));
  const size_t index = size_t(frame.type - &types_[0]) + (frame.kind == FrameKind::loop ? types_.count() : 0);
  return std::exchange(type_visits_[index], visits_) != visits_;
}

// Each label is checked once an instruction, however often it is named, so that hostile tables stay cheap. Operands
// keep the types that they have, since they need not be the same for all labels.
void FunctionValidator::br_table(const body::BrTable& table) {
  if (table.labels.size() > context_.limits.br_table_labels_max) {
    return too_many("labels", table.labels.size(), context_.limits.br_table_labels_max);
  }
  pop(types::i32);
  const Frame* otherwise = label(table.otherwise);
  if (!otherwise) return;
  const Types expected = label_types(*otherwise);
  ++visits_;
  for (const uint32_t depth : table.labels) {
    Frame* frame = label(depth);
    if (!frame) return;
    if (!is_first_visit(*frame)) continue;
    const Types types = label_types(*frame);
    if (types.size() != expected.size()) {
      return fail(fmt::format("the label {} takes {} values, the last one {}", depth, types.size(), expected.size()));
    }
    if (types.data() == expected.data() || has_on_top(types)) continue;
    ValType* const top = top_;
    pop_all(types);
    if (in_->failed()) return;
    top_ = top;
  }
  pop_all(expected);
  set_unreachable();
}

void FunctionValidator::return_(body::None) {
  pop_all(results(frames_.front()));
  set_unreachable();
}

void FunctionValidator::call(body::Func callee) {
  const Function* called = function(callee.index);
  if (!called) return;
  const SubType& type = types_[called->type];
  pop_all(type.params);
  push_all(type.results);
}

const SubType* FunctionValidator::indirect_callee(body::CallIndirect target) {
  const TableType* from = table(target.table);
  const SubType* type = type_of(target.type, Composite::func);
  if (!from || !type) return nullptr;
  if (!types_.is_subtype(from->element, types::funcref)) {
    mismatch("a table of funcref", "one of " + to_text(from->element));
    return nullptr;
  }
  pop(address_val_type(from->address));
  return type;
}

const SubType* FunctionValidator::pop_callee(body::Type target) {
  const SubType* type = type_of(target.index, Composite::func);
  if (type) pop(ValType::reference({int32_t(target.index)}, true));
  return type;
}

void FunctionValidator::call_indirect(body::CallIndirect target) {
  const SubType* type = indirect_callee(target);
  if (!type) return;
  pop_all(type->params);
  push_all(type->results);
}

void FunctionValidator::call_ref(body::Type target) {
  const SubType* type = pop_callee(target);
  if (!type) return;
  pop_all(type->params);
  push_all(type->results);
}

void FunctionValidator::tail_call(const SubType& type) {
  pop_all(type.params);
  const Types returned = results(frames_.front());
  if (!match(types_, type.results, returned)) mismatch("a callee that returns " + list(returned), list(type.results));
  set_unreachable();
}

void FunctionValidator::return_call(body::Func callee) {
  if (const Function* called = function(callee.index)) tail_call(types_[called->type]);
}

void FunctionValidator::return_call_indirect(body::CallIndirect target) {
  if (const SubType* type = indirect_callee(target)) tail_call(*type);
}

void FunctionValidator::return_call_ref(body::Type target) {
  if (const SubType* type = pop_callee(target)) tail_call(*type);
}

void FunctionValidator::throw_(body::Tag tag) {
  if (tag.index >= module_.tags.size()) return unknown("tag", tag.index, module_.tags.size());
  pop_all(types_[module_.tags[tag.index].type].params);
  set_unreachable();
}

void FunctionValidator::throw_ref(body::None) {
  pop(types::exnref);
  set_unreachable();
}

// A clause hands the exception's values, and with `_ref` the exception, to its label.
void FunctionValidator::check_catch(const body::Catch& clause) {
  const Frame* frame = label(clause.depth);
  if (!frame) return;
  const bool has_tag = clause.kind == body::CatchKind::tag || clause.kind == body::CatchKind::tag_ref;
  if (has_tag && clause.tag >= module_.tags.size()) return unknown("tag", clause.tag, module_.tags.size());
  static const std::vector<ValType> none;
  const std::vector<ValType>& values = has_tag ? types_[module_.tags[clause.tag].type].params : none;
  const bool has_ref = clause.kind == body::CatchKind::tag_ref || clause.kind == body::CatchKind::all_ref;
  const Types expected = label_types(*frame);
  const bool fits = expected.size() == values.size() + has_ref && match(types_, values, expected.first(values.size())) &&
                    (!has_ref || types_.is_subtype(ValType::reference(heap::exn, false), expected.back()));
  if (!fits) fail(fmt::format("a catch clause gives {}{}, its label expects {}", list(values), has_ref ? " and an exnref" : "", list(expected)));
}

void FunctionValidator::try_table(const body::TryTable& block) {
  if (block.catches.size() > context_.limits.catches_max) return too_many("catch clauses", block.catches.size(), context_.limits.catches_max);
  for (const body::Catch& clause : block.catches) {
    check_catch(clause);
    if (in_->failed()) return;
  }
  enter(FrameKind::try_table, block.type);
}

}  // namespace wherry::wasm::validate
