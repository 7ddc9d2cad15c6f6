#include "wasm/validate/validate.h"

#include <algorithm>

#include <fmt/format.h>

#include "wasm/errors.h"
#include "wasm/validate/validator.h"

namespace wherry::wasm::validate {
namespace {

std::unexpected<Error> refuse(size_t offset, std::string what) { return std::unexpected(error::invalid(offset, std::move(what))); }

// Section ids, for the offsets of items that don't know their own.
enum : unsigned { function_section = 3, table_section = 4, memory_section = 5, global_section = 6, tag_section = 13 };

}  // namespace

Result<void> Validator::require(Feature feature, size_t offset, std::string_view what) const {
  if (!context_.features.has(feature)) return std::unexpected(error::disabled(offset, what, feature));
  return {};
}

Result<void> Validator::val_type(ValType type, size_t offset) {
  if (auto error = check_type(context_, type, module_.types.count(), offset)) return std::unexpected(*std::move(error));
  return {};
}

Result<void> Validator::const_expr(const ConstExpr& expression, ValType expected, uint32_t globals_visible) {
  Reader in(expression.bytes, expression.offset);
  expressions_.check_const(expression, in, expected, globals_visible, context_.declared);
  if (in.failed()) return in.error();
  return {};
}

Result<void> Validator::function_type(uint32_t type, size_t offset, std::string_view what) {
  if (type >= module_.types.count()) return refuse(offset, fmt::format("{}: there is no type {}, only {}", what, type, module_.types.count()));
  if (module_.types[type].composite != Composite::func) return refuse(offset, fmt::format("{}: expected a function type, found type {}", what, type));
  return {};
}

Result<void> Validator::tag_type(uint32_t type, size_t offset) {
  TRY(function_type(type, offset, "a tag"));
  if (!module_.types[type].results.empty()) return refuse(offset, "a tag: expected a type without results");
  return {};
}

// 3.2.14; what a table may hold at most is bound by its address type.
Result<void> Validator::table_type(const TableType& type, size_t offset) {
  TRY(val_type(type.element, offset));
  const uint64_t size_max = type.address == AddressType::i64 ? UINT64_MAX : UINT32_MAX;
  const SizeLimits& size = type.elements;
  if (std::max(size.min, size.max.value_or(0)) > size_max) {
    return refuse(offset, fmt::format("a table: expected a size of at most {}, found {}", size_max, std::max(size.min, size.max.value_or(0))));
  }
  if (size.max && *size.max < size.min) {
    return refuse(offset, fmt::format("a table: its largest size, {}, is below its size, {}", *size.max, size.min));
  }
  return {};
}

// 3.2.15, and custom-page-sizes: all bytes must have an address, and their number fits the address type if pages are bytes.
Result<void> Validator::memory_type(const MemoryType& type, size_t offset) {
  if (type.page_bytes_log2 != 16 && type.page_bytes_log2 != 0) {
    return refuse(offset, fmt::format("a memory: expected pages of 1 or 65536 bytes, found 2^{}", type.page_bytes_log2));
  }
  const bool is_64 = type.address == AddressType::i64;
  const unsigned pages_log2 = (is_64 ? 64 : 32) - type.page_bytes_log2;
  const uint64_t pages_max = type.page_bytes_log2 == 0 ? (is_64 ? UINT64_MAX : UINT32_MAX) : uint64_t(1) << pages_log2;
  const uint64_t most = std::max(type.pages.min, type.pages.max.value_or(0));
  if (most > pages_max) return refuse(offset, fmt::format("a memory: expected at most {} pages, found {}", pages_max, most));
  if (type.pages.max && *type.pages.max < type.pages.min) {
    return refuse(offset, fmt::format("a memory: its largest size, {} pages, is below its size, {}", *type.pages.max, type.pages.min));
  }
  if (type.is_shared && !type.pages.max) return refuse(offset, "a memory: expected a largest size, since it is shared");
  return {};
}

Result<void> Validator::global_type(const GlobalType& type, size_t offset) { return val_type(type.type, offset); }

Result<void> Validator::imports() {
  for (const Import& import : module_.imports) {
    switch (import.kind) {
      case ExternKind::func: TRY(function_type(module_.functions[import.index].type, import.offset, "an imported function")); break;
      case ExternKind::table: TRY(table_type(module_.tables[import.index].type, import.offset)); break;
      case ExternKind::memory: TRY(memory_type(module_.memories[import.index], import.offset)); break;
      case ExternKind::tag: TRY(tag_type(module_.tags[import.index].type, import.offset)); break;
      case ExternKind::global:
        TRY(global_type(module_.globals[import.index].type, import.offset));
        if (module_.globals[import.index].type.is_mutable) TRY(require(Feature::mutable_global, import.offset, "importing a mutable global"));
        break;
    }
  }
  return {};
}

Result<void> Validator::functions() {
  for (size_t i = module_.imported_functions; i < module_.functions.size(); ++i) {
    const size_t offset = section(function_section);
    const uint32_t type = module_.functions[i].type;
    if (type < module_.types.count() && module_.types[type].composite == Composite::func) continue;
    return function_type(type, offset, fmt::format("function {}", i));
  }
  return {};
}

// Only imported globals are known to a table's initial value (3.5.15).
Result<void> Validator::tables() {
  for (size_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
    const Table& table = module_.tables[i];
    const size_t offset = table.init ? table.init->offset : section(table_section);
    TRY(table_type(table.type, offset));
    if (table.init) {
      TRY(const_expr(*table.init, table.type.element, module_.imported_globals));
    } else if (!table.type.element.defaultable()) {
      return refuse(offset, fmt::format("table {}: expected an initial value, since {} has no default", i, to_text(table.type.element)));
    }
  }
  if (module_.tables.size() > 1) TRY(require(Feature::reference_types, section(table_section), "a second table"));
  return {};
}

Result<void> Validator::memories() {
  for (size_t i = module_.imported_memories; i < module_.memories.size(); ++i) TRY(memory_type(module_.memories[i], section(memory_section)));
  if (module_.memories.size() > 1) TRY(require(Feature::multi_memory, section(memory_section), "a second memory"));
  return {};
}

Result<void> Validator::tags() {
  for (size_t i = module_.imported_tags; i < module_.tags.size(); ++i) TRY(tag_type(module_.tags[i].type, section(tag_section)));
  return {};
}

// A global's value may name the globals before it; without gc, only imported ones.
Result<void> Validator::globals() {
  for (size_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
    const Global& global = module_.globals[i];
    TRY(global_type(global.type, global.init.offset));
    const size_t visible = context_.features.has(Feature::gc) ? i : module_.imported_globals;
    TRY(const_expr(global.init, global.type.type, uint32_t(visible)));
  }
  return {};
}

Result<void> Validator::exports() {
  const size_t sizes[] = {module_.functions.size(), module_.tables.size(), module_.memories.size(), module_.globals.size(), module_.tags.size()};
  constexpr const char* kinds[] = {"function", "table", "memory", "global", "tag"};
  std::vector<const Export*> by_name;
  by_name.reserve(module_.exports.size());
  for (const Export& item : module_.exports) {
    const auto kind = size_t(item.kind);
    if (item.index >= sizes[kind]) {
      return refuse(item.offset, fmt::format("the export \"{}\": there is no {} {}, only {}", item.name, kinds[kind], item.index, sizes[kind]));
    }
    if (item.kind == ExternKind::func) context_.declared[item.index] = true;
    if (item.kind == ExternKind::global && module_.globals[item.index].type.is_mutable) {
      TRY(require(Feature::mutable_global, item.offset, "exporting a mutable global"));
    }
    by_name.push_back(&item);
  }
  std::ranges::sort(by_name, [](const Export* a, const Export* b) { return std::pair(a->name, a->offset) < std::pair(b->name, b->offset); });
  const auto twice = std::ranges::adjacent_find(by_name, {}, &Export::name);
  if (twice != by_name.end()) return refuse((*(twice + 1))->offset, fmt::format("two exports are called \"{}\"", (*twice)->name));
  return {};
}

Result<void> Validator::start() {
  if (!module_.start) return {};
  const uint32_t index = *module_.start;
  if (index >= module_.functions.size()) {
    return refuse(module_.start_offset, fmt::format("the start function: there is no function {}, only {}", index, module_.functions.size()));
  }
  const SubType& type = module_.function_type(index);
  if (!type.params.empty() || !type.results.empty()) {
    return refuse(module_.start_offset, fmt::format("the start function: expected no parameters and no results, found function {}", index));
  }
  return {};
}

Result<void> Validator::element(const ElementSegment& segment, size_t index) {
  if (segment.uses_expressions) TRY(val_type(segment.type, segment.offset));
  const auto globals = uint32_t(module_.globals.size());
  if (segment.mode == SegmentMode::active) {
    if (segment.table >= module_.tables.size()) {
      return refuse(segment.offset, fmt::format("element segment {}: there is no table {}, only {}", index, segment.table, module_.tables.size()));
    }
    const TableType& table = module_.tables[segment.table].type;
    if (!module_.types.is_subtype(segment.type, table.element)) {
      return refuse(segment.offset, fmt::format("element segment {}: expected elements of type {}, found {}", index, to_text(table.element), to_text(segment.type)));
    }
    TRY(const_expr(segment.at, address_val_type(table.address), globals));
  }
  for (const uint32_t function : segment.functions) {
    if (function >= module_.functions.size()) {
      return refuse(segment.offset, fmt::format("element segment {}: there is no function {}, only {}", index, function, module_.functions.size()));
    }
    context_.declared[function] = true;
  }
  for (const ConstExpr& expression : segment.elements) TRY(const_expr(expression, segment.type, globals));
  return {};
}

Result<void> Validator::elements() {
  for (size_t i = 0; i < module_.elements.size(); ++i) TRY(element(module_.elements[i], i));
  return {};
}

Result<void> Validator::data() {
  for (size_t i = 0; i < module_.data.size(); ++i) {
    const DataSegment& segment = module_.data[i];
    if (segment.mode != SegmentMode::active) continue;
    if (segment.memory >= module_.memories.size()) {
      return refuse(segment.at.offset, fmt::format("data segment {}: there is no memory {}, only {}", i, segment.memory, module_.memories.size()));
    }
    TRY(const_expr(segment.at, address_val_type(module_.memories[segment.memory].address), uint32_t(module_.globals.size())));
  }
  return {};
}

Result<void> Validator::run(unsigned threads) {
  TRY(types());
  TRY(imports());
  TRY(functions());
  TRY(tags());
  TRY(tables());
  TRY(memories());
  TRY(globals());
  TRY(exports());
  TRY(start());
  TRY(elements());
  TRY(data());
  return bodies(threads);
}

ValidModule Validator::finish(Validator&& validator, Module module) {
  ValidModule valid(std::move(module), validator.context_.features);
  valid.escapes_ = std::move(validator.context_.declared);
  if (valid.module_.start) valid.escapes_[*valid.module_.start] = true;
  valid.operands_max_ = std::move(validator.operands_max_);
  return valid;
}

Result<ValidModule> validate(Module module, Features features, const Limits& limits, unsigned threads) {
  Validator validator(module, features, limits);
  TRY(validator.run(threads));
  return Validator::finish(std::move(validator), std::move(module));
}

}  // namespace wherry::wasm::validate
