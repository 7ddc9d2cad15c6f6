#include "wasm/text/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "wasm/body/syntax.h"
#include "wasm/decode/decode.h"
#include "wasm/text/body_printer.h"
#include "wasm/text/branch_hints.h"

namespace wherry::wasm::text {
namespace {

using decode::Named;
using decode::NamedWithin;

constexpr std::string_view kind_words[] = {"func", "table", "memory", "global", "tag"};
constexpr Named kind_names[] = {Named::function, Named::table, Named::memory, Named::global, Named::tag};

class Printer {
 public:
  Printer(const Module& module, const Limits& limits) : module_(module), limits_(limits), ids_(module) {}

  Result<std::string> run() &&;

 private:
  template <typename... Args>
  void put(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    out_ += "\n  ";
    put(format, std::forward<Args>(args)...);
  }
  std::string type(ValType type) const { return print_type(ids_, type); }
  std::string definition(Named space, uint32_t index) const {
    return fmt::format("{} (;{};)", ids_[space].definition(index), index);
  }

  void types();
  void sub_type(uint32_t index);
  void function_type(uint32_t type, const IdentifierSpace& locals);
  void params(const std::vector<ValType>& types, std::string_view word, uint32_t first, const IdentifierSpace& names);
  void type_use(uint32_t type, const IdentifierSpace& locals = {});
  void imports();
  void extern_type(ExternKind kind, uint32_t index);
  void size_limits(const SizeLimits& limits);
  void table_type(const TableType& type);
  void memory_type(const MemoryType& type);
  void global_type(const GlobalType& type);
  Result<void> tables();
  Result<void> globals();
  Result<void> functions();
  Result<void> function(uint32_t index);
  Result<void> elements();
  Result<void> data();
  void exports();
  void customs();
  std::string placement(uint8_t after) const;
  Result<void> expression(const ConstExpr& expression, std::string_view list);
  Result<void> check_size() const;

  const Module& module_;
  const Limits& limits_;
  Identifiers ids_;
  BranchHints hints_;
  bool hints_are_read_ = false;
  std::string out_;
};

Result<std::string> Printer::run() && {
  TRY(decode::check_bodies(module_, limits_));
  if (auto hints = read_branch_hints(module_)) {
    hints_ = *std::move(hints);
    hints_are_read_ = true;
  }
  out_ = "(module";
  if (!ids_.module().empty()) put(" {}", identifier(ids_.module()));
  types();
  imports();
  for (uint32_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
    line("(memory{} ", definition(Named::memory, i));
    memory_type(module_.memories[i]);
    out_ += ')';
  }
  TRY(tables());
  TRY(globals());
  for (uint32_t i = module_.imported_tags; i < module_.tags.size(); ++i) {
    line("(tag{}", definition(Named::tag, i));
    type_use(module_.tags[i].type);
    out_ += ')';
  }
  exports();
  if (module_.start) line("(start {})", ids_[Named::function].ref(*module_.start));
  TRY(elements());
  TRY(functions());
  TRY(data());
  customs();
  out_ += ")\n";
  TRY(check_size());
  return std::move(out_);
}

// Types that many functions share could blow a small module up to any size.
Result<void> Printer::check_size() const {
  if (out_.size() <= limits_.module_bytes_max) return {};
  return std::unexpected(Error{ErrorKind::limit, fmt::format("the module's text is larger than {} bytes", limits_.module_bytes_max), {}});
}

void Printer::types() {
  for (const RecGroup& group : module_.types.groups()) {
    const bool alone = group.count == 1;
    if (!alone) line("(rec");
    for (uint32_t i = group.first; i < group.first + group.count; ++i) {
      line("{}(type{} ", alone ? "" : "  ", definition(Named::type, i));
      sub_type(i);
      out_ += ')';
    }
    if (!alone) out_ += ')';
  }
}

void Printer::sub_type(uint32_t index) {
  const SubType& type = module_.types[index];
  const bool is_declared = !type.is_final || type.supertype;
  if (is_declared) put("(sub {}", type.is_final ? "final " : "");
  if (type.supertype) put("{} ", ids_[Named::type].ref(*type.supertype));
  const auto field = [&](const FieldType& field) {
    if (field.is_mutable) put("(mut {})", this->type(field.type));
    else out_ += this->type(field.type);
  };
  switch (type.composite) {
    case Composite::func:
      out_ += "(func";
      function_type(index, {});
      break;
    case Composite::struct_: {
      out_ += "(struct";
      const IdentifierSpace& names = ids_.fields(index);
      for (uint32_t i = 0; i < type.fields.size(); ++i) {
        put(" (field{} ", names.definition(i));
        field(type.fields[i]);
        out_ += ')';
      }
      break;
    }
    case Composite::array:
      out_ += "(array ";
      field(type.fields[0]);
      break;
  }
  out_ += is_declared ? "))" : ")";
}

// Those without a name share one list.
void Printer::params(const std::vector<ValType>& types, std::string_view word, uint32_t first, const IdentifierSpace& names) {
  bool is_open = false;
  for (uint32_t i = 0; i < types.size(); ++i) {
    const bool is_named = !names.id(first + i).empty();
    if (is_open && is_named) out_ += ')';
    if (is_named || !is_open) put(" ({}", word);
    if (is_named) out_ += names.definition(first + i);
    put(" {}", type(types[i]));
    if (is_named) out_ += ')';
    is_open = !is_named;
  }
  if (is_open) out_ += ')';
}

void Printer::function_type(uint32_t type, const IdentifierSpace& locals) {
  params(module_.types[type].params, "param", 0, locals);
  params(module_.types[type].results, "result", 0, {});
}

void Printer::type_use(uint32_t type, const IdentifierSpace& locals) {
  put(" (type {})", ids_[Named::type].ref(type));
  if (type < module_.types.count() && module_.types[type].composite == Composite::func) function_type(type, locals);
}

void Printer::imports() {
  for (const Import& import : module_.imports) {
    line("(import {} {} ({}{}", quoted(import.module, true), quoted(import.name, true), kind_words[size_t(import.kind)],
         definition(kind_names[size_t(import.kind)], import.index));
    if (import.kind == ExternKind::func) {
      type_use(module_.functions[import.index].type, ids_.within(NamedWithin::local, import.index));
    } else {
      extern_type(import.kind, import.index);
    }
    out_ += "))";
  }
}

void Printer::extern_type(ExternKind kind, uint32_t index) {
  if (kind == ExternKind::tag) return type_use(module_.tags[index].type);
  out_ += ' ';
  if (kind == ExternKind::table) table_type(module_.tables[index].type);
  if (kind == ExternKind::memory) memory_type(module_.memories[index]);
  if (kind == ExternKind::global) global_type(module_.globals[index].type);
}

void Printer::size_limits(const SizeLimits& limits) {
  put("{}", limits.min);
  if (limits.max) put(" {}", *limits.max);
}

void Printer::table_type(const TableType& table) {
  if (table.address == AddressType::i64) out_ += "i64 ";
  size_limits(table.elements);
  put(" {}", type(table.element));
}

void Printer::memory_type(const MemoryType& memory) {
  if (memory.address == AddressType::i64) out_ += "i64 ";
  size_limits(memory.pages);
  if (memory.is_shared) out_ += " shared";
  if (memory.page_bytes_log2 != 16) put(" (pagesize {})", uint64_t(1) << std::min<unsigned>(memory.page_bytes_log2, 63));
}

void Printer::global_type(const GlobalType& global) {
  if (global.is_mutable) put("(mut {})", type(global.type));
  else out_ += type(global.type);
}

// One instruction is folded; more stand in `(list …)`, or bare where `list` is empty.
Result<void> Printer::expression(const ConstExpr& expression, std::string_view list) {
  std::string text;
  Reader in(expression.bytes, expression.offset);
  BodyPrinter printer(module_, ids_, in, text, true);
  printer.run();
  if (in.failed()) return in.error();
  if (printer.instruction_count() == 1) put(" ({})", text);
  else if (list.empty()) put(" {}", text);
  else put(" ({} {})", list, text);
  return {};
}

Result<void> Printer::tables() {
  for (uint32_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
    line("(table{} ", definition(Named::table, i));
    table_type(module_.tables[i].type);
    if (module_.tables[i].init) TRY(expression(*module_.tables[i].init, ""));
    out_ += ')';
  }
  return {};
}

Result<void> Printer::globals() {
  for (uint32_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
    line("(global{} ", definition(Named::global, i));
    global_type(module_.globals[i].type);
    TRY(expression(module_.globals[i].init, ""));
    out_ += ')';
  }
  return {};
}

void Printer::exports() {
  for (const Export& exported : module_.exports) {
    line("(export {} ({} {}))", quoted(exported.name, true), kind_words[size_t(exported.kind)],
         ids_[kind_names[size_t(exported.kind)]].ref(exported.index));
  }
}

Result<void> Printer::functions() {
  for (uint32_t i = module_.imported_functions; i < module_.functions.size(); ++i) {
    TRY(function(i));
    TRY(check_size());
  }
  return {};
}

Result<void> Printer::function(uint32_t index) {
  const Function& function = module_.functions[index];
  Reader in(function.body.bytes);  // from 0, as hints count
  std::vector<body::LocalRun> runs;
  body::read_locals(in, runs);
  uint64_t count = 0;
  std::vector<ValType> types;
  for (const body::LocalRun& run : runs) {
    count += run.count;
    if (count > limits_.locals_max) {
      return std::unexpected(Error{ErrorKind::limit, fmt::format("more than {} locals", limits_.locals_max),
                                   fmt::format("at byte {:#x}", function.body.offset)});
    }
    types.insert(types.end(), run.count, run.type);
  }
  BodyPrinter printer(module_, ids_, in, out_, false);
  printer.locals = ids_.within(NamedWithin::local, index);
  printer.labels = ids_.within(NamedWithin::label, index);
  if (const auto hints = hints_.find(index); hints != hints_.end()) printer.hints = &hints->second;
  line("(func{}", definition(Named::function, index));
  type_use(function.type, printer.locals);
  const bool is_known = function.type < module_.types.count();
  const uint32_t first = is_known ? uint32_t(module_.types[function.type].params.size()) : 0;
  if (!types.empty()) out_ += "\n   ";
  params(types, "local", first, printer.locals);
  printer.run();
  if (in.failed()) return in.error();
  out_ += ')';
  return {};
}

Result<void> Printer::elements() {
  for (uint32_t i = 0; i < module_.elements.size(); ++i) {
    const ElementSegment& segment = module_.elements[i];
    line("(elem{}", definition(Named::element, i));
    if (segment.mode == SegmentMode::declarative) out_ += " declare";
    if (segment.mode == SegmentMode::active) {
      if (segment.table) put(" (table {})", ids_[Named::table].ref(segment.table));
      TRY(expression(segment.at, "offset"));
    }
    if (segment.uses_expressions) {
      put(" {}", type(segment.type));
      for (const ConstExpr& element : segment.elements) TRY(expression(element, "item"));
    } else {
      out_ += " func";
      for (const uint32_t function : segment.functions) put(" {}", ids_[Named::function].ref(function));
    }
    out_ += ')';
    TRY(check_size());
  }
  return {};
}

Result<void> Printer::data() {
  for (uint32_t i = 0; i < module_.data.size(); ++i) {
    const DataSegment& segment = module_.data[i];
    line("(data{}", definition(Named::data, i));
    if (segment.mode == SegmentMode::active) {
      if (segment.memory) put(" (memory {})", ids_[Named::memory].ref(segment.memory));
      TRY(expression(segment.at, "offset"));
    }
    put(" {})", quoted({reinterpret_cast<const char*>(segment.data.bytes.data()), segment.data.bytes.size()}, false));
    TRY(check_size());
  }
  return {};
}

void Printer::customs() {
  for (const CustomSection& section : module_.custom) {
    const bool is_printed = section.name == "name" || (section.name == branch_hint_section && hints_are_read_);
    if (is_printed) continue;
    line("(@custom {} {} {})", quoted(section.name, true), placement(section.after),
         quoted({reinterpret_cast<const char*>(section.content.bytes.data()), section.content.bytes.size()}, false));
  }
}

// Behind the last section that a new assembly has too: empty ones vanish, and the data count comes and goes.
std::string Printer::placement(uint8_t after) const {
  const struct {
    uint8_t id;
    std::string_view word;
    bool is_there;
  } sections[] = {
      {1, "type", module_.types.count() > 0},
      {2, "import", !module_.imports.empty()},
      {3, "func", module_.functions.size() > module_.imported_functions},
      {4, "table", module_.tables.size() > module_.imported_tables},
      {5, "memory", module_.memories.size() > module_.imported_memories},
      {13, "tag", module_.tags.size() > module_.imported_tags},
      {6, "global", module_.globals.size() > module_.imported_globals},
      {7, "export", !module_.exports.empty()},
      {8, "start", module_.start.has_value()},
      {9, "elem", !module_.elements.empty()},
      {12, "datacount", false},
      {10, "code", module_.functions.size() > module_.imported_functions},
      {11, "data", !module_.data.empty()},
  };
  std::string_view word;
  for (const auto& section : sections) {
    if (after == 0) break;
    if (section.is_there) word = section.word;
    if (section.id == after) break;
  }
  return word.empty() ? "(before first)" : fmt::format("(after {})", word);
}

}  // namespace

Result<std::string> print(const Module& module, const Limits& limits) { return Printer(module, limits).run(); }

}  // namespace wherry::wasm::text
