// Source lines from a module's DWARF custom sections (".debug_line" and its string sections, DWARF 2 to 5).
// Everything in these sections is untrusted: what can't be read is left out, never an error, and what is kept is bounded.
// Addresses count from the start of the code section's content, as the tool conventions for WebAssembly have it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wasm/module.h"

namespace wherry::wasm::dwarf {

struct SourceLine {
  std::string file;  // as the compiler named it, with its directory where that is known
  uint32_t line = 0;
  uint32_t column = 0;  // 0: unknown
};

class LineTable {
 public:
  // Reads all line programs of `module`; empty if it has none.
  static LineTable read(const Module& module);

  bool empty() const { return rows_.empty(); }
  // The source of the instruction at `offset` in the module's file.
  std::optional<SourceLine> find(size_t offset) const;

 private:
  friend class LineProgram;
  struct Row {
    uint32_t address;
    uint32_t file;  // in files_; no_file: nothing is known from here on
    uint32_t line;
    uint32_t column;
  };
  static constexpr uint32_t no_file = UINT32_MAX;

  // Rows from `begin` to before `end`, addresses ascending; sequences come in any order.
  struct Sequence {
    uint32_t address;
    size_t begin, end;
  };

  size_t code_offset_ = 0;
  std::vector<Row> rows_;
  std::vector<Sequence> sequences_;  // by address
  std::vector<std::string> files_;
};

}  // namespace wherry::wasm::dwarf
