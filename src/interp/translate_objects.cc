// Memories and tables as a whole, references, garbage-collected objects.
#include "interp/translator.h"

namespace wherry::interp {

void Translator::stacked(Handler handler, uint32_t operands, uint32_t i0, uint32_t i1, uint32_t i2, uint32_t i3) {
  materialise_top(operands);
  const uint32_t base = operands ? stack_[height() - operands].slot : next_slot_;
  Instruction instruction(handler, 32);
  instruction.put(8, base).put(12, next_slot_).put(16, i0).put(20, i1).put(24, i2).put(28, i3);
  append_trapping(instruction);
  // Where they lie and two slots behind, a result may be written; what lived there is not mirrored any more.
  for (uint32_t slot = base; slot < next_slot_ + 2; ++slot) written(slot);
  if (base + 4 > slots_max_) slots_max_ = base + 4;
  drop_to(height() - operands);
}

// Memories.

void Translator::memory_size(body::Memory memory) {
  const wasm::MemoryType& type = module_.memories[memory.index];
  stacked(bulk.memory_size, 0, memory.index, type.page_bytes_log2);
  push_slot(address_type(type.address));
}
void Translator::memory_grow(body::Memory memory) {
  const wasm::MemoryType& type = module_.memories[memory.index];
  stacked(bulk.memory_grow, 1, memory.index, 0, is_64(type));
  push_slot(address_type(type.address));
}
void Translator::memory_init(const body::MemoryInit& init) {
  stacked(bulk.memory_init, 3, init.data, init.memory, is_64(module_.memories[init.memory]));
}
void Translator::data_drop(body::Data data) { stacked(bulk.data_drop, 0, data.index); }
void Translator::memory_copy(const body::MemoryCopy& copy) {
  const bool to_64 = is_64(module_.memories[copy.to]), from_64 = is_64(module_.memories[copy.from]);
  stacked(bulk.memory_copy, 3, copy.to, copy.from, to_64 | from_64 << 1 | (to_64 && from_64) << 2);
}
void Translator::memory_fill(body::Memory memory) {
  stacked(bulk.memory_fill, 3, memory.index, 0, is_64(module_.memories[memory.index]));
}

// Tables.

void Translator::table_get(body::Table table) {
  const wasm::TableType& type = module_.tables[table.index].type;
  stacked(bulk.table_get, 1, table.index, 0, type.address == wasm::AddressType::i64);
  push_slot(type_of(type.element));
}
void Translator::table_set(body::Table table) {
  const wasm::TableType& type = module_.tables[table.index].type;
  stacked(bulk.table_set, 2, table.index, type_of(type.element) == Type::func, type.address == wasm::AddressType::i64);
}
void Translator::table_init(const body::TableInit& init) {
  stacked(bulk.table_init, 3, init.elem, init.table, module_.tables[init.table].type.address == wasm::AddressType::i64);
}
void Translator::elem_drop(body::Elem elem) { stacked(bulk.elem_drop, 0, elem.index); }
void Translator::table_copy(const body::TableCopy& copy) {
  const bool to_64 = module_.tables[copy.to].type.address == wasm::AddressType::i64;
  const bool from_64 = module_.tables[copy.from].type.address == wasm::AddressType::i64;
  stacked(bulk.table_copy, 3, copy.to, copy.from, to_64 | from_64 << 1 | (to_64 && from_64) << 2);
}
void Translator::table_grow(body::Table table) {
  const wasm::TableType& type = module_.tables[table.index].type;
  stacked(bulk.table_grow, 2, table.index, type_of(type.element) == Type::func, type.address == wasm::AddressType::i64);
  push_slot(address_type(type.address));
}
void Translator::table_size(body::Table table) {
  stacked(bulk.table_size, 0, table.index);
  push_slot(address_type(module_.tables[table.index].type.address));
}
void Translator::table_fill(body::Table table) {
  const wasm::TableType& type = module_.tables[table.index].type;
  stacked(bulk.table_fill, 3, table.index, type_of(type.element) == Type::func, type.address == wasm::AddressType::i64);
}

// Wide arithmetic: two results.
void Translator::wide_arithmetic(Handler handler, uint32_t operands) {
  stacked(handler, operands);
  push_slot(Type::i64);
  push_slot(Type::i64);
}

// References.

void Translator::ref_null(body::Heap heap) {
  push(Value::Where::constant, type_of(wasm::ValType::reference(heap.type, true)));
}
void Translator::ref_func(body::Func func) {
  stacked(bulk.ref_func, 0, func.index);
  push_slot(Type::func);
}
void Translator::ref_is_null(body::None) {
  const bool wide = is_wide(top().type);
  object_unary(wide ? objects.ref_is_null64 : objects.ref_is_null32, Type::i32, false);
}
void Translator::ref_eq(body::None) {
  const uint16_t b = take_slot(), a = take_slot();
  push_pair(objects.ref_eq, Instruction(nullptr, 16).put(10, a).put(12, b), Type::i32);
}
void Translator::ref_as_non_null(body::None) {
  settle_top(1);
  const Type type = top().type;
  const uint16_t slot = near(top().slot, type);
  append_trapping(Instruction(is_wide(type) ? objects.null_trap64 : objects.null_trap32, 16).put(8, slot).put(10, abi::Trap::null_reference));
}

void Translator::object_unary(Pair pair, Type result, bool can_trap) {
  const uint16_t slot = take_slot();
  push_pair(pair, Instruction(nullptr, 16).put(10, slot), result, can_trap);
}

void Translator::put_test(Instruction& instruction, int at, wasm::HeapType heap, bool nullable) const {
  TypeTest test = TypeTest::nothing;
  if (heap.is_index()) {
    test = module_.types[heap.index()].composite == wasm::Composite::func ? TypeTest::func : TypeTest::object;
    instruction.put(at + 4, heap.index());
  } else if (heap == wasm::heap::any || heap == wasm::heap::func || heap == wasm::heap::extern_ || heap == wasm::heap::exn) {
    test = TypeTest::all;
  } else if (heap == wasm::heap::i31) {
    test = TypeTest::i31;
  } else if (heap == wasm::heap::eq) {
    test = TypeTest::eq;
  } else if (heap == wasm::heap::struct_) {
    test = TypeTest::struct_;
  } else if (heap == wasm::heap::array) {
    test = TypeTest::array;
  }
  const bool is_func = module_.types.top(heap) == wasm::heap::func;
  instruction.put(at, test).put(at + 1, uint8_t(nullable)).put(at + 2, uint8_t(is_func));
}

void Translator::test(wasm::HeapType heap, bool nullable) {
  const uint16_t slot = take_slot();
  Instruction instruction(nullptr, 24);
  instruction.put(10, slot);
  put_test(instruction, 12, heap, nullable);
  push_pair(objects.ref_test, instruction, Type::i32);
}

// The value stays where it is.
void Translator::cast(wasm::HeapType heap, bool nullable) {
  settle_top(1);
  Instruction instruction(objects.ref_cast, 24);
  instruction.put(10, near(top().slot, top().type));
  put_test(instruction, 12, heap, nullable);
  append_trapping(instruction);
}

// Objects.

const abi::GcLayout& Translator::layout(uint32_t type) {
  const auto at = layouts_.find(type);
  if (at != layouts_.end()) return at->second;
  return layouts_.emplace(type, abi::gc_layout(module_.types, module_.types[type])).first->second;
}

FieldKind Translator::field_kind(wasm::ValType type, bool is_signed) const {
  switch (type.kind()) {
    case wasm::Kind::i8: return is_signed ? FieldKind::s8 : FieldKind::u8;
    case wasm::Kind::i16: return is_signed ? FieldKind::s16 : FieldKind::u16;
    case wasm::Kind::i32: return FieldKind::b32;
    case wasm::Kind::i64: return FieldKind::b64;
    case wasm::Kind::f32: return FieldKind::f32;
    case wasm::Kind::f64: return FieldKind::f64;
    case wasm::Kind::v128: return FieldKind::v128;
    default: return abi::is_gc_ref(module_.types, type) ? FieldKind::b32 : FieldKind::b64;
  }
}

void Translator::struct_new(body::Type type) {
  const abi::GcLayout& where = layout(type.index);
  const auto& fields = module_.types[type.index].fields;
  const uint32_t count = uint32_t(fields.size());
  const uint32_t first_slot = count ? stack_[height() - count].slot : next_slot_;
  std::vector<FieldStore> stores;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t slot = stack_[height() - count + i].slot - first_slot;
    stores.push_back({where.field_offsets[i], uint16_t(slot), abi::field_bytes_log2(module_.types, fields[i].type), 0});
  }
  stacked(objects.struct_new, count, type.index, count);
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(stores.data());
  code_.insert(code_.end(), bytes, bytes + stores.size() * sizeof(FieldStore));
  push_slot(Type::gc);
}
void Translator::struct_new_default(body::Type type) {
  stacked(objects.struct_new_default, 0, type.index);
  push_slot(Type::gc);
}

void Translator::get_field(body::Field field, bool is_signed) {
  const wasm::ValType type = module_.types[field.type].fields[field.field].type;
  const FieldKind kind = field_kind(type, is_signed);
  const uint16_t object = take_slot();
  Instruction instruction(objects.struct_get_v128, 16);
  instruction.put(10, object).put(12, layout(field.type).field_offsets[field.field]);
  if (kind == FieldKind::v128) {
    push_result(instruction, Type::v128, true);
    return;
  }
  const Pair pairs[] = {objects.struct_get_s8, objects.struct_get_u8, objects.struct_get_s16, objects.struct_get_u16,
                        objects.struct_get_32, objects.struct_get_64, objects.struct_get_f32, objects.struct_get_f64};
  push_pair(pairs[unsigned(kind)], instruction, type_of(type), true);
}

void Translator::struct_set(body::Field field) {
  const wasm::ValType type = module_.types[field.type].fields[field.field].type;
  const Handler handlers[] = {objects.struct_set_8, objects.struct_set_16, objects.struct_set_32, objects.struct_set_64, objects.struct_set_v128};
  const uint16_t value = take_slot(), object = take_slot();
  Instruction instruction(handlers[abi::field_bytes_log2(module_.types, type)], 16);
  append_trapping(instruction.put(8, value).put(10, object).put(12, layout(field.type).field_offsets[field.field]));
}

void Translator::array_new(body::Type type) {
  stacked(objects.array_new, 2, type.index);
  push_slot(Type::gc);
}
void Translator::array_new_default(body::Type type) {
  stacked(objects.array_new_default, 1, type.index);
  push_slot(Type::gc);
}
void Translator::array_new_fixed(const body::TypeCount& fixed) {
  const wasm::ValType element = module_.types[fixed.type].fields[0].type;
  stacked(objects.array_new_fixed, fixed.count, fixed.type, abi::field_bytes_log2(module_.types, element), fixed.count);
  push_slot(Type::gc);
}
void Translator::array_new_data(const body::TypeData& data) {
  stacked(objects.array_new_data, 2, data.type, data.data);
  push_slot(Type::gc);
}
void Translator::array_new_elem(const body::TypeElem& elem) {
  stacked(objects.array_new_elem, 2, elem.type, elem.elem);
  push_slot(Type::gc);
}

void Translator::get_element(body::Type array, bool is_signed) {
  const wasm::ValType type = module_.types[array.index].fields[0].type;
  const FieldKind kind = field_kind(type, is_signed);
  const uint16_t index = take_slot(), object = take_slot();
  Instruction instruction(objects.array_get_v128, 16);
  instruction.put(10, object).put(12, index);
  if (kind == FieldKind::v128) {
    push_result(instruction, Type::v128, true);
    return;
  }
  const Pair pairs[] = {objects.array_get_s8, objects.array_get_u8, objects.array_get_s16, objects.array_get_u16,
                        objects.array_get_32, objects.array_get_64, objects.array_get_f32, objects.array_get_f64};
  push_pair(pairs[unsigned(kind)], instruction, type_of(type), true);
}

void Translator::array_set(body::Type array) {
  const wasm::ValType type = module_.types[array.index].fields[0].type;
  const Handler handlers[] = {objects.array_set_8, objects.array_set_16, objects.array_set_32, objects.array_set_64, objects.array_set_v128};
  const uint16_t value = take_slot(), index = take_slot(), object = take_slot();
  Instruction instruction(handlers[abi::field_bytes_log2(module_.types, type)], 16);
  append_trapping(instruction.put(8, value).put(10, object).put(12, index));
}

void Translator::array_len(body::None) { object_unary(objects.array_len, Type::i32, true); }

void Translator::array_fill(body::Type type) {
  const bool is_vector = module_.types[type.index].fields[0].type.is_vector();
  stacked(objects.array_fill, 4, type.index, is_vector);
}
void Translator::array_copy(const body::TypeType& types) { stacked(objects.array_copy, 5, types.to); }
void Translator::array_init_data(const body::TypeData& data) { stacked(objects.array_init_data, 4, data.type, data.data); }
void Translator::array_init_elem(const body::TypeElem& elem) { stacked(objects.array_init_elem, 4, elem.type, elem.elem); }

}  // namespace wherry::interp
