#include "wasm/text/expression_writer.h"

namespace wherry::wasm::text {
namespace {

constexpr uint32_t code_else = 0x05, code_end = 0x0B;

bool opens_block(const Opcode& opcode) {
  return opcode.immediate == Immediate::block_type || opcode.immediate == Immediate::try_table;
}

}  // namespace

Result<void> ExpressionWriter::define_local(const NamedLocal& local, size_t at) {
  if (local.id.empty() || locals_.emplace(local.id, local.index).second) return {};
  return error::duplicate(cursor_.tokens().text, at, "local", local.id);
}

Result<void> ExpressionWriter::run(bool single) {
  const size_t base = frames_.size();
  do {
    if (cursor_.at_list_end()) {
      if (frames_.size() == base) return single ? cursor_.expected("an instruction") : Result<void>();
      TRY(end_of_list());
    } else if (!frames_.empty() && frames_.back().form == Form::condition && cursor_.is_list("then")) {
      TRY(then_arm());
    } else if (cursor_.is(TokenKind::open)) {
      TRY(open_folded());
    } else {
      TRY(plain());
    }
  } while (!single || frames_.size() > base);
  return {};
}

// At the `)` that closes the innermost frame.
Result<void> ExpressionWriter::end_of_list() {
  const Frame frame = frames_.back();
  switch (frame.form) {
    case Form::operands:
      TRY(cursor_.close());
      flush(frame);
      frames_.pop_back();
      return {};
    case Form::list:
      TRY(cursor_.close());
      return close_block();
    case Form::condition: return cursor_.expected("`(then`");
    case Form::then: return after_then();
    case Form::else_:
      TRY(cursor_.close());
      TRY(cursor_.close());
      return close_block();
    case Form::block:
    case Form::if_:
    case Form::if_else: return cursor_.expected("`end`");
  }
  return {};
}

// At `(then`: now the condition is written, and the `if` may follow.
Result<void> ExpressionWriter::then_arm() {
  cursor_.take_list("then");
  Frame& frame = frames_.back();
  flush(frame);
  frame.form = Form::then;
  push_label(frame);
  return {};
}

Result<void> ExpressionWriter::after_then() {
  TRY(cursor_.close());
  if (cursor_.take_list("else")) {
    out_.opcode(code_else);
    frames_.back().form = Form::else_;
    return {};
  }
  TRY(cursor_.close());
  return close_block();
}

Result<void> ExpressionWriter::open_folded() {
  const size_t begin = cursor_.peek().begin;
  const auto hint = TRY(take_hint());
  cursor_.next();
  const Opcode& opcode = *TRY(take_opcode());
  if (opcode.code == code_else || opcode.code == code_end) {
    return error::invalid(cursor_.tokens().text, begin, "unexpected token: this instruction can't be folded");
  }
  if (opens_block(opcode)) return open_block(opcode, opcode.text == "if" ? Form::condition : Form::list, hint, begin);
  const Frame frame{Form::operands, deferred_.size(), {}, {}, hint, begin};
  TRY(instruction(opcode, deferred_));
  frames_.push_back(frame);
  return {};
}

Result<void> ExpressionWriter::plain() {
  const bool only_folded =
      !frames_.empty() && (frames_.back().form == Form::operands || frames_.back().form == Form::condition);
  if (only_folded) return cursor_.expected("a folded instruction or `)`");
  const size_t begin = cursor_.peek().begin;
  const auto hint = TRY(take_hint());
  const Opcode& opcode = *TRY(take_opcode());
  if (opcode.code == code_end) return plain_end();
  if (opcode.code == code_else) return plain_else();
  if (opens_block(opcode)) return open_block(opcode, opcode.text == "if" ? Form::if_ : Form::block, hint, begin);
  ByteWriter bytes;
  TRY(instruction(opcode, bytes));
  emit(bytes, hint);
  return {};
}

Result<void> ExpressionWriter::plain_end() {
  const bool opened = !frames_.empty() && (frames_.back().form == Form::block || frames_.back().form == Form::if_ ||
                                           frames_.back().form == Form::if_else);
  if (!opened) return cursor_.invalid("unexpected token: this `end` ends nothing");
  TRY(check_end_label(frames_.back()));
  return close_block();
}

Result<void> ExpressionWriter::plain_else() {
  if (frames_.empty() || frames_.back().form != Form::if_) {
    return cursor_.invalid("unexpected token: this `else` belongs to no `if`");
  }
  TRY(check_end_label(frames_.back()));
  frames_.back().form = Form::if_else;
  out_.opcode(code_else);
  return {};
}

// The label may be repeated behind `else` and `end`.
Result<void> ExpressionWriter::check_end_label(const Frame& frame) {
  if (!cursor_.is(TokenKind::id)) return {};
  const size_t begin = cursor_.peek().begin;
  const std::string_view label = scope_.take_id(cursor_);
  if (label == frame.label) return {};
  return error::invalid(cursor_.tokens().text, begin, "mismatching label: it is not the label of the block that ends here");
}

Result<std::optional<uint8_t>> ExpressionWriter::take_hint() {
  std::optional<uint8_t> hint;
  for (const Annotation* annotation : scope_.take_annotations(AnnotationKind::branch_hint, cursor_)) {
    const std::string_view text = cursor_.tokens().text;
    if (hint) return error::invalid(text, annotation->begin, "@metadata.code.branch_hint annotation: duplicate annotation");
    const Tokens contents{text, annotation->contents, {}};
    Cursor inner(contents);
    const std::string value = TRY(inner.strings());
    if (!inner.is(TokenKind::end) || value.size() != 1 || uint8_t(value[0]) > 1) {
      return error::invalid(text, annotation->begin, "@metadata.code.branch_hint annotation: expected \"\\00\" or \"\\01\"");
    }
    hint = uint8_t(value[0]);
  }
  return hint;
}

Result<const Opcode*> ExpressionWriter::take_opcode() {
  if (!cursor_.is(TokenKind::keyword)) return cursor_.expected("an instruction");
  const Opcode* opcode = find_opcode(cursor_.text());
  if (!opcode) return cursor_.expected("an instruction");
  if (!scope_.features.has(opcode->feature)) {
    return error::switched_off(cursor_.tokens().text, cursor_.peek().begin, opcode->text, feature_text(opcode->feature));
  }
  cursor_.next();
  return opcode;
}

Result<void> ExpressionWriter::open_block(const Opcode& opcode, Form form, std::optional<uint8_t> hint, size_t begin) {
  const std::string_view id = scope_.take_id(cursor_), name = id.empty() ? id : TRY(scope_.take_name(cursor_));
  const Frame frame{form, deferred_.size(), id, name.empty() ? id : name, hint, begin};
  TRY(instruction(opcode, deferred_));
  if (form != Form::condition) {
    flush(frame);
    push_label(frame);
  }
  frames_.push_back(frame);
  return {};
}

Result<void> ExpressionWriter::close_block() {
  out_.opcode(code_end);
  pop_label();
  frames_.pop_back();
  return {};
}

void ExpressionWriter::emit(const ByteWriter& bytes, std::optional<uint8_t> hint) {
  if (hint) hints.push_back({out_.size(), *hint});
  out_.append(bytes);
}

void ExpressionWriter::flush(const Frame& frame) {
  if (frame.hint) hints.push_back({out_.size(), *frame.hint});
  out_.append(deferred_.from(frame.deferred));
  deferred_.truncate(frame.deferred);
}

void ExpressionWriter::push_label(const Frame& frame) {
  if (!frame.label.empty()) label_ids_[frame.label].push_back(label_height_);
  if (!frame.label_name.empty()) label_names.push_back({labels_seen_, frame.label_name});
  open_labels_.push_back(frame.label);
  ++label_height_;
  ++labels_seen_;
}

void ExpressionWriter::pop_label() {
  if (!open_labels_.back().empty()) label_ids_[open_labels_.back()].pop_back();
  open_labels_.pop_back();
  --label_height_;
}

}  // namespace wherry::wasm::text
