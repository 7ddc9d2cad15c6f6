// Reads types (core specification 6.4).
#pragma once

#include "wasm/text/scope.h"

namespace wherry::wasm::text {

// A parameter or local with an identifier; `name` goes into the name section.
struct NamedLocal {
  uint32_t index;
  std::string_view id, name;
};

Result<HeapType> read_heap_type(Scope& scope, Cursor& cursor);
bool at_ref_type(const Cursor& cursor);
Result<ValType> read_ref_type(Scope& scope, Cursor& cursor);
Result<ValType> read_val_type(Scope& scope, Cursor& cursor);

// `(sub final? x? composite)` or a composite type alone, into `entry`.
Result<void> read_sub_type(Scope& scope, Cursor& cursor, TypeEntry& entry);

// A use of a function type: `(type x)`, parameters and results, or both, which must agree.
struct TypeUse {
  std::optional<uint32_t> index;  // as written
  SubType written;                // the parameters and results that are written
  bool is_plain() const { return !index && written.params.empty() && written.results.size() <= 1; }
};
// `names`: where the names of parameters go; null: they may have none.
Result<TypeUse> read_type_use(Scope& scope, Cursor& cursor, std::vector<NamedLocal>* names);
// The type's index; for a use without one, that of the implicit type.
uint32_t type_index(Scope& scope, const TypeUse& use);

// One type with a name, or any number of types, in `(param …)`, `(result …)`, `(local …)`; consumes the `)`.
Result<void> read_val_types(Scope& scope, Cursor& cursor, std::vector<ValType>& types, std::vector<NamedLocal>* names,
                            uint32_t first_index = 0);

Result<GlobalType> read_global_type(Scope& scope, Cursor& cursor);
Result<TableType> read_table_type(Scope& scope, Cursor& cursor);
Result<MemoryType> read_memory_type(Scope& scope, Cursor& cursor);

// Parts of table and memory types, for their abbreviations.
Result<AddressType> read_address_type(Cursor& cursor);
Result<std::optional<uint8_t>> read_page_size(Cursor& cursor);  // log2

void write_table_type(ByteWriter& out, const TableType& type);
void write_memory_type(ByteWriter& out, const MemoryType& type);

}  // namespace wherry::wasm::text
