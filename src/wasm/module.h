// A decoded module (core specification 2.5): what the bytes say, not yet whether it makes sense.
// Names, bodies and data are spans into `bytes`, which the module keeps alive. Immutable once decoded.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "wasm/features.h"
#include "wasm/types.h"

namespace wherry::wasm {

// A part of the file and where it begins there, for error messages and backtraces.
struct Span {
  std::span<const uint8_t> bytes;
  size_t offset = 0;
};

struct Import {
  std::string_view module, name;
  ExternKind kind;
  uint32_t index;  // in the index space of its kind
  size_t offset;
};

struct Export {
  std::string_view name;
  ExternKind kind;
  uint32_t index;
  size_t offset;
};

// A constant expression, its final `end` included.
using ConstExpr = Span;

struct Function {
  uint32_t type;
  Span body;  // empty for an import; else locals and instructions (5.5.13), without the size
};

struct Table {
  TableType type;
  std::optional<ConstExpr> init;  // absent: null
};

struct Global {
  GlobalType type;
  ConstExpr init;  // empty for an import
};

struct Tag {
  uint32_t type;
};

enum class SegmentMode : uint8_t { active, passive, declarative };

struct ElementSegment {
  SegmentMode mode;
  ValType type;
  uint32_t table = 0;                // active
  ConstExpr at;                      // active: where in the table
  std::vector<uint32_t> functions;   // either function indices …
  std::vector<ConstExpr> elements;   // … or one expression each
  bool uses_expressions = false;
  size_t offset = 0;

  size_t count() const { return uses_expressions ? elements.size() : functions.size(); }
};

struct DataSegment {
  SegmentMode mode;
  uint32_t memory = 0;  // active
  ConstExpr at;         // active
  Span data;
};

struct CustomSection {
  std::string_view name;
  Span content;
  uint8_t after;  // id of the last known section before it, 0 if none (for printing)
};

struct Module {
  std::shared_ptr<const std::vector<uint8_t>> bytes;

  TypeSection types;
  std::vector<Import> imports;
  std::vector<Export> exports;
  // Index spaces, imports first.
  std::vector<Function> functions;
  std::vector<Table> tables;
  std::vector<MemoryType> memories;
  std::vector<Global> globals;
  std::vector<Tag> tags;
  uint32_t imported_functions = 0, imported_tables = 0, imported_memories = 0, imported_globals = 0, imported_tags = 0;

  std::optional<uint32_t> start;
  size_t start_offset = 0;
  std::vector<ElementSegment> elements;
  std::vector<DataSegment> data;
  std::optional<uint32_t> data_count;
  std::vector<CustomSection> custom;
  std::array<size_t, 14> section_offsets{};  // where each section's content begins, by its id; 0 if there is none
  size_t code_offset = 0;  // where the code section's content begins (its count); DWARF counts addresses from here

  // The type of function `index`, which must be a function type (validated).
  const SubType& function_type(uint32_t index) const { return types[functions[index].type]; }
};

}  // namespace wherry::wasm
