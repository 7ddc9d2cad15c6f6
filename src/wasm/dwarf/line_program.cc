#include "wasm/dwarf/line_program.h"

namespace wherry::wasm::dwarf {
namespace {

// DWARF 5, 7.22 and 7.5.6: the codes that are used here.
enum Standard : uint8_t { copy = 1, advance_pc, advance_line, set_file, set_column, negate_statement, set_basic_block, const_add_pc, fixed_advance_pc };
enum Extended : uint8_t { end_sequence = 1, set_address = 2 };
enum Content : uint64_t { content_path = 1, content_directory = 2 };
enum Form : uint64_t {
  form_block = 0x09, form_data1 = 0x0B, form_data2 = 0x05, form_data4 = 0x06, form_data8 = 0x07, form_data16 = 0x1E,
  form_string = 0x08, form_strp = 0x0E, form_line_strp = 0x1F, form_udata = 0x0F,
};

std::string_view text_at(std::span<const uint8_t> section, uint64_t at) {
  return at < section.size() ? Bytes(section.subspan(size_t(at))).text().substr(0, path_bytes_max) : std::string_view();
}

}  // namespace

void LineProgram::run() {
  if (!read_header()) return;
  sequence_begin_ = table_.rows_.size();
  while (!in_.done() && table_.rows_.size() < rows_max) execute(uint8_t(in_.fixed(1)));
  table_.rows_.resize(sequence_begin_);  // a sequence that doesn't end is left out
}

bool LineProgram::read_header() {
  version_ = in_.fixed(2);
  if (version_ < 2 || version_ > 5) return false;
  if (version_ == 5 && (in_.fixed(1) != 4 || in_.fixed(1) != 0)) return false;  // 32-bit addresses, no segments
  const uint64_t header_bytes = in_.fixed(is_64_ ? 8 : 4);
  const uint64_t program_at = in_.at() + header_bytes;
  instruction_bytes_min_ = in_.fixed(1);
  if (version_ >= 4) in_.fixed(1);  // operations an instruction: one on WebAssembly
  in_.fixed(1);                     // default_is_stmt
  line_base_ = int8_t(in_.fixed(1));
  line_range_ = in_.fixed(1);
  opcode_base_ = in_.fixed(1);
  if (line_range_ == 0 || opcode_base_ == 0) return false;
  const auto counts = in_.take(opcode_base_ - 1);
  operand_counts_.assign(counts.begin(), counts.end());
  version_ == 5 ? read_files_v5() : read_files_v4();
  if (in_.failed() || program_at < in_.at()) return false;
  in_.take(program_at - in_.at());
  return !in_.failed();
}

void LineProgram::read_files_v4() {
  std::vector<std::string> directories{""};
  for (std::string_view name = in_.text(); !name.empty() && directories.size() < files_max; name = in_.text()) directories.emplace_back(name.substr(0, path_bytes_max));
  files_.push_back(LineTable::no_file);  // numbers begin at 1
  for (std::string_view name = in_.text(); !name.empty(); name = in_.text()) {
    const Entry entry{std::string(name.substr(0, path_bytes_max)), in_.uleb()};
    in_.uleb();  // time
    in_.uleb();  // size
    files_.push_back(add_file(directories, entry));
  }
}

void LineProgram::read_files_v5() {
  std::vector<std::string> directories;
  for (Entry& entry : read_entries()) directories.push_back(std::move(entry.path));
  for (const Entry& entry : read_entries()) files_.push_back(add_file(directories, entry));
}

std::vector<LineProgram::EntryField> LineProgram::read_formats() {
  std::vector<EntryField> formats(size_t(in_.fixed(1)));
  for (EntryField& field : formats) {
    field.content = in_.uleb();
    field.form = in_.uleb();
  }
  return formats;
}

std::vector<LineProgram::Entry> LineProgram::read_entries() {
  const auto formats = read_formats();
  std::vector<Entry> entries;
  const uint64_t count = in_.uleb();
  if (formats.empty()) return entries;
  for (uint64_t i = 0; i < count && !in_.done() && i < files_max; ++i) {
    Entry entry;
    for (const EntryField& field : formats) {
      if (field.content == content_path) entry.path = read_text_form(field.form);
      else if (field.content == content_directory) entry.directory = read_number_form(field.form);
      else skip_form(field.form);
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string_view LineProgram::read_text_form(uint64_t form) {
  switch (form) {
    case form_string: return in_.text().substr(0, path_bytes_max);
    case form_strp: return text_at(sections_.str, in_.fixed(is_64_ ? 8 : 4));
    case form_line_strp: return text_at(sections_.line_str, in_.fixed(is_64_ ? 8 : 4));
    default: skip_form(form); return {};
  }
}

uint64_t LineProgram::read_number_form(uint64_t form) {
  switch (form) {
    case form_data1: return in_.fixed(1);
    case form_data2: return in_.fixed(2);
    case form_data4: return in_.fixed(4);
    case form_data8: return in_.fixed(8);
    case form_udata: return in_.uleb();
    default: skip_form(form); return 0;
  }
}

void LineProgram::skip_form(uint64_t form) {
  switch (form) {
    case form_data1: in_.fixed(1); return;
    case form_data2: in_.fixed(2); return;
    case form_data4: in_.fixed(4); return;
    case form_data8: in_.fixed(8); return;
    case form_data16: in_.take(16); return;
    case form_udata: in_.uleb(); return;
    case form_string: in_.text(); return;
    case form_strp:
    case form_line_strp: in_.fixed(is_64_ ? 8 : 4); return;
    case form_block: in_.take(in_.uleb()); return;
    default: in_.take(UINT64_MAX);  // of unknown size: nothing after it can be read
  }
}

uint32_t LineProgram::add_file(const std::vector<std::string>& directories, const Entry& entry) {
  if (table_.files_.size() >= files_max) return LineTable::no_file;
  const bool has_directory = entry.directory < directories.size() && !directories[size_t(entry.directory)].empty();
  const bool is_absolute = entry.path.starts_with('/');
  table_.files_.push_back(has_directory && !is_absolute ? directories[size_t(entry.directory)] + "/" + entry.path : entry.path);
  return uint32_t(table_.files_.size() - 1);
}

void LineProgram::execute(uint8_t opcode) {
  if (opcode == 0) return execute_extended();
  if (opcode < opcode_base_) return execute_standard(opcode);
  const uint64_t adjusted = opcode - opcode_base_;  // a special opcode, 6.2.5.1
  advance(adjusted / line_range_);
  state_.line += uint64_t(line_base_ + int64_t(adjusted % line_range_));
  emit(table_file());
}

void LineProgram::execute_standard(uint8_t opcode) {
  switch (opcode) {
    case copy: return emit(table_file());
    case advance_pc: return advance(in_.uleb());
    case advance_line: state_.line += uint64_t(in_.sleb()); return;
    case set_file: state_.file = in_.uleb(); return;
    case set_column: state_.column = in_.uleb(); return;
    case const_add_pc: return advance((255 - opcode_base_) / line_range_);
    case fixed_advance_pc: state_.address += in_.fixed(2); return;
    default:
      for (uint8_t i = 0; i < operand_counts_[opcode - 1]; ++i) in_.uleb();
  }
}

void LineProgram::execute_extended() {
  Bytes instruction(in_.take(in_.uleb()));
  const uint64_t opcode = instruction.fixed(1);
  if (opcode == set_address) state_.address = instruction.fixed(4);
  if (opcode != end_sequence) return;
  emit(LineTable::no_file);
  // Functions that the linker dropped keep their rows, at address 0 or at the largest one: they describe nothing.
  const uint32_t address = table_.rows_[sequence_begin_].address;
  if (address == 0 || address >= 0xFFFFFFFE) table_.rows_.resize(sequence_begin_);
  else table_.sequences_.push_back({address, sequence_begin_, table_.rows_.size()});
  sequence_begin_ = table_.rows_.size();
  state_ = {};
}

void LineProgram::emit(uint32_t file) {
  table_.rows_.push_back({uint32_t(state_.address), file, uint32_t(state_.line), uint32_t(state_.column)});
}

uint32_t LineProgram::table_file() const {
  // Rows of an unknown file still bound their neighbours: as an end.
  return state_.file < files_.size() ? files_[size_t(state_.file)] : LineTable::no_file;
}

}  // namespace wherry::wasm::dwarf
