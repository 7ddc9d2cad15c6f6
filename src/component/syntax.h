// A decoded component: what the bytes say, definition by definition, not yet whether it makes sense (component model,
// Binary.md). Names are spans into the file's bytes, which the component keeps alive. Immutable once decoded.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "wasm/module.h"

namespace wherry::component {

// What an index counts. Every sort has an index space of its own in each component.
enum class Sort : uint8_t {
  core_func, core_table, core_memory, core_global, core_tag, core_type, core_module, core_instance,
  func, value, type, component, instance,
};
inline constexpr size_t sort_count = 13;
std::string_view sort_text(Sort sort);  // "core func"

// The value types that have no parts. The values are the codes of the binary format.
enum class Primitive : uint8_t {
  error_context = 0x64, string = 0x73, char_ = 0x74, f64 = 0x75, f32 = 0x76, u64 = 0x77, s64 = 0x78, u32 = 0x79,
  s32 = 0x7A, u16 = 0x7B, s16 = 0x7C, u8 = 0x7D, s8 = 0x7E, bool_ = 0x7F,
};

// A value type where one stands: a primitive, or the index of a defined type.
struct ValRef {
  bool is_primitive;
  uint32_t value;  // Primitive or type index
};

namespace def {

// Labelled types: a record's fields, a variant's cases, a function's parameters.
struct Labelled {
  std::string_view name;
  std::optional<ValRef> type;  // a case may have none
};

struct PrimitiveType { Primitive primitive; };
struct Record { std::vector<Labelled> fields; };
struct Variant { std::vector<Labelled> cases; };
struct List { ValRef element; std::optional<uint32_t> length; };
struct Map { ValRef key, value; };
struct Tuple { std::vector<ValRef> types; };
struct Flags { std::vector<std::string_view> names; };
struct Enum { std::vector<std::string_view> names; };
struct Option { ValRef type; };
struct ResultType { std::optional<ValRef> ok, error; };
struct Own { uint32_t type; };
struct Borrow { uint32_t type; };
struct Stream { std::optional<ValRef> element; };
struct Future { std::optional<ValRef> element; };
struct Func { std::vector<Labelled> params; std::optional<ValRef> result; bool is_async; };
struct Resource { std::optional<uint32_t> destructor; };  // a core function

// The names of Binary.md's importname and exportname, with their attributes.
struct ExternName {
  std::string_view name;
  std::string_view implements, version_suffix, external_id;  // empty: not given
};

// What an import is, or an export is said to be.
struct ExternType {
  Sort sort;                 // core_module func value type component instance
  uint32_t index = 0;        // the type; for `type` with a bound (eq index)
  bool is_sub_resource = false;
  std::optional<ValRef> value;  // value: its type; with value_index: (eq index)
  bool value_is_eq = false;
};

struct Alias {
  enum class Target : uint8_t { export_, core_export, outer };
  Sort sort;
  Target target;
  uint32_t from;          // an instance index; outer: how many scopes out
  uint32_t index = 0;     // outer
  std::string_view name;  // exports
};

struct Import { ExternName name; ExternType type; };

struct CoreModuleType;
struct Declarations;

struct CoreFuncType { wasm::SubType type; };
struct CoreRecGroup { std::vector<wasm::SubType> types; };  // kept for its place in the index space
using CoreType = std::variant<CoreFuncType, CoreRecGroup, std::shared_ptr<const CoreModuleType>>;

// The type of a core import or export inside a module type.
struct CoreExternType {
  wasm::ExternKind kind;
  uint32_t func_type = 0;  // func and tag: index in the module type's own space
  wasm::TableType table;
  wasm::MemoryType memory;
  wasm::GlobalType global;
};

struct CoreDeclaration {
  enum class Kind : uint8_t { import, type, outer_type, export_ };
  Kind kind;
  size_t offset;
  std::string_view module, name;
  CoreExternType extern_type;
  std::optional<CoreType> type;
  uint32_t from = 0, index = 0;  // outer_type
};

struct CoreModuleType { std::vector<CoreDeclaration> declarations; };

// Component and instance types: a list of declarations that opens a scope.
struct ScopeType {
  bool is_component;  // else an instance: no imports
  std::shared_ptr<const Declarations> declarations;
};

using Type = std::variant<PrimitiveType, Record, Variant, List, Map, Tuple, Flags, Enum, Option, ResultType, Own, Borrow,
                          Stream, Future, Func, Resource, ScopeType>;

struct ExportDeclaration { ExternName name; ExternType type; };

struct Declaration {
  size_t offset;
  std::variant<CoreType, Type, Alias, Import, ExportDeclaration> what;
};

struct Declarations { std::vector<Declaration> list; };

struct NamedIndex {
  std::string_view name;
  Sort sort;
  uint32_t index;
};

struct CoreModule { size_t begin, size; };  // in the file
struct CoreInstance {
  std::optional<uint32_t> module;   // instantiated with `items` (all instances), else made of `items`
  std::vector<NamedIndex> items;
};
struct Instance {
  std::optional<uint32_t> component;
  std::vector<NamedIndex> items;
  std::vector<ExternName> names;  // of inline exports, same order as `items`
};

// The built-in functions of the canonical ABI (Binary.md, canon). The table has what follows each code.
enum class CanonOp : uint8_t {
#define CANON(code, name, text, immediates, signature) name,
#include "component/canon.def"
#undef CANON
};

enum class StringEncoding : uint8_t { utf8, utf16, latin1_utf16 };

struct CanonOptions {
  StringEncoding encoding = StringEncoding::utf8;
  bool has_encoding = false;
  std::optional<uint32_t> memory, realloc, post_return, callback;
  bool is_async = false;
};

struct Canon {
  CanonOp op;
  uint32_t index = 0;   // lift: core function; lower: function; else the first index it takes
  uint32_t second = 0;  // lift: type; else the second index it takes
  std::optional<ValRef> result;  // task.return
  bool flag = false;             // async or cancellable
  CanonOptions options;
};

struct Start {
  uint32_t func;
  std::vector<uint32_t> args;
  uint32_t result_count;
};

struct Export {
  ExternName name;
  Sort sort;
  uint32_t index;
  std::optional<ExternType> type;
};

}  // namespace def

struct Component;

struct Definition {
  size_t offset;
  std::variant<def::CoreModule, def::CoreInstance, def::CoreType, std::shared_ptr<const Component>, def::Instance,
               def::Alias, def::Type, def::Canon, def::Start, def::Import, def::Export>
      what;
};

struct Component {
  std::shared_ptr<const std::vector<uint8_t>> bytes;  // of the whole file
  size_t begin = 0, size = 0;                         // of this component in it
  std::vector<Definition> definitions;
  std::vector<wasm::CustomSection> custom;
};

}  // namespace wherry::component
