// The first pass and the end of ModuleWriter: what is defined, and how the sections come together.
#include "wasm/text/module_writer.h"

#include "base/utf8.h"

namespace wherry::wasm::text {
namespace {

constexpr struct {
  std::string_view word;
  ExternKind kind;
} extern_kinds[] = {{"func", ExternKind::func},     {"table", ExternKind::table}, {"memory", ExternKind::memory},
                    {"global", ExternKind::global}, {"tag", ExternKind::tag}};

// In the order in which they stand in a file (5.5.15).
constexpr struct {
  std::string_view word;
  uint8_t id;
} section_order[] = {{"type", 1},   {"import", 2}, {"func", 3}, {"table", 4}, {"memory", 5},     {"tag", 13}, {"global", 6},
                     {"export", 7}, {"start", 8},  {"elem", 9}, {"datacount", 12}, {"code", 10}, {"data", 11}};
constexpr size_t section_count = std::size(section_order);

}  // namespace

Result<std::vector<uint8_t>> ModuleWriter::run() {
  const size_t begin = cursor_.at();
  if (const auto name = TRY(scope_.take_name(cursor_)); !name.empty()) names_.module = name;
  TRY(define_fields());
  TRY(read_types());
  cursor_.seek(begin);
  TRY(write_fields());
  TRY(scope_.all_taken(begin, cursor_.at()));
  return finish();
}

Result<void> ModuleWriter::define_fields() {
  while (!cursor_.at_list_end()) {
    if (!cursor_.is(TokenKind::open)) return cursor_.expected("a module field");
    const Cursor field = cursor_;
    TRY(define_field());
    cursor_ = field;
    cursor_.skip_list();
  }
  return {};
}

Result<void> ModuleWriter::define_field() {
  if (cursor_.is_list("type")) return define_type();
  if (cursor_.take_list("rec")) return define_rec();
  if (cursor_.take_list("import")) return define_import();
  for (const auto& [word, kind] : extern_kinds) {
    if (cursor_.take_list(word)) return define_entity(kind);
  }
  const auto define = [&](IndexSpace& space) -> Result<void> {
    TRY(scope_.define(space, cursor_));
    return {};
  };
  if (cursor_.take_list("elem")) return define(scope_.elements);
  if (cursor_.take_list("data")) return define(scope_.data);
  if (cursor_.is_list("start") || cursor_.is_list("export")) return {};
  cursor_.next();
  return cursor_.expected("a module field");
}

Result<void> ModuleWriter::define_type() {
  cursor_.take_list("type");
  const uint32_t index = TRY(scope_.define(scope_.types, cursor_));
  scope_.type_entries.emplace_back();
  type_at_.push_back(cursor_.at());
  scope_.groups.push_back({index, 1});
  return {};
}

Result<void> ModuleWriter::define_rec() {
  const uint32_t first = scope_.types.count();
  while (cursor_.is_list("type")) {
    const Cursor type = cursor_;
    TRY(define_type());
    scope_.groups.pop_back();
    cursor_ = type;
    cursor_.skip_list();
  }
  scope_.groups.push_back({first, scope_.types.count() - first});
  return cursor_.close();
}

Result<void> ModuleWriter::define_import() {
  TRY(cursor_.string("a module name"));
  TRY(cursor_.string("a name"));
  if (has_definitions_) return cursor_.invalid("import after a definition: imports come first");
  const ExternKind kind = TRY(extern_kind());
  TRY(scope_.define(space(kind), cursor_));
  return {};
}

Result<void> ModuleWriter::define_entity(ExternKind kind) {
  const Cursor begin = cursor_;
  TRY(scope_.define(space(kind), cursor_));
  while (cursor_.is_list("export")) cursor_.skip_list();
  if (!cursor_.is_list("import")) {
    has_definitions_ = true;
    define_inline_segment();
  } else if (has_definitions_) {
    return begin.invalid("import after a definition: imports come first");
  }
  return {};
}

// `(table … (elem …))` and `(memory … (data …))` hold a segment of their own.
void ModuleWriter::define_inline_segment() {
  while (!cursor_.at_list_end()) {
    if (cursor_.is_list("elem")) scope_.elements.names.emplace_back();
    if (cursor_.is_list("data")) scope_.data.names.emplace_back();
    if (cursor_.is(TokenKind::open)) cursor_.skip_list();
    else cursor_.next();
  }
}

// All types have indices now, so they may refer to later ones.
Result<void> ModuleWriter::read_types() {
  const std::vector<RecGroup> groups = std::exchange(scope_.groups, {});
  for (const RecGroup& group : groups) {
    for (uint32_t i = 0; i < group.count; ++i) TRY(read_type(group.first + i));
    scope_.enter_group(group);
  }
  return {};
}

Result<void> ModuleWriter::read_type(uint32_t index) {
  cursor_.seek(type_at_[index]);
  TRY(read_sub_type(scope_, cursor_, scope_.type_entries[index]));
  return cursor_.close();
}

std::vector<uint8_t> ModuleWriter::finish() {
  ByteWriter out;
  for (const uint8_t byte : {0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00}) out.byte(byte);
  const Section types = type_section();
  ByteWriter start, data_count, hints = hint_section();
  if (start_) start.u32(*start_);
  if (scope_.uses_data_count) data_count.u32(data_.count);
  const auto vector = [](const Section& section) {
    ByteWriter content;
    if (section.count == 0) return content;
    content.u32(section.count);
    content.append(section.items);
    return content;
  };
  const ByteWriter contents[section_count] = {
      vector(types),    vector(imports_), vector(functions_), vector(tables_), vector(memories_), vector(tags_), vector(globals_),
      vector(exports_), start,            vector(elements_),  data_count,      vector(code_),     vector(data_)};
  for (size_t place = 0; place < section_count; ++place) {
    write_custom(out, {place, false});
    if (section_order[place].word == "code") write_named(out, "metadata.code.branch_hint", hints);
    write_section(out, section_order[place].id, contents[place]);
    write_custom(out, {place, true});
  }
  write_named(out, "name", name_section(names_, scope_));
  return std::move(out).take();
}

void ModuleWriter::write_section(ByteWriter& out, uint8_t id, const ByteWriter& content) {
  if (content.empty()) return;
  out.byte(id);
  out.sized(content);
}

// A custom section, if it has a content.
void ModuleWriter::write_named(ByteWriter& out, std::string_view name, const ByteWriter& content) {
  if (content.empty()) return;
  ByteWriter section;
  section.name(name);
  section.append(content);
  write_section(out, 0, section);
}

void ModuleWriter::write_custom(ByteWriter& out, Placement placement) {
  const auto found = customs_.find(placement);
  if (found == customs_.end()) return;
  for (const Custom& custom : found->second) {
    ByteWriter section;
    section.name(custom.name);
    for (const char c : custom.content) section.byte(uint8_t(c));
    write_section(out, 0, section);
  }
}

ModuleWriter::Section ModuleWriter::type_section() const {
  Section section;
  for (const RecGroup& group : scope_.groups) {
    ByteWriter& out = section.add();
    if (group.count != 1) {
      out.byte(0x4E);
      out.u32(group.count);
    }
    for (uint32_t i = 0; i < group.count; ++i) write_sub_type(out, scope_.type_entries[group.first + i].type);
  }
  return section;
}

// The branch-hinting proposal's section: for each function its hints, by their offset in the function's body.
ByteWriter ModuleWriter::hint_section() const {
  ByteWriter out;
  if (hints_.empty()) return out;
  out.u32(uint32_t(hints_.size()));
  for (const FunctionHints& function : hints_) {
    out.u32(function.function);
    out.u32(uint32_t(function.hints.size()));
    for (const BranchHint& hint : function.hints) {
      out.u32(uint32_t(hint.offset));
      out.u32(1);
      out.byte(hint.value);
    }
  }
  return out;
}

IndexSpace& ModuleWriter::space(ExternKind kind) {
  switch (kind) {
    case ExternKind::func: return scope_.functions;
    case ExternKind::table: return scope_.tables;
    case ExternKind::memory: return scope_.memories;
    case ExternKind::global: return scope_.globals;
    case ExternKind::tag: break;
  }
  return scope_.tags;
}

Result<ExternKind> ModuleWriter::extern_kind() {
  for (const auto& [word, kind] : extern_kinds) {
    if (cursor_.take_list(word)) return kind;
  }
  return cursor_.expected("`(func`, `(table`, `(memory`, `(global` or `(tag`");
}

Result<std::string> ModuleWriter::utf8_name(std::string_view what) {
  const Cursor begin = cursor_;
  std::string name = TRY(cursor_.string(what));
  if (!utf8::valid(name)) return begin.invalid("malformed UTF-8 encoding in a name");
  return name;
}

// @custom annotations before the cursor's token (the specification's appendix on custom sections and annotations).
Result<void> ModuleWriter::custom_annotations() {
  for (const Annotation* annotation : scope_.take_annotations(AnnotationKind::custom, cursor_)) {
    TRY(custom_annotation(*annotation));
  }
  return {};
}

Result<void> ModuleWriter::custom_annotation(const Annotation& annotation) {
  const std::string_view text = cursor_.tokens().text;
  const Tokens contents{text, annotation.contents, {}};
  Cursor cursor(contents);
  if (!cursor.is(TokenKind::string)) return error::invalid(text, annotation.begin, "@custom annotation: missing section name");
  Custom custom;
  custom.name = TRY(cursor.string("a section name"));
  if (!utf8::valid(custom.name)) return error::invalid(text, annotation.begin, "@custom annotation: malformed UTF-8 encoding");
  Placement placement{section_count - 1, true};
  if (cursor.is(TokenKind::open)) placement = TRY(custom_placement(cursor));
  custom.content = TRY(cursor.strings());
  if (!cursor.is(TokenKind::end)) return cursor.expected("a string or the end of the @custom annotation");
  customs_[placement].push_back(std::move(custom));
  return {};
}

Result<ModuleWriter::Placement> ModuleWriter::custom_placement(Cursor& cursor) {
  cursor.next();
  const bool after = cursor.is_keyword("after");
  if (!after && !cursor.is_keyword("before")) return cursor.expected("`before` or `after` in the @custom annotation");
  cursor.next();
  Placement placement{0, after};
  if (after && cursor.is_keyword("last")) placement.first = section_count - 1;
  else if (after || !cursor.is_keyword("first")) {
    while (placement.first < section_count && !cursor.is_keyword(section_order[placement.first].word)) ++placement.first;
    if (placement.first == section_count) return cursor.expected("a kind of section in the @custom annotation");
  }
  cursor.next();
  TRY(cursor.close());
  return placement;
}

}  // namespace wherry::wasm::text
