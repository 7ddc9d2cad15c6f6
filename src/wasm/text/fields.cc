// The second pass of ModuleWriter: what each field says.
#include <algorithm>

#include "wasm/text/module_writer.h"

namespace wherry::wasm::text {

Result<void> ModuleWriter::write_fields() {
  TRY(custom_annotations());
  while (!cursor_.at_list_end()) {
    TRY(write_field());
    TRY(cursor_.close());
    TRY(custom_annotations());
  }
  return {};
}

// All but the `)`.
Result<void> ModuleWriter::write_field() {
  if (cursor_.is_list("type") || cursor_.is_list("rec")) {  // read_types has read them
    cursor_.seek(cursor_.peek().match);
    return {};
  }
  if (cursor_.take_list("import")) return import_field();
  if (cursor_.take_list("export")) return export_field();
  if (cursor_.take_list("func")) return function_field();
  if (cursor_.take_list("table")) return table_field();
  if (cursor_.take_list("memory")) return memory_field();
  if (cursor_.take_list("global")) return global_field();
  if (cursor_.take_list("tag")) return tag_field();
  if (cursor_.take_list("start")) return start_field();
  if (cursor_.take_list("elem")) return element_field();
  if (cursor_.take_list("data")) return data_field();
  return cursor_.expected("a module field");
}

Result<void> ModuleWriter::import_field() {
  InlineImport import{TRY(utf8_name("a module name")), TRY(utf8_name("a name"))};
  const ExternKind kind = TRY(extern_kind());
  const uint32_t index = next_entity_[size_t(kind)]++;
  scope_.take_id(cursor_);
  ByteWriter type;
  switch (kind) {
    case ExternKind::func: {
      std::vector<NamedLocal> locals;
      type.u32(type_index(scope_, TRY(read_type_use(scope_, cursor_, &locals))));
      name_locals(index, locals);
      break;
    }
    case ExternKind::table: write_table_type(type, TRY(read_table_type(scope_, cursor_))); break;
    case ExternKind::memory: write_memory_type(type, TRY(read_memory_type(scope_, cursor_))); break;
    case ExternKind::global: {
      const GlobalType global = TRY(read_global_type(scope_, cursor_));
      type.field_type({global.type, global.is_mutable});
      break;
    }
    case ExternKind::tag: {
      std::vector<NamedLocal> locals;
      type.byte(0);
      type.u32(type_index(scope_, TRY(read_type_use(scope_, cursor_, &locals))));
      break;
    }
  }
  TRY(cursor_.close());
  write_import(import, kind, type);
  return {};
}

void ModuleWriter::write_import(const InlineImport& import, ExternKind kind, const ByteWriter& type) {
  ByteWriter& out = imports_.add();
  out.name(import.module);
  out.name(import.name);
  out.byte(uint8_t(kind));
  out.append(type);
}

Result<void> ModuleWriter::export_field() {
  const std::string name = TRY(utf8_name("a name"));
  const ExternKind kind = TRY(extern_kind());
  ByteWriter& out = exports_.add();
  out.name(name);
  out.byte(uint8_t(kind));
  out.u32(TRY(scope_.index(space(kind), cursor_)));
  return cursor_.close();
}

Result<std::optional<ModuleWriter::InlineImport>> ModuleWriter::head(ExternKind kind, uint32_t index) {
  scope_.take_id(cursor_);
  while (cursor_.take_list("export")) {
    ByteWriter& out = exports_.add();
    out.name(TRY(utf8_name("a name")));
    out.byte(uint8_t(kind));
    out.u32(index);
    TRY(cursor_.close());
  }
  if (!cursor_.take_list("import")) return std::nullopt;
  InlineImport import{TRY(utf8_name("a module name")), TRY(utf8_name("a name"))};
  TRY(cursor_.close());
  return import;
}

Result<void> ModuleWriter::function_field() {
  const uint32_t index = next_entity_[size_t(ExternKind::func)]++;
  const auto import = TRY(head(ExternKind::func, index));
  std::vector<NamedLocal> locals;
  const TypeUse use = TRY(read_type_use(scope_, cursor_, &locals));
  ByteWriter type;
  type.u32(type_index(scope_, use));
  if (import) {
    name_locals(index, locals);
    write_import(*import, ExternKind::func, type);
    return {};
  }
  functions_.add().append(type);
  return function_body(index, use, std::move(locals));
}

void ModuleWriter::name_locals(uint32_t function, std::span<const NamedLocal> locals) {
  if (locals.empty()) return;
  std::vector<NamedIndex> names;
  for (const NamedLocal& local : locals) names.push_back({local.index, local.name});
  names_.locals.push_back({function, std::move(names)});
}

Result<void> ModuleWriter::function_body(uint32_t function, const TypeUse& use, std::vector<NamedLocal> locals) {
  const size_t begin = cursor_.peek().begin;
  const TypeEntry* type = use.index && *use.index < scope_.type_entries.size() ? &scope_.type_entries[*use.index] : nullptr;
  const uint32_t params = uint32_t(type ? type->type.params.size() : use.written.params.size());
  std::vector<ValType> types;
  while (cursor_.take_list("local")) {
    TRY(read_val_types(scope_, cursor_, types, &locals, params + uint32_t(types.size())));
  }
  ByteWriter body, runs;
  uint32_t run_count = 0;
  for (size_t i = 0; i < types.size(); ++run_count) {
    size_t end = i;
    while (end < types.size() && types[end] == types[i]) ++end;
    runs.u32(uint32_t(end - i));
    runs.val_type(types[i]);
    i = end;
  }
  body.u32(run_count);
  body.append(runs);
  ExpressionWriter writer(scope_, cursor_, body);
  for (const NamedLocal& local : locals) TRY(writer.define_local(local, begin));
  name_locals(function, locals);
  TRY(writer.sequence());
  body.opcode(0x0B);
  code_.add().sized(body);
  if (!writer.label_names.empty()) names_.labels.push_back({function, std::move(writer.label_names)});
  if (!writer.hints.empty()) hints_.push_back({function, std::move(writer.hints)});
  return {};
}

Result<void> ModuleWriter::table_field() {
  const uint32_t index = next_entity_[size_t(ExternKind::table)]++;
  const auto import = TRY(head(ExternKind::table, index));
  Cursor ahead = cursor_;
  TRY(read_address_type(ahead));
  ByteWriter bytes;
  if (import || ahead.is(TokenKind::number)) {
    const TableType type = TRY(read_table_type(scope_, cursor_));
    write_table_type(bytes, type);
    if (import) {
      write_import(*import, ExternKind::table, bytes);
      return {};
    }
    ByteWriter& out = tables_.add();
    if (!cursor_.at_list_end()) {
      out.byte(0x40);
      out.byte(0x00);
      out.append(bytes);
      return expression(out);
    }
    out.append(bytes);
    return {};
  }
  TableType type;
  type.address = TRY(read_address_type(cursor_));
  type.element = TRY(read_ref_type(scope_, cursor_));
  TRY(cursor_.open("elem"));
  const ElementList list = TRY(inline_elements(type.element));
  TRY(cursor_.close());
  type.elements = {list.items.count, list.items.count};
  write_table_type(tables_.add(), type);
  ByteWriter at;
  at.opcode(type.address == AddressType::i64 ? 0x42 : 0x41);
  at.byte(0);
  at.opcode(0x0B);
  write_element(SegmentMode::active, index, at, list);
  return {};
}

Result<void> ModuleWriter::memory_field() {
  const uint32_t index = next_entity_[size_t(ExternKind::memory)]++;
  const auto import = TRY(head(ExternKind::memory, index));
  Cursor ahead = cursor_;
  MemoryType type;
  type.address = TRY(read_address_type(ahead));
  const auto page = TRY(read_page_size(ahead));
  if (!import && ahead.is_list("data")) {
    cursor_ = ahead;
    if (page) type.page_bytes_log2 = *page;
    return inline_data(index, type);
  }
  ByteWriter bytes;
  write_memory_type(bytes, TRY(read_memory_type(scope_, cursor_)));
  if (import) write_import(*import, ExternKind::memory, bytes);
  else memories_.add().append(bytes);
  return {};
}

Result<void> ModuleWriter::inline_data(uint32_t memory, MemoryType type) {
  TRY(cursor_.open("data"));
  const std::string bytes = TRY(cursor_.strings());
  TRY(cursor_.close());
  if (type.page_bytes_log2 > 63) return cursor_.invalid("invalid custom page size");
  const uint64_t page = uint64_t(1) << type.page_bytes_log2;
  const uint64_t pages = bytes.size() / page + (bytes.size() % page != 0);
  type.pages = {pages, pages};
  write_memory_type(memories_.add(), type);
  ByteWriter at;
  at.opcode(type.address == AddressType::i64 ? 0x42 : 0x41);
  at.byte(0);
  at.opcode(0x0B);
  write_data(SegmentMode::active, memory, at, bytes);
  return {};
}

Result<void> ModuleWriter::global_field() {
  const uint32_t index = next_entity_[size_t(ExternKind::global)]++;
  const auto import = TRY(head(ExternKind::global, index));
  const GlobalType type = TRY(read_global_type(scope_, cursor_));
  ByteWriter bytes;
  bytes.field_type({type.type, type.is_mutable});
  if (import) {
    write_import(*import, ExternKind::global, bytes);
    return {};
  }
  ByteWriter& out = globals_.add();
  out.append(bytes);
  return expression(out);
}

Result<void> ModuleWriter::tag_field() {
  const uint32_t index = next_entity_[size_t(ExternKind::tag)]++;
  const auto import = TRY(head(ExternKind::tag, index));
  ByteWriter bytes;
  bytes.byte(0);  // the attribute: an exception (5.5.16)
  std::vector<NamedLocal> names;
  bytes.u32(type_index(scope_, TRY(read_type_use(scope_, cursor_, &names))));
  if (import) write_import(*import, ExternKind::tag, bytes);
  else tags_.add().append(bytes);
  return {};
}

Result<void> ModuleWriter::start_field() {
  if (start_) return cursor_.invalid("multiple start sections: a module has at most one start function");
  start_ = TRY(scope_.index(scope_.functions, cursor_));
  return {};
}

Result<void> ModuleWriter::expression(ByteWriter& out) {
  TRY(ExpressionWriter(scope_, cursor_, out).sequence());
  out.opcode(0x0B);
  return {};
}

Result<void> ModuleWriter::offset(ByteWriter& out) {
  if (cursor_.take_list("offset")) {
    TRY(expression(out));
    return cursor_.close();
  }
  if (!cursor_.is(TokenKind::open)) return cursor_.expected("an offset");
  TRY(ExpressionWriter(scope_, cursor_, out).folded());
  out.opcode(0x0B);
  return {};
}

Result<void> ModuleWriter::element_field() {
  scope_.take_id(cursor_);
  SegmentMode mode = SegmentMode::passive;
  uint32_t table = 0;
  ByteWriter at;
  bool names_table = false;
  if (cursor_.take_keyword("declare")) {
    mode = SegmentMode::declarative;
  } else if (cursor_.take_list("table")) {
    table = TRY(scope_.index(scope_.tables, cursor_));
    TRY(cursor_.close());
    names_table = true;
  } else if (cursor_.is(TokenKind::number)) {  // how WebAssembly 1.0 wrote it
    table = TRY(scope_.index(scope_.tables, cursor_));
  }
  if (names_table || (mode == SegmentMode::passive && cursor_.is(TokenKind::open) && !at_ref_type(cursor_))) {
    mode = SegmentMode::active;
    TRY(offset(at));
  }
  const ElementList list = TRY(element_list(mode == SegmentMode::active && !names_table));
  write_element(mode, table, at, list);
  return {};
}

// `func x*`, a reference type and expressions, or, in the shortest form, indices alone (6.6.8).
Result<ModuleWriter::ElementList> ModuleWriter::element_list(bool may_be_bare) {
  ElementList list;
  if (cursor_.take_keyword("func") || (may_be_bare && (Scope::at_index(cursor_) || cursor_.at_list_end()))) {
    TRY(element_indices(list));
    return list;
  }
  list.type = TRY(read_ref_type(scope_, cursor_));
  list.uses_expressions = true;
  TRY(element_items(list));
  return list;
}

// In a table of another type than funcref indices stand for expressions.
Result<ModuleWriter::ElementList> ModuleWriter::inline_elements(ValType type) {
  ElementList list;
  list.type = type;
  list.uses_expressions = type != types::funcref || cursor_.is(TokenKind::open);
  if (cursor_.is(TokenKind::open)) TRY(element_items(list));
  else TRY(element_indices(list));
  return list;
}

Result<void> ModuleWriter::element_items(ElementList& list) {
  while (!cursor_.at_list_end()) {
    ByteWriter& out = list.items.add();
    if (cursor_.take_list("item")) {
      TRY(expression(out));
      TRY(cursor_.close());
    } else if (cursor_.is(TokenKind::open)) {
      TRY(ExpressionWriter(scope_, cursor_, out).folded());
      out.opcode(0x0B);
    } else {
      return cursor_.expected("`(item` or a folded instruction");
    }
  }
  return {};
}

Result<void> ModuleWriter::element_indices(ElementList& list) {
  while (!cursor_.at_list_end()) {
    ByteWriter& out = list.items.add();
    if (list.uses_expressions) out.opcode(0xD2);
    out.u32(TRY(scope_.index(scope_.functions, cursor_)));
    if (list.uses_expressions) out.opcode(0x0B);
  }
  return {};
}

// The eight forms of 5.5.12: bit 0 not active, bit 1 a table (or declarative), bit 2 expressions.
void ModuleWriter::write_element(SegmentMode mode, uint32_t table, const ByteWriter& at, const ElementList& list) {
  ByteWriter& out = elements_.add();
  const bool expressions = list.uses_expressions;
  const bool is_short = mode == SegmentMode::active && table == 0 && (!expressions || list.type == types::funcref);
  uint32_t form = expressions ? 4 : 0;
  if (mode == SegmentMode::active) form |= is_short ? 0 : 2;
  else form |= mode == SegmentMode::passive ? 1 : 3;
  out.u32(form);
  if (mode == SegmentMode::active) {
    if (!is_short) out.u32(table);
    out.append(at);
  }
  if (!is_short) {
    if (expressions) out.val_type(list.type);
    else out.byte(0);
  }
  out.u32(list.items.count);
  out.append(list.items.items);
}

Result<void> ModuleWriter::data_field() {
  scope_.take_id(cursor_);
  uint32_t memory = 0;
  ByteWriter at;
  const bool in_list = cursor_.take_list("memory");
  const bool names_memory = in_list || cursor_.is(TokenKind::number);  // a number alone is how WebAssembly 1.0 wrote it
  if (names_memory) {
    memory = TRY(scope_.index(scope_.memories, cursor_));
    if (in_list) TRY(cursor_.close());
  }
  const bool is_active = names_memory || cursor_.is(TokenKind::open);
  if (is_active) TRY(offset(at));
  const std::string bytes = TRY(cursor_.strings());
  write_data(is_active ? SegmentMode::active : SegmentMode::passive, memory, at, bytes);
  return {};
}

void ModuleWriter::write_data(SegmentMode mode, uint32_t memory, const ByteWriter& at, std::string_view bytes) {
  ByteWriter& out = data_.add();
  if (mode == SegmentMode::passive) {
    out.u32(1);
  } else {
    out.u32(memory ? 2 : 0);
    if (memory) out.u32(memory);
    out.append(at);
  }
  out.name(bytes);
}

}  // namespace wherry::wasm::text
