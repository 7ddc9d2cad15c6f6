// What goes in and out of instances: functions, tables, memories, globals, tags; and their types.
#pragma once

#include <string>

#include "abi/vm.h"
#include "runtime/memory.h"
#include "runtime/type_registry.h"
#include "wasm/types.h"

namespace wherry::runtime {

// In engine terms.
struct ExternType {
  wasm::ExternKind kind = wasm::ExternKind::func;
  uint32_t type = 0;  // func, tag: id
  wasm::TableType table;
  wasm::MemoryType memory;
  wasm::GlobalType global;
};

// Whether something of type `given` may be imported as `wanted` (core specification 3.4.1 … 3.4.6).
bool matches(const TypeRegistry& types, const ExternType& given, const ExternType& wanted);
std::string to_text(const TypeRegistry& types, const ExternType& type);

// Borrowed from its store (or, a host function, from whoever keeps it).
struct Extern {
  wasm::ExternKind kind = wasm::ExternKind::func;
  union {
    const abi::Func* func = nullptr;
    Table* table;
    Memory* memory;
    Global* global;
    const abi::Tag* tag;
  };
  Extern() = default;
  Extern(const abi::Func* func) : kind(wasm::ExternKind::func), func(func) {}
  Extern(Table* table) : kind(wasm::ExternKind::table), table(table) {}
  Extern(Memory* memory) : kind(wasm::ExternKind::memory), memory(memory) {}
  Extern(Global* global) : kind(wasm::ExternKind::global), global(global) {}
  Extern(const abi::Tag* tag) : kind(wasm::ExternKind::tag), tag(tag) {}

  ExternType type() const;
};

}  // namespace wherry::runtime
