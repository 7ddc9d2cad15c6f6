// All sections but types (core specification 5.5.3 to 5.5.16).
#include "wasm/decode/decoder.h"
#include "wasm/errors.h"

#include <fmt/format.h>

namespace wherry::wasm::decode {

ConstExpr Decoder::const_expr(Reader& in) {
  const size_t begin = in.offset();
  body::read_expression(in, scratch_, limits_);
  return since(begin, in);
}

void Decoder::custom_section(Reader& in) {
  const std::string_view name = in.name("a custom section's name", limits_.name_bytes_max);
  if (module_.custom.size() >= limits_.custom_sections_max) {
    in.fail(error::too_many(in.offset(), "custom sections", module_.custom.size() + 1, limits_.custom_sections_max));
  }
  const size_t offset = in.offset();
  module_.custom.push_back({name, {in.bytes(in.left(), "a custom section"), offset}, last_id_});
}

void Decoder::import(Reader& in) {
  const size_t offset = in.offset();
  const std::string_view module = in.name("a module name", limits_.name_bytes_max);
  const std::string_view name = in.name("an import's name", limits_.name_bytes_max);
  const size_t kind_at = in.offset();
  const uint8_t kind = in.byte("an import's kind");
  const auto add = [&](auto& space, auto item) {
    module_.imports.push_back({module, name, ExternKind(kind), uint32_t(space.size()), offset});
    space.push_back(std::move(item));
  };
  switch (ExternKind(kind)) {
    case ExternKind::func: return add(module_.functions, Function{in.u32("a type index"), {}});
    case ExternKind::table: return add(module_.tables, Table{table_type(in), {}});
    case ExternKind::memory: return add(module_.memories, memory_type(in));
    case ExternKind::global: return add(module_.globals, Global{global_type(in), {}});
    case ExternKind::tag: return add(module_.tags, tag_type(in));
  }
  in.fail(error::malformed_byte(kind_at, "an import's kind", kind));
}

void Decoder::import_section(Reader& in) {
  const uint32_t count = in.count("imports", limits_.imports_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) import(in);
  module_.imported_functions = uint32_t(module_.functions.size());
  module_.imported_tables = uint32_t(module_.tables.size());
  module_.imported_memories = uint32_t(module_.memories.size());
  module_.imported_globals = uint32_t(module_.globals.size());
  module_.imported_tags = uint32_t(module_.tags.size());
  check_space(in, module_.functions.size(), "functions", limits_.functions_max);
  check_space(in, module_.tables.size(), "tables", limits_.tables_max);
  check_space(in, module_.memories.size(), "memories", limits_.memories_max);
  check_space(in, module_.globals.size(), "globals", limits_.globals_max);
  check_space(in, module_.tags.size(), "tags", limits_.tags_max);
}

void Decoder::function_section(Reader& in) {
  own_functions_ = in.count("functions", limits_.functions_max);
  check_space(in, module_.functions.size() + own_functions_, "functions", limits_.functions_max);
  if (in.failed()) return;
  module_.functions.reserve(module_.functions.size() + own_functions_);
  for (uint32_t i = 0; i < own_functions_; ++i) module_.functions.push_back({in.u32("a type index"), {}});
}

// 0x40 0x00 announces a table with an initial value for its elements (5.5.7).
void Decoder::table_section(Reader& in) {
  const uint32_t count = in.count("tables", limits_.tables_max);
  check_space(in, module_.tables.size() + count, "tables", limits_.tables_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const size_t start = in.offset();
    const bool has_init = in.peek() == 0x40;
    if (has_init) {
      in.byte("a table");
      require(in, start, "a table with an initial value", Feature::function_references);
      const uint8_t zero = in.byte("a zero byte");
      if (zero != 0) in.fail(error::malformed_byte(start + 1, "a zero byte", zero));
    }
    Table table{table_type(in), {}};
    if (has_init) table.init = const_expr(in);
    module_.tables.push_back(std::move(table));
  }
}

void Decoder::memory_section(Reader& in) {
  const uint32_t count = in.count("memories", limits_.memories_max);
  check_space(in, module_.memories.size() + count, "memories", limits_.memories_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) module_.memories.push_back(memory_type(in));
}

void Decoder::tag_section(Reader& in) {
  const uint32_t count = in.count("tags", limits_.tags_max);
  check_space(in, module_.tags.size() + count, "tags", limits_.tags_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) module_.tags.push_back(tag_type(in));
}

void Decoder::global_section(Reader& in) {
  const uint32_t count = in.count("globals", limits_.globals_max);
  check_space(in, module_.globals.size() + count, "globals", limits_.globals_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const GlobalType type = global_type(in);
    module_.globals.push_back({type, const_expr(in)});
  }
}

void Decoder::export_section(Reader& in) {
  const uint32_t count = in.count("exports", limits_.exports_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const size_t offset = in.offset();
    const std::string_view name = in.name("an export's name", limits_.name_bytes_max);
    const size_t kind_at = in.offset();
    const uint8_t kind = in.byte("an export's kind");
    if (kind > uint8_t(ExternKind::tag)) in.fail(error::malformed_byte(kind_at, "an export's kind", kind));
    module_.exports.push_back({name, ExternKind(kind), in.u32("an index"), offset});
  }
}

void Decoder::start_section(Reader& in) {
  module_.start_offset = in.offset();
  module_.start = in.u32("a function index");
}

// Flags (5.5.12): bit 0 not active; bit 1 declarative, or with a table index; bit 2 expressions instead of indices.
ElementSegment Decoder::element_segment(Reader& in) {
  ElementSegment segment;
  segment.offset = in.offset();
  const uint32_t flags = in.u32("an element segment");
  if (flags > 7) in.fail(error::malformed(segment.offset, "an element segment's flags", std::to_string(flags)));
  if (flags != 0) require(in, segment.offset, "an element segment of this form", Feature::bulk_memory);
  segment.mode = !(flags & 1) ? SegmentMode::active : flags & 2 ? SegmentMode::declarative : SegmentMode::passive;
  segment.uses_expressions = flags & 4;
  if (segment.mode == SegmentMode::active) {
    if (flags & 2) segment.table = in.u32("a table index");
    segment.at = const_expr(in);
  }
  const size_t type_at = in.offset();
  // Function indices are never null; without a type, expressions are funcref for compatibility.
  segment.type = segment.uses_expressions ? types::funcref : ValType::reference(heap::func, false);
  if ((flags & 3) && segment.uses_expressions) {
    segment.type = in.val_type("a reference type");
    if (!segment.type.is_ref() && !in.failed()) in.fail(error::malformed(type_at, "a reference type", to_text(segment.type)));
  } else if (flags & 3) {
    const uint8_t kind = in.byte("an element kind");
    if (kind != 0) in.fail(error::malformed_byte(type_at, "an element kind (0)", kind));
  }
  const uint32_t count = in.count("elements", limits_.table_elements_max);
  if (segment.uses_expressions) {
    for (uint32_t i = 0; i < count && !in.failed(); ++i) segment.elements.push_back(const_expr(in));
  } else {
    segment.functions.resize(count);
    for (uint32_t& function : segment.functions) function = in.u32("a function index");
  }
  return segment;
}

void Decoder::element_section(Reader& in) {
  const uint32_t count = in.count("element segments", limits_.element_segments_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) module_.elements.push_back(element_segment(in));
}

void Decoder::data_count_section(Reader& in) {
  const size_t start = in.offset();
  module_.data_count = in.u32("the number of data segments");
  require(in, start, "a data count section", Feature::bulk_memory);
}

void Decoder::code_section(Reader& in) {
  has_code_ = true;
  module_.code_offset = in.offset();
  const size_t start = in.offset();
  const uint32_t count = in.count("function bodies", UINT32_MAX);
  if (count != own_functions_ && !in.failed()) {
    in.fail(error::malformed(start, fmt::format("{} bodies, as the function section says", own_functions_), std::to_string(count)));
  }
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const size_t size_at = in.offset();
    const uint32_t size = in.u32("a body's size");
    if (size > limits_.body_bytes_max && size <= in.left()) in.fail(error::too_many(size_at, "bytes in a body", size, limits_.body_bytes_max));
    const size_t offset = in.offset();
    module_.functions[module_.imported_functions + i].body = {in.bytes(size, "a function body"), offset};
  }
}

DataSegment Decoder::data_segment(Reader& in) {
  DataSegment segment{SegmentMode::active, 0, {}, {}};
  const size_t start = in.offset();
  const uint32_t flags = in.u32("a data segment");
  if (flags > 2) in.fail(error::malformed(start, "a data segment's flags", std::to_string(flags)));
  if (flags != 0) require(in, start, "a data segment of this form", Feature::bulk_memory);
  if (flags == 1) segment.mode = SegmentMode::passive;
  if (flags == 2) segment.memory = in.u32("a memory index");
  if (segment.mode == SegmentMode::active) segment.at = const_expr(in);
  const uint32_t size = in.u32("a data segment's size");
  const size_t offset = in.offset();
  segment.data = {in.bytes(size, "a data segment's bytes"), offset};
  return segment;
}

void Decoder::data_section(Reader& in) {
  const uint32_t count = in.count("data segments", limits_.data_segments_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) module_.data.push_back(data_segment(in));
}

}  // namespace wherry::wasm::decode
