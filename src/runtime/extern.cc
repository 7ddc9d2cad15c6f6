#include "runtime/extern.h"

#include <fmt/format.h>

namespace wherry::runtime {
namespace {

using wasm::ExternKind;

bool within(const wasm::SizeLimits& given, const wasm::SizeLimits& wanted) {
  return given.min >= wanted.min && (!wanted.max || (given.max && *given.max <= *wanted.max));
}

std::string_view address_text(wasm::AddressType type) { return type == wasm::AddressType::i64 ? " i64" : ""; }

std::string limits_text(const wasm::SizeLimits& limits) {
  return limits.max ? fmt::format(" {} {}", limits.min, *limits.max) : fmt::format(" {}", limits.min);
}

bool matches(const TypeRegistry& types, const wasm::TableType& given, const wasm::TableType& wanted) {
  return given.address == wanted.address && within(given.elements, wanted.elements) && types.matches(given.element, wanted.element) &&
         types.matches(wanted.element, given.element);
}

bool matches(const wasm::MemoryType& given, const wasm::MemoryType& wanted) {
  return given.address == wanted.address && given.is_shared == wanted.is_shared && given.page_bytes_log2 == wanted.page_bytes_log2 &&
         within(given.pages, wanted.pages);
}

bool matches(const TypeRegistry& types, const wasm::GlobalType& given, const wasm::GlobalType& wanted) {
  if (given.is_mutable != wanted.is_mutable || !types.matches(given.type, wanted.type)) return false;
  return !given.is_mutable || types.matches(wanted.type, given.type);
}

}  // namespace

bool matches(const TypeRegistry& types, const ExternType& given, const ExternType& wanted) {
  if (given.kind != wanted.kind) return false;
  switch (wanted.kind) {
    case ExternKind::func: return types.matches(given.type, wanted.type);
    case ExternKind::tag: return given.type == wanted.type;
    case ExternKind::table: return matches(types, given.table, wanted.table);
    case ExternKind::memory: return matches(given.memory, wanted.memory);
    case ExternKind::global: return matches(types, given.global, wanted.global);
  }
  return false;
}

std::string to_text(const TypeRegistry& types, const ExternType& type) {
  switch (type.kind) {
    case ExternKind::func: return "a " + types.to_text(types.func_type(type.type));
    case ExternKind::tag: return "a tag of a " + types.to_text(types.func_type(type.type));
    case ExternKind::table:
      return fmt::format("a table{}{} {}", address_text(type.table.address), limits_text(type.table.elements), types.to_text(type.table.element));
    case ExternKind::memory:
      return fmt::format("a memory{}{}{}{}", address_text(type.memory.address), limits_text(type.memory.pages), type.memory.is_shared ? " shared" : "",
                         type.memory.page_bytes_log2 == 16 ? "" : fmt::format(" (pagesize {})", 1u << type.memory.page_bytes_log2));
    case ExternKind::global: return fmt::format("a {}global {}", type.global.is_mutable ? "mutable " : "", types.to_text(type.global.type));
  }
  return "";
}

ExternType Extern::type() const {
  ExternType type;
  type.kind = kind;
  switch (kind) {
    case ExternKind::func: type.type = func->type; break;
    case ExternKind::tag: type.type = tag->type; break;
    case ExternKind::table: type.table = table->type(); break;
    case ExternKind::memory: type.memory = memory->type(); break;
    case ExternKind::global: type.global = global->type(); break;
  }
  return type;
}

}  // namespace wherry::runtime
