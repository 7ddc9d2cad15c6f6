#include "wasm/validate/function.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "wasm/body/instructions.h"
#include "wasm/body/walk.h"
#include "wasm/errors.h"

namespace wherry::wasm::validate {

FunctionValidator::FunctionValidator(const Context& context)
    : context_(context), module_(context.module), types_(context.types), restricted_(context.features != Features{}), operands_(64) {
  if (module_.memories.empty()) return;
  const bool is_64 = module_.memories[0].address == AddressType::i64;
  memory0_address_ = address_val_type(module_.memories[0].address);
  offset_end_ = is_64 ? UINT64_MAX : uint64_t(1) << 32;
}

void FunctionValidator::start(Reader& in, std::span<const uint8_t> bytes, Frame frame) {
  in_ = &in;
  bytes_ = bytes;
  bytes_offset_ = in.offset();
  frames_.assign(1, frame);
  top_ = base_ = high_ = operands_.data();
}

void FunctionValidator::run() {
  while (!in_->failed() && !frames_.empty()) {
    if (restricted_) [[unlikely]] check_features();
    body::step(*in_, *this, scratch_);
  }
  if (!in_->failed() && !in_->done()) in_->fail(error::malformed(in_->offset(), "the end of the body", "more bytes"));
}

// Looks at the next instruction's row.
void FunctionValidator::check_features() {
  Reader ahead(bytes_.subspan(in_->offset() - bytes_offset_), in_->offset());
  const uint32_t code = body::read_opcode(ahead);
  const Feature feature = body::instruction_feature(code);
  if (!ahead.failed() && !context_.features.has(feature)) {
    in_->fail(error::disabled(in_->offset(), body::instruction_text(code), feature));
  }
}

void FunctionValidator::read_locals(uint32_t index, const SubType& type) {
  Reader& in = *in_;
  body::read_locals(in, runs_);
  uint64_t count = type.params.size();
  for (const auto& run : runs_) {
    count += run.count;
    known(run.type);
  }
  if (count > context_.limits.locals_max) {
    in.fail(error::too_many(bytes_offset_, fmt::format("locals in function {}", index), count, context_.limits.locals_max));
  }
  if (in.failed()) return;
  is_initialised_.clear();
  initialised_.clear();
  local_count_ = uint32_t(count);
  param_count_ = uint32_t(type.params.size());
  locals_.assign(type.params.begin(), type.params.end());
  // A few bytes can declare thousands of locals, but each use takes bytes: so the time stays linear in the module.
  const size_t expanded_max = param_count_ + 64 + bytes_.size();
  bool has_undefaultable = false;
  for (const auto& run : runs_) {
    has_undefaultable |= run.count > 0 && !run.type.defaultable();
    locals_.insert(locals_.end(), std::min<size_t>(run.count, expanded_max - locals_.size()), run.type);
  }
  run_ends_.clear();
  if (locals_.size() < count) {
    uint32_t end = param_count_;
    for (const auto& run : runs_) run_ends_.push_back(end += run.count);
  }
  if (!has_undefaultable) return;
  is_initialised_.assign(count, false);
  std::fill_n(is_initialised_.begin(), param_count_, true);
}

ValType FunctionValidator::local_type_slow(uint32_t index) {
  if (index >= local_count_) {
    unknown("local", index, local_count_);
    return types::bottom;
  }
  const auto run = std::ranges::upper_bound(run_ends_, index);
  return runs_[size_t(run - run_ends_.begin())].type;
}

uint32_t FunctionValidator::check_body(Reader& in, uint32_t index) {
  const Function& function = module_.functions[index];
  const SubType& type = types_[function.type];
  start(in, function.body.bytes, {0, 0, &type, {}, FrameKind::function, false, 0});
  in.mark();
  read_locals(index, type);
  run();
  return uint32_t(high_ - operands_.data());
}

void FunctionValidator::raise() {
  const size_t height = size_t(top_ - operands_.data());
  if (height >= context_.limits.operands_max) {
    too_many("operands on the stack", height + 1, context_.limits.operands_max);
    top_ = base_ = operands_.data();
    return;
  }
  if (height == operands_.size()) {
    const size_t base = size_t(base_ - operands_.data());
    operands_.resize(2 * operands_.size());
    base_ = operands_.data() + base;
    top_ = operands_.data() + height;
  }
  high_ = top_ + 1;
}

ValType FunctionValidator::pop_slow(ValType expected) {
  if (top_ == base_) {
    if (!frames_.back().unreachable) mismatch(to_text(expected), "nothing on the stack");
    return types::bottom;
  }
  const ValType found = *--top_;
  if (!types_.is_subtype(found, expected)) mismatch(to_text(expected), to_text(found));
  return found;
}

ValType FunctionValidator::pop_any() {
  if (top_ > base_) return *--top_;
  if (!frames_.back().unreachable) mismatch("a value", "nothing on the stack");
  return types::bottom;
}

ValType FunctionValidator::pop_ref() {
  const ValType type = pop_any();
  if (type.is_ref()) return type;
  if (type != types::bottom) mismatch("a reference", to_text(type));
  return ValType::reference(heap::bottom, false);
}

void FunctionValidator::pop_plain(const Kind* kinds, unsigned count, ValType address) {
  for (unsigned i = count; i-- > 0;) pop(kinds[i] == Kind::bottom ? address : ValType(kinds[i]));
}

bool FunctionValidator::has_on_top(Types types) const {
  const size_t count = types.size();
  if (size_t(top_ - base_) < count) return false;
  const ValType* at = top_ - count;
  for (size_t i = 0; i < count; ++i) {
    if (at[i] != types[i]) return false;
  }
  return true;
}

void FunctionValidator::pop_all(Types types) {
  if (has_on_top(types)) [[likely]] {
    top_ -= types.size();
    return;
  }
  for (size_t i = types.size(); i-- > 0 && !is_bottomless() && !in_->failed();) pop(types[i]);
}

void FunctionValidator::push_all(Types types) {
  for (const ValType type : types) push(type);
}

void FunctionValidator::check_top(Types types) {
  if (has_on_top(types)) [[likely]] return;
  pop_all(types);
  push_all(types);
}

void FunctionValidator::set_unreachable() {
  top_ = base_;
  frames_.back().unreachable = true;
}

void FunctionValidator::select(body::None) {
  pop(types::i32);
  const ValType second = pop_any(), first = pop_any();
  for (const ValType type : {first, second}) {
    if (type.is_ref()) mismatch("a number or vector (references need a typed select)", to_text(type));
  }
  if (first != second && first != types::bottom && second != types::bottom) mismatch(to_text(first), to_text(second));
  push(first == types::bottom ? second : first);
}

void FunctionValidator::select_t(const body::SelectTypes& select) {
  if (select.types.size() != 1) return fail(fmt::format("expected one type, found {}", select.types.size()));
  const ValType type = select.types[0];
  if (!known(type)) return;
  pop(types::i32);
  pop(type);
  pop(type);
  push(type);
}

void FunctionValidator::check_initialised(uint32_t index) {
  if (!is_initialised_.empty() && !is_initialised_[index]) fail(fmt::format("the local {} has no value here", index));
}

void FunctionValidator::initialise(uint32_t index) {
  if (is_initialised_.empty() || is_initialised_[index]) return;
  is_initialised_[index] = true;
  initialised_.push_back(index);
}

// What a block sets isn't known to be set after it.
void FunctionValidator::forget_initialised(uint32_t size) {
  for (; initialised_.size() > size; initialised_.pop_back()) is_initialised_[initialised_.back()] = false;
}

std::string FunctionValidator::instruction() const {
  Reader again(bytes_.subspan(in_->marked() - bytes_offset_), in_->marked());
  return std::string(body::instruction_text(body::read_opcode(again)));
}

void FunctionValidator::fail(std::string what) {
  if (!in_->failed()) in_->fail(error::invalid(in_->marked(), fmt::format("{}: {}", instruction(), what)));
}

void FunctionValidator::mismatch(std::string expected, std::string found) {
  if (!in_->failed()) fail(fmt::format("expected {}, found {}", expected, found));
}

void FunctionValidator::unknown(const char* thing, uint32_t index, uint64_t count) {
  if (!in_->failed()) fail(fmt::format("there is no {} {}, only {}", thing, index, count));
}

void FunctionValidator::too_many(const char* things, uint64_t count, uint64_t count_max) {
  if (!in_->failed()) in_->fail(error::too_many(in_->marked(), things, count, count_max));
}

bool FunctionValidator::known(ValType type) {
  auto error = check_type(context_, type, types_.count(), in_->marked());
  if (error) in_->fail(*std::move(error));
  return !in_->failed();
}

}  // namespace wherry::wasm::validate
