#include "abi/gc_layout.h"

namespace wherry::abi {
namespace {

constexpr uint32_t header_bytes = 8;

// The first multiple of 1 << log2 from `offset` on. The largest struct (10,000 v128) is far from overflowing.
uint32_t align(uint32_t offset, uint8_t log2) { return (offset + (1u << log2) - 1) >> log2 << log2; }

}  // namespace

bool is_gc_ref(const wasm::TypeSection& types, wasm::ValType type) {
  return type.is_ref() && types.top(type.heap()) != wasm::heap::func;
}

uint8_t field_bytes_log2(const wasm::TypeSection& types, wasm::ValType type) {
  switch (type.kind()) {
    case wasm::Kind::i8: return 0;
    case wasm::Kind::i16: return 1;
    case wasm::Kind::i32:
    case wasm::Kind::f32: return 2;
    case wasm::Kind::i64:
    case wasm::Kind::f64: return 3;
    case wasm::Kind::v128: return 4;
    default: return is_gc_ref(types, type) ? 2 : 3;
  }
}

uint32_t field_offset(const wasm::TypeSection& types, const wasm::SubType& type, uint32_t field) {
  uint32_t end = header_bytes, offset = end;
  for (uint32_t i = 0; i <= field; ++i) {
    const uint8_t log2 = field_bytes_log2(types, type.fields[i].type);
    offset = align(end, log2);
    end = offset + (1u << log2);
  }
  return offset;
}

GcLayout gc_layout(const wasm::TypeSection& types, const wasm::SubType& type) {
  GcLayout layout;
  if (type.composite == wasm::Composite::array) {
    const wasm::ValType element = type.fields[0].type;
    layout.element_bytes_log2 = field_bytes_log2(types, element);
    layout.elements_are_refs = is_gc_ref(types, element);
    layout.object_bytes = align(header_bytes, layout.element_bytes_log2);
    return layout;
  }
  uint32_t end = header_bytes;
  for (const wasm::FieldType& field : type.fields) {
    const uint8_t log2 = field_bytes_log2(types, field.type);
    const uint32_t offset = align(end, log2);
    layout.field_offsets.push_back(offset);
    if (is_gc_ref(types, field.type)) layout.ref_offsets.push_back(offset);
    end = offset + (1u << log2);
  }
  layout.object_bytes = align(end, 3);
  return layout;
}

}  // namespace wherry::abi
