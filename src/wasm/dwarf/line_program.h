// Runs one unit's line program (DWARF 5, section 6.2) and adds its rows to a LineTable.
#pragma once

#include <string>
#include <vector>

#include "wasm/dwarf/bytes.h"
#include "wasm/dwarf/line_table.h"

namespace wherry::wasm::dwarf {

// Bounds on what hostile sections can make a table hold, of all units together.
inline constexpr size_t rows_max = 4'000'000;
inline constexpr size_t files_max = 100'000;
inline constexpr size_t path_bytes_max = 1'000;

struct Sections {
  std::span<const uint8_t> line, str, line_str;
};

class LineProgram {
 public:
  LineProgram(const Sections& sections, Bytes unit, bool is_64, LineTable& table)
      : sections_(sections), in_(unit), is_64_(is_64), table_(table) {}

  void run();

 private:
  struct Registers {
    uint64_t address = 0;
    uint64_t file = 1;
    uint64_t line = 1;
    uint64_t column = 0;
  };
  struct EntryField {
    uint64_t content, form;
  };
  struct Entry {
    std::string path;
    uint64_t directory = 0;
  };

  bool read_header();
  void read_files_v4();
  void read_files_v5();
  std::vector<EntryField> read_formats();
  std::vector<Entry> read_entries();
  std::string_view read_text_form(uint64_t form);
  uint64_t read_number_form(uint64_t form);
  void skip_form(uint64_t form);
  uint32_t add_file(const std::vector<std::string>& directories, const Entry& entry);

  void execute(uint8_t opcode);
  void execute_standard(uint8_t opcode);
  void execute_extended();
  void advance(uint64_t operation_advance) { state_.address += operation_advance * instruction_bytes_min_; }
  void emit(uint32_t file);
  uint32_t table_file() const;

  const Sections& sections_;
  Bytes in_;
  bool is_64_;
  LineTable& table_;

  uint64_t version_ = 0;
  uint64_t instruction_bytes_min_ = 1;
  int64_t line_base_ = 0;
  uint64_t line_range_ = 1;
  uint64_t opcode_base_ = 1;
  std::vector<uint8_t> operand_counts_;
  std::vector<uint32_t> files_;  // the program's file numbers, from 0, in the table's
  Registers state_;
  size_t sequence_begin_ = 0;  // in table_.rows_
};

}  // namespace wherry::wasm::dwarf
