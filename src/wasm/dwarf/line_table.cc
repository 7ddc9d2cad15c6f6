#include "wasm/dwarf/line_table.h"

#include <algorithm>

#include "wasm/dwarf/line_program.h"

namespace wherry::wasm::dwarf {
namespace {

std::span<const uint8_t> section(const Module& module, std::string_view name) {
  for (const CustomSection& custom : module.custom) {
    if (custom.name == name) return custom.content.bytes;
  }
  return {};
}

}  // namespace

LineTable LineTable::read(const Module& module) {
  LineTable table;
  table.code_offset_ = module.code_offset;
  const Sections sections{section(module, ".debug_line"), section(module, ".debug_str"), section(module, ".debug_line_str")};
  Bytes units(sections.line);
  while (!units.done() && table.rows_.size() < rows_max) {
    const uint64_t short_size = units.fixed(4);
    const bool is_64 = short_size == 0xFFFFFFFF;
    const auto unit = units.take(is_64 ? units.fixed(8) : short_size);
    if (!units.failed()) LineProgram(sections, Bytes(unit), is_64, table).run();
  }
  std::sort(table.sequences_.begin(), table.sequences_.end(), [](const Sequence& a, const Sequence& b) { return a.address < b.address; });
  return table;
}

std::optional<SourceLine> LineTable::find(size_t offset) const {
  if (offset < code_offset_) return std::nullopt;
  const uint64_t address = offset - code_offset_;
  const auto past = [](uint64_t wanted, const auto& at) { return wanted < at.address; };
  const auto next = std::upper_bound(sequences_.begin(), sequences_.end(), address, past);
  if (next == sequences_.begin()) return std::nullopt;
  const Sequence& sequence = *(next - 1);
  const auto first = rows_.begin() + ptrdiff_t(sequence.begin), last = rows_.begin() + ptrdiff_t(sequence.end);
  const auto after = std::upper_bound(first, last, address, past);
  if (after == first) return std::nullopt;
  const Row& row = *(after - 1);
  if (row.file == no_file || row.line == 0) return std::nullopt;
  return SourceLine{files_[row.file], row.line, row.column};
}

}  // namespace wherry::wasm::dwarf
