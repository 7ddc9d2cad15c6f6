// Objects of the collected heap (core specification 4.6.2 … 4.6.4).
#include <algorithm>
#include <cstring>

#include "runtime/builtin_functions.h"
#include "runtime/objects.h"

namespace wherry::runtime::builtin {
namespace {

GcRef new_array(Vm& vm, const TypeInfo& type, uint32_t length) { return Instance::of(vm).store().allocate(type.id, length, array_bytes(type, length)); }

uint8_t* element_at(const Thread& thread, const TypeInfo& type, GcRef array, uint32_t index) {
  return object_at(thread, array) + array_bytes(type, index);
}

// Writes elements of a segment. The bounds were checked.
void write_elements(Thread& thread, Vm& vm, const TypeInfo& type, uint32_t elem, GcRef array, uint32_t to, uint32_t from, uint32_t count) {
  const Instance& instance = Instance::of(vm);
  for (uint32_t i = 0; i < count; ++i) {
    const Slot value = instance.elem(elem, from + i);
    write_field(element_at(thread, type, array, to + i), type.element_bytes_log2, &value);
  }
}

}  // namespace

GcRef struct_new(Thread&, Vm& vm, uint32_t type) { return Instance::of(vm).store().allocate(vm.types[type]->id, 0, vm.types[type]->object_bytes); }

GcRef array_new(Thread&, Vm& vm, uint32_t type, uint32_t length) { return new_array(vm, *vm.types[type], length); }

Trap array_new_data(Thread& thread, Vm& vm, uint32_t type, uint32_t data, uint32_t from, uint32_t length, GcRef* result) {
  const TypeInfo& array = *vm.types[type];
  const auto source = Instance::of(vm).data_segment(data);
  const uint64_t bytes = uint64_t(length) << array.element_bytes_log2;
  if (!within(from, bytes, source.size())) return Trap::memory_out_of_bounds;
  *result = new_array(vm, array, length);
  if (*result == 0) return Trap::out_of_memory;
  if (bytes > 0) std::memcpy(element_at(thread, array, *result, 0), source.data() + from, size_t(bytes));
  return Trap::none;
}

Trap array_new_elem(Thread& thread, Vm& vm, uint32_t type, uint32_t elem, uint32_t from, uint32_t length, GcRef* result) {
  if (!within(from, length, Instance::of(vm).elem_count(elem))) return Trap::table_out_of_bounds;
  *result = new_array(vm, *vm.types[type], length);
  if (*result == 0) return Trap::out_of_memory;
  write_elements(thread, vm, *vm.types[type], elem, *result, 0, from, length);
  return Trap::none;
}

Trap array_init_data(Thread& thread, Vm& vm, uint32_t type, uint32_t data, GcRef array, uint32_t to, uint32_t from, uint32_t count) {
  if (array == 0) return Trap::null_array;
  const TypeInfo& info = *vm.types[type];
  if (!within(to, count, array_length(object_at(thread, array)))) return Trap::array_out_of_bounds;
  const auto source = Instance::of(vm).data_segment(data);
  const uint64_t bytes = uint64_t(count) << info.element_bytes_log2;
  if (!within(from, bytes, source.size())) return Trap::memory_out_of_bounds;
  if (bytes > 0) std::memcpy(element_at(thread, info, array, to), source.data() + from, size_t(bytes));
  return Trap::none;
}

Trap array_init_elem(Thread& thread, Vm& vm, uint32_t type, uint32_t elem, GcRef array, uint32_t to, uint32_t from, uint32_t count) {
  if (array == 0) return Trap::null_array;
  if (!within(to, count, array_length(object_at(thread, array)))) return Trap::array_out_of_bounds;
  if (!within(from, count, Instance::of(vm).elem_count(elem))) return Trap::table_out_of_bounds;
  write_elements(thread, vm, *vm.types[type], elem, array, to, from, count);
  return Trap::none;
}

Trap array_copy(Thread& thread, Vm& vm, uint32_t type, GcRef to_array, uint32_t to, GcRef from_array, uint32_t from, uint32_t count) {
  if (to_array == 0 || from_array == 0) return Trap::null_array;
  if (!within(to, count, array_length(object_at(thread, to_array))) || !within(from, count, array_length(object_at(thread, from_array)))) {
    return Trap::array_out_of_bounds;
  }
  const TypeInfo& info = *vm.types[type];
  std::memmove(element_at(thread, info, to_array, to), element_at(thread, info, from_array, from), size_t(count) << info.element_bytes_log2);
  return Trap::none;
}

Trap array_fill(Thread& thread, Vm& vm, uint32_t type, GcRef array, uint32_t to, const Slot* value, uint32_t count) {
  if (array == 0) return Trap::null_array;
  if (!within(to, count, array_length(object_at(thread, array)))) return Trap::array_out_of_bounds;
  const TypeInfo& info = *vm.types[type];
  constexpr uint32_t chunk_elements = 1 << 20;  // between two looks at the interrupt flag
  for (uint32_t i = 0; i < count; ++i) {
    write_field(element_at(thread, info, array, to + i), info.element_bytes_log2, value);
    if ((i + 1) % chunk_elements != 0) continue;
    const Trap trap = asked_to_stop(thread);
    if (trap != Trap::none) return trap;
  }
  return Trap::none;
}

GcRef exception_new(Thread& thread, const Tag& tag, const Slot* values) {
  const size_t bytes = size_t(tag.value_slots) * sizeof(Slot);
  const GcRef ref = Store::of(thread).allocate(TypeRegistry::exception_id, tag.value_slots, exception_values_offset + bytes);
  if (ref == 0) return 0;
  const Tag* const address = &tag;
  std::memcpy(object_at(thread, ref) + offsetof(abi::ExceptionObject, tag), &address, sizeof address);
  if (bytes > 0) std::memcpy(object_at(thread, ref) + exception_values_offset, values, bytes);
  return ref;
}

}  // namespace wherry::runtime::builtin
