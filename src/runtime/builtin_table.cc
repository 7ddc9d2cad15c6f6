// Operations on tables (core specification 4.6.5 … 4.6.8).
#include <algorithm>
#include <cstring>

#include "runtime/builtin_functions.h"

namespace wherry::runtime::builtin {

uint64_t table_grow(Thread&, Vm& vm, uint32_t table, Slot value, uint64_t delta) { return Instance::of(vm).table(table)->grow(delta, value); }

Trap table_init(Thread&, Vm& vm, uint32_t elem, uint32_t table, uint64_t to, uint64_t from, uint64_t count) {
  const Instance& instance = Instance::of(vm);
  TableVm& target = *vm.tables[table];
  if (!within(from, count, instance.elem_count(elem)) || !within(to, count, target.count)) return Trap::table_out_of_bounds;
  for (uint64_t i = 0; i < count; ++i) target.elements[to + i] = instance.elem(elem, uint32_t(from + i));
  return Trap::none;
}

Trap table_copy(Thread&, Vm& vm, uint32_t to_table, uint32_t from_table, uint64_t to, uint64_t from, uint64_t count) {
  TableVm& target = *vm.tables[to_table];
  const TableVm& source = *vm.tables[from_table];
  if (!within(from, count, source.count) || !within(to, count, target.count)) return Trap::table_out_of_bounds;
  std::memmove(target.elements + to, source.elements + from, size_t(count) * sizeof(Slot));
  return Trap::none;
}

Trap table_fill(Thread&, Vm& vm, uint32_t table, uint64_t to, Slot value, uint64_t count) {
  TableVm& target = *vm.tables[table];
  if (!within(to, count, target.count)) return Trap::table_out_of_bounds;
  std::fill_n(target.elements + to, size_t(count), value);
  return Trap::none;
}

void elem_drop(Thread&, Vm& vm, uint32_t elem) { Instance::of(vm).drop_elem(elem); }

}  // namespace wherry::runtime::builtin
