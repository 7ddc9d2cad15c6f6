#include "wasm/text/body_printer.h"

#include <fmt/format.h>

#include <algorithm>

#include "wasm/text/numbers.h"

namespace wherry::wasm::text {

using decode::Named;

std::string print_type(const Identifiers& ids, HeapType type) {
  return type.is_index() ? ids[Named::type].ref(type.index()) : to_text(type);
}

std::string print_type(const Identifiers& ids, ValType type) {
  if (!type.is_ref() || !type.heap().is_index()) return to_text(type);
  return fmt::format("(ref {}{})", type.nullable() ? "null " : "", print_type(ids, type.heap()));
}

void BodyPrinter::begin_line(std::string_view text) {
  constexpr uint32_t indent_max = 40;  // deep nesting must not make the text grow with its square
  ++instruction_count_;
  if (one_line_) {
    if (instruction_count_ > 1) out_ += ' ';
  } else {
    out_ += '\n';
    out_.append(2 * std::min(indent_, indent_max), ' ');
    const auto hint = hints ? hints->find(uint32_t(in_.marked())) : std::map<uint32_t, uint8_t>::const_iterator();
    if (hints && hint != hints->end()) {
      out_ += fmt::format("(@metadata.code.branch_hint \"\\0{}\") ", hint->second);
    }
  }
  out_ += text;
}

// The last `end` closes the function or expression; the text has it not.
void BodyPrinter::end() {
  if (open_labels_.empty()) return;
  --indent_;
  if (!open_labels_.back().empty()) bound_[open_labels_.back()].pop_back();
  open_labels_.pop_back();
  begin_line("end");
}

void BodyPrinter::open_block(const body::BlockType& type, std::span<const body::Catch> catches) {
  std::string id(labels.id(labels_seen_));
  if (!id.empty()) word(labels.definition(labels_seen_).substr(1));
  ++labels_seen_;
  if (type.form == body::BlockType::Form::value) word(fmt::format("(result {})", print_type(ids_, type.value)));
  if (type.form == body::BlockType::Form::index) word(fmt::format("(type {})", ids_[Named::type].ref(type.index)));
  static constexpr std::string_view kinds[] = {"(catch", "(catch_ref", "(catch_all", "(catch_all_ref"};
  for (const body::Catch& clause : catches) {
    word(kinds[size_t(clause.kind)]);
    if (clause.kind <= body::CatchKind::tag_ref) ref(Named::tag, clause.tag);
    label(clause.depth);
    out_ += ')';
  }
  if (!id.empty()) bound_[id].push_back(uint32_t(open_labels_.size()));
  open_labels_.push_back(std::move(id));
  ++indent_;
}

void BodyPrinter::label(uint32_t depth) {
  if (depth < open_labels_.size()) {
    const auto height = uint32_t(open_labels_.size() - 1 - depth);
    const std::string& id = open_labels_[height];
    if (!id.empty() && bound_[id].back() == height) return word(id);
  }
  number(depth);
}

void BodyPrinter::arguments(uint32_t, const body::BrTable& table) {
  for (const uint32_t target : table.labels) label(target);
  label(table.otherwise);
}

void BodyPrinter::arguments(uint32_t, const body::Field& field) {
  ref(Named::type, field.type);
  word(ids_.fields(field.type).ref(field.field));
}

void BodyPrinter::arguments(uint32_t, const body::CallIndirect& call) {
  ref_unless_zero(Named::table, call.table);
  word(fmt::format("(type {})", ids_[Named::type].ref(call.type)));
}

void BodyPrinter::arguments(uint32_t, const body::MemoryInit& init) {
  ref_unless_zero(Named::memory, init.memory);
  ref(Named::data, init.data);
}

void BodyPrinter::arguments(uint32_t, const body::MemoryCopy& copy) {
  if (copy.to == 0 && copy.from == 0) return;
  ref(Named::memory, copy.to);
  ref(Named::memory, copy.from);
}

void BodyPrinter::arguments(uint32_t, const body::TableInit& init) {
  ref_unless_zero(Named::table, init.table);
  ref(Named::element, init.elem);
}

void BodyPrinter::arguments(uint32_t, const body::TableCopy& copy) {
  if (copy.to == 0 && copy.from == 0) return;
  ref(Named::table, copy.to);
  ref(Named::table, copy.from);
}

void BodyPrinter::arguments(uint32_t, const body::TypeCount& operand) {
  ref(Named::type, operand.type);
  number(operand.count);
}

void BodyPrinter::arguments(uint32_t, const body::TypeData& operand) {
  ref(Named::type, operand.type);
  ref(Named::data, operand.data);
}

void BodyPrinter::arguments(uint32_t, const body::TypeElem& operand) {
  ref(Named::type, operand.type);
  ref(Named::element, operand.elem);
}

void BodyPrinter::arguments(uint32_t, const body::TypeType& operand) {
  ref(Named::type, operand.to);
  ref(Named::type, operand.from);
}

// ref.null takes a heap type, tests and casts a reference type, whose nullability is in their opcode.
void BodyPrinter::arguments(uint32_t code, const body::Heap& heap) {
  constexpr uint32_t ref_null = 0xD0, ref_test_null = 0xFB0015, ref_cast_null = 0xFB0017;
  if (code == ref_null) return word(print_type(ids_, heap.type));
  word(print_type(ids_, ValType::reference(heap.type, code == ref_test_null || code == ref_cast_null)));
}

void BodyPrinter::arguments(uint32_t, const body::BrOnCast& cast) {
  label(cast.depth);
  word(print_type(ids_, cast.from));
  word(print_type(ids_, cast.to));
}

void BodyPrinter::arguments(uint32_t, const body::SelectTypes& select) {
  word("(result");
  for (const ValType type : select.types) word(print_type(ids_, type));
  out_ += ')';
}

void BodyPrinter::arguments(uint32_t, const body::F32& value) { word(print_f32(value.bits)); }
void BodyPrinter::arguments(uint32_t, const body::F64& value) { word(print_f64(value.bits)); }

void BodyPrinter::arguments(uint32_t, const body::V128& value) {
  word("i32x4");
  for (size_t lane = 0; lane < 16; lane += 4) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; ++i) bits |= uint32_t(value.bytes[lane + i]) << (8 * i);
    word(fmt::format("{:#010x}", bits));
  }
}

void BodyPrinter::arguments(uint32_t, const body::Shuffle& shuffle) {
  for (const uint8_t lane : shuffle.lanes) number(lane);
}

void BodyPrinter::memarg(const body::Memarg& memarg, unsigned natural) {
  ref_unless_zero(Named::memory, memarg.memory);
  if (memarg.offset) word(fmt::format("offset={}", memarg.offset));
  if (memarg.align_log2 != natural) word(fmt::format("align={}", uint64_t(1) << memarg.align_log2));
}

}  // namespace wherry::wasm::text
