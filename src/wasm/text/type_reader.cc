#include "wasm/text/type_reader.h"

#include <bit>
#include <utility>

#include "wasm/text/numbers.h"

namespace wherry::wasm::text {
namespace {

constexpr std::pair<std::string_view, HeapType> heap_types[] = {
    {"any", heap::any},       {"eq", heap::eq},         {"i31", heap::i31},           {"struct", heap::struct_},
    {"array", heap::array},   {"none", heap::none},     {"func", heap::func},         {"nofunc", heap::nofunc},
    {"extern", heap::extern_}, {"noextern", heap::noextern}, {"exn", heap::exn},      {"noexn", heap::noexn},
};

// Abbreviations for nullable references to abstract heap types (6.4.3).
constexpr std::pair<std::string_view, HeapType> ref_types[] = {
    {"anyref", heap::any},         {"eqref", heap::eq},             {"i31ref", heap::i31},
    {"structref", heap::struct_},  {"arrayref", heap::array},       {"nullref", heap::none},
    {"funcref", heap::func},       {"nullfuncref", heap::nofunc},   {"externref", heap::extern_},
    {"nullexternref", heap::noextern}, {"exnref", heap::exn},       {"nullexnref", heap::noexn},
};

constexpr std::pair<std::string_view, ValType> number_types[] = {
    {"i32", types::i32}, {"i64", types::i64}, {"f32", types::f32}, {"f64", types::f64}, {"v128", types::v128},
};

constexpr std::pair<std::string_view, ValType> packed_types[] = {{"i8", types::i8}, {"i16", types::i16}};

template <typename Value, size_t size>
std::optional<Value> find(const std::pair<std::string_view, Value> (&table)[size], const Cursor& cursor) {
  if (!cursor.is(TokenKind::keyword)) return std::nullopt;
  for (const auto& [word, value] : table) {
    if (word == cursor.text()) return value;
  }
  return std::nullopt;
}

Result<FieldType> read_field_type(Scope& scope, Cursor& cursor) {
  FieldType field;
  field.is_mutable = cursor.take_list("mut");
  if (const auto packed = find(packed_types, cursor)) {
    field.type = *packed;
    cursor.next();
  } else {
    field.type = TRY(read_val_type(scope, cursor));
  }
  if (field.is_mutable) TRY(cursor.close());
  return field;
}

// Behind `(field`: one with a name, or any number without.
Result<void> read_fields(Scope& scope, Cursor& cursor, TypeEntry& entry) {
  if (cursor.is(TokenKind::id)) {
    TRY(scope.define(entry.fields, cursor));
    entry.type.fields.push_back(TRY(read_field_type(scope, cursor)));
    return cursor.close();
  }
  while (!cursor.at_list_end()) {
    TRY(scope.define(entry.fields, cursor));
    entry.type.fields.push_back(TRY(read_field_type(scope, cursor)));
  }
  return cursor.close();
}

// Parameters, then results (6.4.5).
Result<void> read_function_type(Scope& scope, Cursor& cursor, SubType& type, std::vector<NamedLocal>* names) {
  while (cursor.take_list("param")) {
    TRY(read_val_types(scope, cursor, type.params, names, uint32_t(type.params.size())));
  }
  while (cursor.take_list("result")) TRY(read_val_types(scope, cursor, type.results, nullptr));
  return {};
}

Result<void> read_composite_type(Scope& scope, Cursor& cursor, TypeEntry& entry) {
  if (cursor.take_list("func")) {
    entry.type.composite = Composite::func;
    std::vector<NamedLocal> names;
    TRY(read_function_type(scope, cursor, entry.type, &names));
  } else if (cursor.take_list("struct")) {
    entry.type.composite = Composite::struct_;
    while (cursor.take_list("field")) TRY(read_fields(scope, cursor, entry));
  } else if (cursor.take_list("array")) {
    entry.type.composite = Composite::array;
    entry.type.fields.push_back(TRY(read_field_type(scope, cursor)));
  } else {
    return cursor.expected("`(func`, `(struct` or `(array`");
  }
  return cursor.close();
}

// Without memory64 limits are 32 bits wide in the syntax already.
Result<SizeLimits> read_limits(const Scope& scope, Cursor& cursor) {
  SizeLimits limits;
  const uint64_t largest = scope.features.has(Feature::memory64) ? UINT64_MAX : UINT32_MAX;
  const auto number = [&](std::string_view what) -> Result<uint64_t> {
    const auto value = cursor.is(TokenKind::number) ? parse_unsigned(cursor.text(), largest) : std::nullopt;
    if (!value) return cursor.expected(what);
    cursor.next();
    return *value;
  };
  limits.min = TRY(number("a minimum size"));
  if (cursor.is(TokenKind::number)) limits.max = TRY(number("a maximum size"));
  return limits;
}

void write_limits(ByteWriter& out, const SizeLimits& limits, uint8_t flags) {
  out.byte(flags | (limits.max ? 1 : 0));
  out.u64(limits.min);
  if (limits.max) out.u64(*limits.max);
}

}  // namespace

Result<HeapType> read_heap_type(Scope& scope, Cursor& cursor) {
  if (const auto found = find(heap_types, cursor)) {
    cursor.next();
    return *found;
  }
  if (!Scope::at_index(cursor)) return cursor.expected("a heap type");
  const size_t begin = cursor.peek().begin;
  const uint32_t index = TRY(scope.index(scope.types, cursor));
  // A ValType has 24 bits for it, far more than a module may have types.
  if (index > scope.limits.types_max) return error::unknown(cursor.tokens().text, begin, "type", std::to_string(index));
  return HeapType{int32_t(index)};
}

bool at_ref_type(const Cursor& cursor) { return cursor.is_list("ref") || find(ref_types, cursor); }

Result<ValType> read_ref_type(Scope& scope, Cursor& cursor) {
  if (const auto found = find(ref_types, cursor)) {
    cursor.next();
    return ValType::reference(*found, true);
  }
  if (!cursor.take_list("ref")) return cursor.expected("a reference type");
  const bool nullable = cursor.take_keyword("null");
  const HeapType heap = TRY(read_heap_type(scope, cursor));
  TRY(cursor.close());
  return ValType::reference(heap, nullable);
}

Result<ValType> read_val_type(Scope& scope, Cursor& cursor) {
  if (const auto found = find(number_types, cursor)) {
    cursor.next();
    return *found;
  }
  if (!at_ref_type(cursor)) return cursor.expected("a value type");
  return read_ref_type(scope, cursor);
}

Result<void> read_sub_type(Scope& scope, Cursor& cursor, TypeEntry& entry) {
  if (!cursor.take_list("sub")) return read_composite_type(scope, cursor, entry);
  entry.type.is_final = cursor.take_keyword("final");
  if (Scope::at_index(cursor)) entry.type.supertype = TRY(scope.index(scope.types, cursor));
  if (Scope::at_index(cursor)) return cursor.invalid("a type can have only one supertype");
  TRY(read_composite_type(scope, cursor, entry));
  return cursor.close();
}

Result<void> read_val_types(Scope& scope, Cursor& cursor, std::vector<ValType>& types, std::vector<NamedLocal>* names,
                            uint32_t first_index) {
  if (names && cursor.is(TokenKind::id)) {
    const std::string_view id = scope.take_id(cursor), name = TRY(scope.take_name(cursor));
    names->push_back({first_index, id, name.empty() ? id : name});
    types.push_back(TRY(read_val_type(scope, cursor)));
    return cursor.close();
  }
  while (!cursor.at_list_end()) types.push_back(TRY(read_val_type(scope, cursor)));
  return cursor.close();
}

Result<TypeUse> read_type_use(Scope& scope, Cursor& cursor, std::vector<NamedLocal>* names) {
  TypeUse use;
  if (cursor.take_list("type")) {
    use.index = TRY(scope.index(scope.types, cursor));
    TRY(cursor.close());
  }
  const Cursor written = cursor;
  const bool is_written = cursor.is_list("param") || cursor.is_list("result");
  TRY(read_function_type(scope, cursor, use.written, names));
  if (!use.index || !is_written) return use;
  if (use.written.params.empty() && use.written.results.empty()) return use;
  if (*use.index >= scope.type_entries.size()) return written.invalid("unknown type");
  const SubType& type = scope.type_entries[*use.index].type;
  if (type.composite != Composite::func || type.params != use.written.params || type.results != use.written.results) {
    return written.invalid("the parameters and results are not those of the inline function type's index");
  }
  return use;
}

uint32_t type_index(Scope& scope, const TypeUse& use) { return use.index ? *use.index : scope.implicit_type(use.written); }

Result<GlobalType> read_global_type(Scope& scope, Cursor& cursor) {
  const bool is_mutable = cursor.take_list("mut");
  const ValType type = TRY(read_val_type(scope, cursor));
  if (is_mutable) TRY(cursor.close());
  return GlobalType{type, is_mutable};
}

Result<AddressType> read_address_type(Cursor& cursor) {
  if (cursor.take_keyword("i64")) return AddressType::i64;
  cursor.take_keyword("i32");
  return AddressType::i32;
}

Result<std::optional<uint8_t>> read_page_size(Cursor& cursor) {
  if (!cursor.take_list("pagesize")) return std::nullopt;
  const auto bytes = cursor.is(TokenKind::number) ? parse_unsigned(cursor.text(), UINT64_MAX) : std::nullopt;
  if (!bytes || !std::has_single_bit(*bytes)) return cursor.expected("a page size, which is a power of two");
  cursor.next();
  TRY(cursor.close());
  return uint8_t(std::countr_zero(*bytes));
}

Result<TableType> read_table_type(Scope& scope, Cursor& cursor) {
  const AddressType address = TRY(read_address_type(cursor));
  const SizeLimits limits = TRY(read_limits(scope, cursor));
  return TableType{TRY(read_ref_type(scope, cursor)), limits, address};
}

Result<MemoryType> read_memory_type(Scope& scope, Cursor& cursor) {
  MemoryType type;
  type.address = TRY(read_address_type(cursor));
  type.pages = TRY(read_limits(scope, cursor));
  type.is_shared = cursor.take_keyword("shared");
  if (const auto page = TRY(read_page_size(cursor))) type.page_bytes_log2 = *page;
  return type;
}

void write_table_type(ByteWriter& out, const TableType& type) {
  out.val_type(type.element);
  write_limits(out, type.elements, type.address == AddressType::i64 ? 4 : 0);
}

void write_memory_type(ByteWriter& out, const MemoryType& type) {
  const bool own_pages = type.page_bytes_log2 != 16;
  write_limits(out, type.pages, (type.is_shared ? 2 : 0) | (type.address == AddressType::i64 ? 4 : 0) | (own_pages ? 8 : 0));
  if (own_pages) out.u32(type.page_bytes_log2);
}

}  // namespace wherry::wasm::text
