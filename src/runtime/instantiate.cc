// Instantiation, step by step as core specification 4.5.4 has it.
#include <algorithm>
#include <cstring>
#include <utility>

#include "runtime/builtins.h"
#include "runtime/const_expr.h"
#include "runtime/errors.h"
#include "runtime/instance.h"
#include "wasm/validate/validate.h"

namespace wherry::runtime {

using abi::Slot;
using abi::Trap;
using wasm::ExternKind;

class Instantiation {
 public:
  Instantiation(Store& store, std::shared_ptr<const Module> module, std::span<const Extern> imports)
      : store_(store), module_(*module), wasm_(module->wasm()), imports_(imports), own_(new Instance(store, std::move(module))), instance_(*own_) {}

  Result<void> check() {
    if (imports_.size() != wasm_.imports.size()) return std::unexpected(error::wrong_import_count(wasm_.imports.size(), imports_.size()));
    const TypeRegistry& types = store_.types();
    for (size_t i = 0; i < imports_.size(); ++i) {
      const wasm::Import& import = wasm_.imports[i];
      const ExternType wanted = module_.extern_type(import.kind, import.index), given = imports_[i].type();
      if (!matches(types, given, wanted)) {
        return std::unexpected(error::wrong_import(import.module, import.name, to_text(types, wanted), to_text(types, given)));
      }
    }
    const uint32_t most = store_.limits().instances_max;
    if (store_.instances().size() >= most) return std::unexpected(error::too_much("instances", store_.instances().size() + 1, most, "in one store"));
    return {};
  }

  // Makes everything that has no contents yet.
  Result<Instance*> build() {
    lay_out();
    take_imports();
    make_functions();
    TRY(make_memories());
    TRY(make_tables());
    make_tags();
    make_globals();
    return store_.add(std::move(own_));
  }

  // Gives it its contents; from here on its functions may be known to others.
  Trap fill(abi::Thread& thread) {
    for (const auto step : {&Instantiation::init_globals, &Instantiation::init_tables, &Instantiation::init_elements, &Instantiation::copy_elements,
                            &Instantiation::copy_data}) {
      const Trap trap = (this->*step)(thread);
      if (trap != Trap::none) return trap;
    }
    if (!wasm_.start) return Trap::none;
    Slot none[1];
    return call_slots(thread, *instance_.func(*wasm_.start), none);
  }

 private:
  void lay_out() {
    abi::Vm& vm = instance_.vm_;
    const size_t counts[] = {wasm_.memories.size(), wasm_.tables.size(), wasm_.globals.size(), wasm_.imported_functions, wasm_.tags.size()};
    size_t total = 0;
    for (const size_t count : counts) total += count;
    instance_.pointers_ = std::make_unique<void*[]>(total);
    void** next = instance_.pointers_.get();
    const auto take = [&](size_t count) { return std::exchange(next, next + count); };
    vm.memories = reinterpret_cast<abi::MemoryVm**>(take(counts[0]));
    vm.tables = reinterpret_cast<abi::TableVm**>(take(counts[1]));
    vm.globals = reinterpret_cast<Slot**>(take(counts[2]));
    vm.imported_functions = const_cast<const abi::Func**>(reinterpret_cast<abi::Func**>(take(counts[3])));
    vm.tags = const_cast<const abi::Tag**>(reinterpret_cast<abi::Tag**>(take(counts[4])));
    vm.store = &store_.vm();
    vm.types = module_.type_infos();
    vm.instance = &instance_;
    vm.code = &module_.code();
    instance_.globals_.resize(wasm_.globals.size());
    instance_.dropped_data_.resize(wasm_.data.size());
    instance_.dropped_elems_.resize(wasm_.elements.size());
  }

  void take_imports() {
    for (size_t i = 0; i < imports_.size(); ++i) {
      const Extern& item = imports_[i];
      const uint32_t index = wasm_.imports[i].index;
      switch (item.kind) {
        case ExternKind::func: instance_.vm_.imported_functions[index] = item.func; break;
        case ExternKind::table: instance_.tables_.push_back(item.table); break;
        case ExternKind::memory: instance_.memories_.push_back(item.memory); break;
        case ExternKind::tag: instance_.tags_.push_back(item.tag); break;
        case ExternKind::global:
          instance_.globals_[index] = item.global;
          instance_.vm_.globals[index] = item.global->slots();
          break;
      }
    }
  }

  void make_functions() {
    if (module_.func_count() == 0) return;
    instance_.funcs_ = std::make_unique<abi::Func[]>(module_.func_count());
    for (uint32_t i = wasm_.imported_functions; i < wasm_.functions.size(); ++i) {
      const uint32_t number = module_.func_number(i);
      if (number == Module::no_func) continue;
      instance_.funcs_[number] = {module_.type_id(wasm_.functions[i].type), i, &instance_.vm_, module_.code().entry(), module_.code().body(i)};
    }
  }

  Result<void> make_memories() {
    for (uint32_t i = wasm_.imported_memories; i < wasm_.memories.size(); ++i) instance_.memories_.push_back(TRY(store_.make_memory(wasm_.memories[i])));
    for (size_t i = 0; i < instance_.memories_.size(); ++i) instance_.vm_.memories[i] = instance_.memories_[i]->vm();
    return {};
  }

  Result<void> make_tables() {
    for (uint32_t i = wasm_.imported_tables; i < wasm_.tables.size(); ++i) {
      instance_.tables_.push_back(TRY(store_.make_table(module_.extern_type(ExternKind::table, i).table)));
    }
    for (size_t i = 0; i < instance_.tables_.size(); ++i) instance_.vm_.tables[i] = instance_.tables_[i]->vm();
    return {};
  }

  void make_tags() {
    const size_t own = wasm_.tags.size() - wasm_.imported_tags;
    if (own > 0) instance_.own_tags_ = std::make_unique<abi::Tag[]>(own);
    for (size_t i = 0; i < own; ++i) {
      const uint32_t type = wasm_.tags[wasm_.imported_tags + i].type;
      instance_.own_tags_[i] = {module_.type_id(type), module_.type_infos()[type]->param_slots};
      instance_.tags_.push_back(&instance_.own_tags_[i]);
    }
    for (size_t i = 0; i < instance_.tags_.size(); ++i) instance_.vm_.tags[i] = instance_.tags_[i];
  }

  void make_globals() {
    if (module_.global_slot_count() > 0) instance_.global_slots_ = std::make_unique<Slot[]>(module_.global_slot_count());
    for (uint32_t i = wasm_.imported_globals; i < wasm_.globals.size(); ++i) {
      instance_.vm_.globals[i] = instance_.global_slots_.get() + module_.global_slot(i);
    }
  }

  Trap init_globals(abi::Thread& thread) {
    for (uint32_t i = wasm_.imported_globals; i < wasm_.globals.size(); ++i) {
      const Trap trap = evaluate(thread, instance_, wasm_.globals[i].init, instance_.vm_.globals[i]);
      if (trap != Trap::none) return trap;
    }
    return Trap::none;
  }

  Trap init_tables(abi::Thread& thread) {
    for (uint32_t i = wasm_.imported_tables; i < wasm_.tables.size(); ++i) {
      if (!wasm_.tables[i].init) continue;
      Slot value[2] = {};
      const Trap trap = evaluate(thread, instance_, *wasm_.tables[i].init, value);
      if (trap != Trap::none) return trap;
      abi::TableVm& table = *instance_.vm_.tables[i];
      std::fill_n(table.elements, table.count, value[0]);
    }
    return Trap::none;
  }

  Trap init_elements(abi::Thread& thread) {
    for (uint32_t i = 0; i < wasm_.elements.size(); ++i) {
      const wasm::ElementSegment& segment = wasm_.elements[i];
      if (!segment.uses_expressions || segment.mode == wasm::SegmentMode::declarative) continue;
      instance_.elem_values_.resize(wasm_.elements.size());
      instance_.elem_values_[i] = std::make_unique<Slot[]>(segment.elements.size() + 1);  // evaluating may write two slots
      for (size_t k = 0; k < segment.elements.size(); ++k) {
        const Trap trap = evaluate(thread, instance_, segment.elements[k], &instance_.elem_values_[i][k]);
        if (trap != Trap::none) return trap;
      }
    }
    return Trap::none;
  }

  uint64_t offset(const Slot& value, wasm::AddressType type) { return type == wasm::AddressType::i64 ? value.u64 : value.u32; }

  Trap copy_elements(abi::Thread& thread) {
    for (uint32_t i = 0; i < wasm_.elements.size(); ++i) {
      const wasm::ElementSegment& segment = wasm_.elements[i];
      if (segment.mode == wasm::SegmentMode::active) {
        Slot at[2] = {};
        Trap trap = evaluate(thread, instance_, segment.at, at);
        if (trap != Trap::none) return trap;
        const uint64_t to = offset(at[0], wasm_.tables[segment.table].type.address);
        trap = builtins().table_init(thread, instance_.vm_, i, segment.table, to, 0, segment.count());
        if (trap != Trap::none) return trap;
      }
      if (segment.mode != wasm::SegmentMode::passive) instance_.drop_elem(i);
    }
    return Trap::none;
  }

  Trap copy_data(abi::Thread& thread) {
    for (uint32_t i = 0; i < wasm_.data.size(); ++i) {
      const wasm::DataSegment& segment = wasm_.data[i];
      if (segment.mode != wasm::SegmentMode::active) continue;
      Slot at[2] = {};
      Trap trap = evaluate(thread, instance_, segment.at, at);
      if (trap != Trap::none) return trap;
      const uint64_t to = offset(at[0], wasm_.memories[segment.memory].address);
      trap = builtins().memory_init(thread, instance_.vm_, i, segment.memory, to, 0, segment.data.bytes.size());
      if (trap != Trap::none) return trap;
      instance_.drop_data(i);
    }
    return Trap::none;
  }

  Store& store_;
  const Module& module_;
  const wasm::Module& wasm_;
  std::span<const Extern> imports_;
  std::unique_ptr<Instance> own_;
  Instance& instance_;
};

namespace {

std::unexpected<InstantiateFailure> failed(Error error) { return std::unexpected(InstantiateFailure{std::move(error), nullptr}); }

}  // namespace

std::expected<Instance*, InstantiateFailure> instantiate(Store& store, std::shared_ptr<const Module> module, std::span<const Extern> imports) {
  Instantiation steps(store, std::move(module), imports);
  if (auto checked = steps.check(); !checked) return failed(std::move(checked.error()));
  auto built = steps.build();
  if (!built) return failed(std::move(built.error()));
  const auto run = [&](abi::Thread& thread) -> std::expected<Instance*, InstantiateFailure> {
    const Trap trap = steps.fill(thread);
    if (trap == Trap::none) return *built;
    auto call = std::make_unique<CallFailure>(take_failure(thread, trap));
    Error error{ErrorKind::invalid, to_text(*call), ""};
    return std::unexpected(InstantiateFailure{std::move(error), std::move(call)});
  };
  if (store.running) return run(*store.running->thread);
  Entered entered(store);
  if (entered.failed()) return failed(error::no_value_stack());
  return run(entered.thread());
}

}  // namespace wherry::runtime
