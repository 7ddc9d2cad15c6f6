#include "guest/shim.h"

#include <string>

namespace wherry::guest {
namespace {

constexpr uint8_t preamble[] = {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
constexpr uint8_t funcref = 0x70, local_get = 0x20, i32_const = 0x41, call_indirect = 0x11, end = 0x0B;

void section(Bytes& out, uint8_t id, const Bytes& content) { out.byte(id).sized(content); }

void write_types(Bytes& out, const std::vector<const wasm::SubType*>& funcs, bool with_empty) {
  Bytes types;
  types.u32(funcs.size() + with_empty);
  for (const wasm::SubType* func : funcs) {
    types.byte(0x60).u32(func->params.size());
    for (const wasm::ValType type : func->params) types.byte(uint8_t(type.kind()));
    types.u32(func->results.size());
    for (const wasm::ValType type : func->results) types.byte(uint8_t(type.kind()));
  }
  if (with_empty) types.byte(0x60).u32(0).u32(0);
  section(out, 1, types);
}

void write_table_type(Bytes& out, size_t count) { out.byte(funcref).byte(0x01).u32(count).u32(count); }

Bytes shim_body(const wasm::SubType& type, uint32_t number) {
  Bytes body;
  body.u32(0);
  for (uint32_t i = 0; i < type.params.size(); ++i) body.byte(local_get).u32(i);
  body.byte(i32_const).s33(number).byte(call_indirect).u32(number).u32(0).byte(end);
  return body;
}

}  // namespace

std::vector<uint8_t> shim_module(const std::vector<const wasm::SubType*>& funcs) {
  Bytes out, functions, table, exports, code;
  out.raw(preamble);
  write_types(out, funcs, false);
  functions.u32(funcs.size());
  table.u32(1);
  write_table_type(table, funcs.size());
  exports.u32(funcs.size() + 1);
  code.u32(funcs.size());
  for (uint32_t i = 0; i < funcs.size(); ++i) {
    functions.u32(i);
    exports.name(std::to_string(i)).byte(0x00).u32(i);
    code.sized(shim_body(*funcs[i], i));
  }
  exports.name("$imports").byte(0x01).u32(0);
  section(out, 3, functions);
  section(out, 4, table);
  section(out, 7, exports);
  section(out, 10, code);
  return std::move(out).take();
}

std::vector<uint8_t> fixup_module(const std::vector<const wasm::SubType*>& funcs, bool initializes) {
  Bytes out, imports, elements;
  out.raw(preamble);
  write_types(out, funcs, initializes);
  imports.u32(funcs.size() + !funcs.empty() + initializes);
  for (uint32_t i = 0; i < funcs.size(); ++i) imports.name("").name(std::to_string(i)).byte(0x00).u32(i);
  if (initializes) imports.name("").name("_initialize").byte(0x00).u32(funcs.size());
  if (!funcs.empty()) {
    imports.name("").name("$imports").byte(0x01);
    write_table_type(imports, funcs.size());
  }
  section(out, 2, imports);
  if (initializes) section(out, 8, Bytes().u32(funcs.size()));
  if (!funcs.empty()) {
    elements.u32(1).u32(0).byte(i32_const).s33(0).byte(end).u32(funcs.size());
    for (uint32_t i = 0; i < funcs.size(); ++i) elements.u32(i);
    section(out, 9, elements);
  }
  return std::move(out).take();
}

}  // namespace wherry::guest
