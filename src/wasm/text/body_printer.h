// Prints instructions as a visitor of body::walk.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "wasm/body/walk.h"
#include "wasm/text/identifiers.h"

namespace wherry::wasm::text {

// How types are written: with the identifiers of types.
std::string print_type(const Identifiers& ids, HeapType type);
std::string print_type(const Identifiers& ids, ValType type);

class BodyPrinter {
 public:
  // Instructions go to `out`, on lines of their own, or, for constant expressions, behind one another.
  BodyPrinter(const Module& module, const Identifiers& ids, Reader& in, std::string& out, bool one_line)
      : module_(module), ids_(ids), in_(in), out_(out), one_line_(one_line) {}

  // For function bodies.
  IdentifierSpace locals, labels;
  const std::map<uint32_t, uint8_t>* hints = nullptr;

  // To the end of the reader; the final `end` is not printed.
  void run() { body::walk(in_, *this); }
  uint32_t instruction_count() const { return instruction_count_; }

#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  template <typename Immediate>                                         \
  void name(const Immediate& operand) {                                 \
    instruction(code, text, operand);                                   \
  }
#include "wasm/opcode.def"

 private:
  template <typename Immediate>
  void instruction(uint32_t code, std::string_view text, const Immediate& operand) {
    constexpr uint32_t code_else = 0x05, code_end = 0x0B;
    if (code == code_end) return end();
    if (code == code_else && !open_labels_.empty()) --indent_;
    begin_line(text);
    arguments(code, operand);
    if (code == code_else) ++indent_;
  }
  void begin_line(std::string_view text);
  void end();
  void open_block(const body::BlockType& type, std::span<const body::Catch> catches = {});
  void word(std::string_view text) { out_ += ' ', out_ += text; }
  void number(uint64_t value) { word(std::to_string(value)); }
  void ref(decode::Named space, uint32_t index) { word(ids_[space].ref(index)); }
  void ref_unless_zero(decode::Named space, uint32_t index) { if (index) ref(space, index); }
  void label(uint32_t depth);
  void bytes(std::span<const uint8_t> bytes);
  void memarg(const body::Memarg& memarg, unsigned natural);

  void arguments(uint32_t, const body::None&) {}
  void arguments(uint32_t, const body::BlockType& type) { open_block(type); }
  void arguments(uint32_t, const body::TryTable& block) { open_block(block.type, block.catches); }
  void arguments(uint32_t, const body::Label& target) { label(target.depth); }
  void arguments(uint32_t, const body::BrTable& table);
  void arguments(uint32_t, const body::Func& func) { ref(decode::Named::function, func.index); }
  void arguments(uint32_t, const body::Type& type) { ref(decode::Named::type, type.index); }
  void arguments(uint32_t, const body::Field& field);
  void arguments(uint32_t, const body::Local& local) { word(locals.ref(local.index)); }
  void arguments(uint32_t, const body::Global& global) { ref(decode::Named::global, global.index); }
  void arguments(uint32_t, const body::Table& table) { ref_unless_zero(decode::Named::table, table.index); }
  void arguments(uint32_t, const body::Memory& memory) { ref_unless_zero(decode::Named::memory, memory.index); }
  void arguments(uint32_t, const body::Tag& tag) { ref(decode::Named::tag, tag.index); }
  void arguments(uint32_t, const body::Data& data) { ref(decode::Named::data, data.index); }
  void arguments(uint32_t, const body::Elem& elem) { ref(decode::Named::element, elem.index); }
  void arguments(uint32_t, const body::CallIndirect& call);
  void arguments(uint32_t, const body::MemoryInit& init);
  void arguments(uint32_t, const body::MemoryCopy& copy);
  void arguments(uint32_t, const body::TableInit& init);
  void arguments(uint32_t, const body::TableCopy& copy);
  void arguments(uint32_t, const body::TypeCount& operand);
  void arguments(uint32_t, const body::TypeData& operand);
  void arguments(uint32_t, const body::TypeElem& operand);
  void arguments(uint32_t, const body::TypeType& operand);
  void arguments(uint32_t code, const body::Heap& heap);
  void arguments(uint32_t, const body::BrOnCast& cast);
  void arguments(uint32_t, const body::SelectTypes& select);
  void arguments(uint32_t, const body::S32& value) { word(std::to_string(value.value)); }
  void arguments(uint32_t, const body::S64& value) { word(std::to_string(value.value)); }
  void arguments(uint32_t, const body::F32& value);
  void arguments(uint32_t, const body::F64& value);
  void arguments(uint32_t, const body::V128& value);
  void arguments(uint32_t, const body::Shuffle& shuffle);
  template <unsigned count>
  void arguments(uint32_t, const body::Lane<count>& lane) {
    number(lane.index);
  }
  template <unsigned bytes_log2>
  void arguments(uint32_t, const body::Mem<bytes_log2>& operand) {
    memarg(operand, bytes_log2);
  }
  template <unsigned bytes_log2>
  void arguments(uint32_t, const body::MemLane<bytes_log2>& operand) {
    memarg(operand, bytes_log2);
    number(operand.lane);
  }

  const Module& module_;
  const Identifiers& ids_;
  Reader& in_;
  std::string& out_;
  bool one_line_;
  uint32_t indent_ = 2, labels_seen_ = 0, instruction_count_ = 0;
  std::vector<std::string> open_labels_;                        // identifiers, or empty
  std::unordered_map<std::string, std::vector<uint32_t>> bound_;  // the heights at which an identifier is open
};

}  // namespace wherry::wasm::text
