// Globals, tables, memories and their segments (core specification 3.4.7 to 3.4.10).
#include <fmt/format.h>

#include "wasm/errors.h"
#include "wasm/validate/function.h"

namespace wherry::wasm::validate {
namespace {

// The address type of an operand that counts items of two memories or tables.
ValType narrower(AddressType a, AddressType b) {
  return address_val_type(a == AddressType::i64 && b == AddressType::i64 ? AddressType::i64 : AddressType::i32);
}

}  // namespace

const GlobalType* FunctionValidator::global(uint32_t index) {
  if (index < module_.globals.size()) return &module_.globals[index].type;
  unknown("global", index, module_.globals.size());
  return nullptr;
}

const TableType* FunctionValidator::table(uint32_t index) {
  if (index < module_.tables.size()) return &module_.tables[index].type;
  unknown("table", index, module_.tables.size());
  return nullptr;
}

const MemoryType* FunctionValidator::memory(uint32_t index) {
  if (index < module_.memories.size()) return &module_.memories[index];
  unknown("memory", index, module_.memories.size());
  return nullptr;
}

const Function* FunctionValidator::function(uint32_t index) {
  if (index < module_.functions.size()) return &module_.functions[index];
  unknown("function", index, module_.functions.size());
  return nullptr;
}

const ElementSegment* FunctionValidator::element_segment(uint32_t index) {
  if (index < module_.elements.size()) return &module_.elements[index];
  unknown("element segment", index, module_.elements.size());
  return nullptr;
}

bool FunctionValidator::data_segment(uint32_t index) {
  if (!module_.data_count) {
    in_->fail(error::malformed(in_->marked(), "a data count section before " + instruction(), "none"));
  } else if (index >= *module_.data_count) {
    unknown("data segment", index, *module_.data_count);
  }
  return !in_->failed();
}

ValType FunctionValidator::address_of_slow(const body::Memarg& memarg, unsigned natural, bool atomic) {
  const MemoryType* accessed = memory(memarg.memory);
  if (!accessed) return types::i32;
  if (memarg.align_log2 > natural || (atomic && memarg.align_log2 != natural)) {
    fail(fmt::format("expected an alignment of {} 2^{}, found 2^{}", atomic ? "exactly" : "at most", natural, memarg.align_log2));
  }
  if (accessed->address == AddressType::i32 && memarg.offset > UINT32_MAX) {
    fail(fmt::format("expected an offset below 2^32, found {}", memarg.offset));
  }
  return address_val_type(accessed->address);
}

void FunctionValidator::check_lane(uint32_t lane, uint32_t count) {
  if (lane >= count) [[unlikely]] fail(fmt::format("expected a lane below {}, found {}", count, lane));
}

void FunctionValidator::global_get(body::Global which) {
  const GlobalType* type = global(which.index);
  if (!type) return;
  if (is_const_ && which.index >= globals_visible_) return fail(fmt::format("the global {} is not yet known here", which.index));
  if (is_const_ && type->is_mutable) return fail(fmt::format("expected an immutable global, found the mutable global {}", which.index));
  push(type->type);
}

void FunctionValidator::global_set(body::Global which) {
  const GlobalType* type = global(which.index);
  if (!type) return;
  if (!type->is_mutable) return fail(fmt::format("the global {} is immutable", which.index));
  pop(type->type);
}

void FunctionValidator::table_get(body::Table which) {
  const TableType* type = table(which.index);
  if (!type) return;
  pop(address_val_type(type->address));
  push(type->element);
}

void FunctionValidator::table_set(body::Table which) {
  const TableType* type = table(which.index);
  if (!type) return;
  pop(type->element);
  pop(address_val_type(type->address));
}

void FunctionValidator::table_grow(body::Table which) {
  const TableType* type = table(which.index);
  if (!type) return;
  pop(address_val_type(type->address));
  pop(type->element);
  push(address_val_type(type->address));
}

void FunctionValidator::table_size(body::Table which) {
  if (const TableType* type = table(which.index)) push(address_val_type(type->address));
}

void FunctionValidator::table_fill(body::Table which) {
  const TableType* type = table(which.index);
  if (!type) return;
  pop(address_val_type(type->address));
  pop(type->element);
  pop(address_val_type(type->address));
}

void FunctionValidator::table_init(body::TableInit init) {
  const TableType* type = table(init.table);
  const ElementSegment* segment = element_segment(init.elem);
  if (!type || !segment) return;
  if (!types_.is_subtype(segment->type, type->element)) return mismatch("elements of type " + to_text(type->element), to_text(segment->type));
  pop(types::i32);
  pop(types::i32);
  pop(address_val_type(type->address));
}

void FunctionValidator::table_copy(body::TableCopy copy) {
  const TableType *to = table(copy.to), *from = table(copy.from);
  if (!to || !from) return;
  if (!types_.is_subtype(from->element, to->element)) return mismatch("elements of type " + to_text(to->element), to_text(from->element));
  pop(narrower(to->address, from->address));
  pop(address_val_type(from->address));
  pop(address_val_type(to->address));
}

void FunctionValidator::elem_drop(body::Elem which) { element_segment(which.index); }

void FunctionValidator::memory_size(body::Memory which) {
  if (const MemoryType* type = memory(which.index)) push(address_val_type(type->address));
}

void FunctionValidator::memory_grow(body::Memory which) {
  const MemoryType* type = memory(which.index);
  if (!type) return;
  pop(address_val_type(type->address));
  push(address_val_type(type->address));
}

void FunctionValidator::memory_init(body::MemoryInit init) {
  const MemoryType* type = memory(init.memory);
  if (!data_segment(init.data) || !type) return;
  pop(types::i32);
  pop(types::i32);
  pop(address_val_type(type->address));
}

void FunctionValidator::memory_copy(body::MemoryCopy copy) {
  const MemoryType *to = memory(copy.to), *from = memory(copy.from);
  if (!to || !from) return;
  pop(narrower(to->address, from->address));
  pop(address_val_type(from->address));
  pop(address_val_type(to->address));
}

void FunctionValidator::memory_fill(body::Memory which) {
  const MemoryType* type = memory(which.index);
  if (!type) return;
  pop(address_val_type(type->address));
  pop(types::i32);
  pop(address_val_type(type->address));
}

void FunctionValidator::data_drop(body::Data which) { data_segment(which.index); }

}  // namespace wherry::wasm::validate
