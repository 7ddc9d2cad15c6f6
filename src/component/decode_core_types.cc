// The core type section (Binary.md, core:type): function types, recursion groups, and module types.
#include <fmt/format.h>

#include "component/decoder.h"
#include "component/errors.h"
#include "wasm/errors.h"

namespace wherry::component {

def::CoreType Decoder::core_type(Reader& in) {
  uint8_t code = in.byte("a core type");
  if (code == 0x50) return module_type(in);
  if (code == 0x4E) {
    def::CoreRecGroup group;
    const uint32_t count = in.count("types of a recursion group", limits_.core.rec_group_types_max);
    for (uint32_t i = 0; i < count && !in.failed(); ++i) group.types.push_back(core_sub_type(in, in.byte("a core type")));
    return group;
  }
  if (code == 0x00) {
    code = in.byte("a non-final subtype");
    if (code != 0x50) malformed_byte(in, "a non-final subtype", code);
  }
  wasm::SubType type = core_sub_type(in, code);
  if (type.composite == wasm::Composite::func) return def::CoreFuncType{std::move(type)};
  return def::CoreRecGroup{{std::move(type)}};
}

wasm::SubType Decoder::core_sub_type(Reader& in, uint8_t code) {
  wasm::SubType type;
  if (code == 0x50 || code == 0x4F) {
    type.is_final = code == 0x4F;
    const uint32_t count = in.count("supertypes", 1);
    if (count > 0) type.supertype = in.u32("a supertype");
    code = in.byte("a core type");
  }
  core_composite(in, code, type);
  return type;
}

void Decoder::core_composite(Reader& in, uint8_t code, wasm::SubType& type) {
  switch (code) {
    case 0x60:
      type.composite = wasm::Composite::func;
      type.params = core_val_types(in, "parameters", limits_.core.params_max);
      type.results = core_val_types(in, "results", limits_.core.results_max);
      return;
    case 0x5F: {
      type.composite = wasm::Composite::struct_;
      const uint32_t count = in.count("fields", limits_.core.fields_max);
      for (uint32_t i = 0; i < count && !in.failed(); ++i) type.fields.push_back(core_field(in));
      return;
    }
    case 0x5E:
      type.composite = wasm::Composite::array;
      type.fields = {core_field(in)};
      return;
  }
  malformed_byte(in, "a core type", code);
}

std::vector<wasm::ValType> Decoder::core_val_types(Reader& in, const char* things, uint32_t count_max) {
  std::vector<wasm::ValType> types;
  const uint32_t count = in.count(things, count_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) types.push_back(in.val_type("a core value type"));
  return types;
}

wasm::FieldType Decoder::core_field(Reader& in) {
  const uint8_t code = in.peek();
  wasm::ValType type = wasm::ValType(wasm::Kind(code));
  if (type.is_packed()) in.byte("a field's type");
  else type = in.val_type("a field's type");
  return {type, flag(in, "a field's mutability")};
}

std::shared_ptr<const def::CoreModuleType> Decoder::module_type(Reader& in) {
  auto type = std::make_shared<def::CoreModuleType>();
  if (too_deep(in)) return type;
  ++depth_;
  const uint32_t count = in.count("declarations", limits_.definitions_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) type->declarations.push_back(module_declaration(in));
  --depth_;
  return type;
}

def::CoreDeclaration Decoder::module_declaration(Reader& in) {
  using Kind = def::CoreDeclaration::Kind;
  def::CoreDeclaration declaration{.kind = Kind::type, .offset = in.offset()};
  const uint8_t code = in.byte("a declaration of a module type");
  switch (code) {
    case 0:
      declaration.kind = Kind::import;
      declaration.module = name(in, "a module name");
      declaration.name = name(in, "an import's name");
      declaration.extern_type = core_extern_type(in);
      return declaration;
    case 1: declaration.type = core_type(in); return declaration;
    case 2: {
      declaration.kind = Kind::outer_type;
      const uint8_t sort = in.byte("the sort core type");
      if (sort != 0x10) malformed_byte(in, "the sort core type", sort);
      const uint8_t target = in.byte("an outer alias");
      if (target != 0x01) malformed_byte(in, "an outer alias", target);
      declaration.from = in.u32("a count of scopes");
      declaration.index = in.u32("a core type index");
      return declaration;
    }
    case 3:
      declaration.kind = Kind::export_;
      declaration.name = name(in, "an export's name");
      declaration.extern_type = core_extern_type(in);
      return declaration;
  }
  malformed_byte(in, "a declaration of a module type", code);
  return declaration;
}

wasm::SizeLimits Decoder::size_limits(Reader& in, uint8_t flags) {
  wasm::SizeLimits limits;
  limits.min = flags & 4 ? in.u64("a minimum") : in.u32("a minimum");
  if (flags & 1) limits.max = flags & 4 ? in.u64("a maximum") : in.u32("a maximum");
  return limits;
}

def::CoreExternType Decoder::core_extern_type(Reader& in) {
  def::CoreExternType type{};
  const uint8_t kind = in.byte("the kind of a core import or export");
  if (kind > 4) return malformed_byte(in, "the kind of a core import or export", kind), type;
  type.kind = wasm::ExternKind(kind);
  switch (type.kind) {
    case wasm::ExternKind::func: type.func_type = in.u32("a core type index"); break;
    case wasm::ExternKind::tag:
      flag(in, "a tag's attribute");
      type.func_type = in.u32("a core type index");
      break;
    case wasm::ExternKind::table: {
      type.table.element = in.val_type("a table's element type");
      const uint8_t flags = in.byte("a table's limits");
      type.table.address = flags & 4 ? wasm::AddressType::i64 : wasm::AddressType::i32;
      type.table.elements = size_limits(in, flags);
      break;
    }
    case wasm::ExternKind::memory: {
      const uint8_t flags = in.byte("a memory's limits");
      type.memory.is_shared = flags & 2;
      type.memory.address = flags & 4 ? wasm::AddressType::i64 : wasm::AddressType::i32;
      type.memory.pages = size_limits(in, flags);
      if (flags & 8) type.memory.page_bytes_log2 = uint8_t(in.u32("a page size"));
      break;
    }
    case wasm::ExternKind::global:
      type.global.type = in.val_type("a global's type");
      type.global.is_mutable = flag(in, "a global's mutability");
      break;
  }
  return type;
}

}  // namespace wherry::component
