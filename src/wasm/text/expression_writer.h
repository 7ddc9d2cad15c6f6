// Reads instructions, plain and folded (core specification 6.5), and writes them as the binary format has them.
// Nesting costs memory of its own, never stack.
#pragma once

#include <unordered_map>

#include "wasm/text/opcodes.h"
#include "wasm/text/type_reader.h"

namespace wherry::wasm::text {

struct BranchHint {
  size_t offset;  // in the output
  uint8_t value;
};

class ExpressionWriter {
 public:
  ExpressionWriter(Scope& scope, Cursor& cursor, ByteWriter& out) : scope_(scope), cursor_(cursor), out_(out) {}

  Result<void> define_local(const NamedLocal& local, size_t at);

  // Instructions to the end of the list that the cursor is in, which is not consumed. Writes no `end`.
  Result<void> sequence() { return run(false); }
  // One folded instruction.
  Result<void> folded() { return run(true); }

  std::vector<BranchHint> hints;
  std::vector<NamedIndex> label_names;

 private:
  // What surrounds the instruction at hand.
  enum class Form : uint8_t {
    operands,      // of a folded instruction, whose bytes wait in `deferred_`
    condition,     // of a folded `if`, which waits too
    list,          // a folded block, loop or try_table
    then, else_,   // the arms of a folded `if`
    block,         // block … end, without parentheses
    if_, if_else,  // if … else … end, without parentheses
  };
  struct Frame {
    Form form;
    size_t deferred = 0;  // where the frame's own bytes begin in `deferred_`
    std::string_view label, label_name;  // the identifier, and what the name section calls it
    std::optional<uint8_t> hint;
    size_t begin = 0;  // in the text
  };

  Result<void> run(bool single);
  Result<void> end_of_list();
  Result<void> then_arm();
  Result<void> after_then();
  Result<void> open_folded();
  Result<void> plain();
  Result<void> plain_end();
  Result<void> plain_else();
  Result<std::optional<uint8_t>> take_hint();
  Result<const Opcode*> take_opcode();

  // A block's label, immediate and frame; `begin` is where the instruction stands in the text.
  Result<void> open_block(const Opcode& opcode, Form form, std::optional<uint8_t> hint, size_t begin);
  Result<void> close_block();
  Result<void> check_end_label(const Frame& frame);
  void emit(const ByteWriter& bytes, std::optional<uint8_t> hint);
  void flush(const Frame& frame);
  void push_label(const Frame& frame);
  void pop_label();

  // The opcode and its immediate, into `out`.
  Result<void> instruction(const Opcode& opcode, ByteWriter& out);
  Result<void> immediate(const Opcode& opcode, ByteWriter& out);
  Result<void> reference_immediate(const Opcode& opcode, ByteWriter& out);
  Result<void> index(const IndexSpace& space, ByteWriter& out);
  Result<void> optional_index(const IndexSpace& space, ByteWriter& out);
  Result<void> two_optional_indices(const IndexSpace& space, ByteWriter& out);
  Result<void> segment_and(const IndexSpace& segments, const IndexSpace& space, ByteWriter& out);
  Result<void> label(ByteWriter& out);
  Result<void> br_table(ByteWriter& out);
  Result<void> block_type(ByteWriter& out);
  Result<void> catches(ByteWriter& out);
  Result<void> call_indirect(ByteWriter& out);
  Result<void> select(ByteWriter& out);
  Result<void> test_or_cast(const Opcode& opcode, ByteWriter& out);
  Result<void> br_on_cast(ByteWriter& out);
  Result<void> field(ByteWriter& out);
  Result<void> local(ByteWriter& out);
  Result<void> memarg(const Opcode& opcode, ByteWriter& out);
  Result<uint64_t> number(uint64_t max, std::string_view what);
  Result<uint64_t> integer(unsigned bits, std::string_view what);
  Result<void> lane(ByteWriter& out);

  Scope& scope_;
  Cursor& cursor_;
  ByteWriter& out_;
  ByteWriter deferred_;
  std::vector<Frame> frames_;
  std::unordered_map<std::string_view, uint32_t> locals_;
  // Open labels: how many, and the heights at which each name is bound, innermost last.
  uint32_t label_height_ = 0, labels_seen_ = 0;
  std::unordered_map<std::string_view, std::vector<uint32_t>> label_ids_;
  std::vector<std::string_view> open_labels_;
};

// The 16 bytes of a vector literal, from its shape (i8x16 …) on; for scripts too, whose lanes may be patterns.
Result<void> read_v128(Cursor& cursor, ByteWriter& out);

}  // namespace wherry::wasm::text
