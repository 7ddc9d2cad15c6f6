#include "runtime/pool.h"

#include <algorithm>
#include <cstring>

#include "runtime/errors.h"
#include "runtime/gc_heap.h"
#include "runtime/table_writes.h"

namespace wherry::runtime {
namespace {

bool is_zero(const uint8_t* page, size_t bytes) {
  return page[0] == 0 && std::memcmp(page, page + 1, bytes - 1) == 0;
}

std::unexpected<InstantiateFailure> failed(Error error) { return std::unexpected(InstantiateFailure{std::move(error), nullptr}); }

}  // namespace

// Gives a slot's memories their places. The template's are ordinary ones.
class Pool::Source : public MemorySource {
 public:
  Source(Pool& pool, Slot& slot) : pool_(pool), slot_(slot) {}

  Result<std::shared_ptr<MemoryBody>> memory(const wasm::MemoryType& type, uint64_t bytes_max) override {
    const size_t index = slot_.places_.size();
    if (index >= pool_.memories_.size()) return std::unexpected(Error{ErrorKind::invalid, "an instance has other memories than the one before it", ""});
    MemoryImage& image = pool_.memories_[index];
    uint8_t* const base = TRY(image.arena->take());
    const bool few = image.filled_count <= pool_.settings_.copied_pages_max;
    const bool is_mapped = image.filled_count > 0 && !(few && pool_.slots_ >= pool_.settings_.mapped_slots_max);
    if (is_mapped) TRY(image.mapped.map_over(base));
    slot_.places_.push_back({base, is_mapped});
    return MemoryBody::in(type, base, std::min<uint64_t>(image.arena->stride(), bytes_max));
  }

 private:
  Pool& pool_;
  Slot& slot_;
};

Pool::Pool(Shared& shared, Build build, const PoolSettings& settings)
    : shared_(shared), build_(std::move(build)), settings_(settings), dirty_(settings.way) {}

Pool::~Pool() = default;

std::expected<std::unique_ptr<Pool>, InstantiateFailure> Pool::make(Shared& shared, Build build, const PoolSettings& settings) {
  std::unique_ptr<Pool> pool(new Pool(shared, std::move(build), settings));
  pool->template_.reset(new Slot(shared, settings.limits));
  auto instance = pool->build_(pool->template_->store_);
  if (!instance) return std::unexpected(std::move(instance.error()));
  pool->template_->instance_ = *instance;
  if (auto taken = pool->take_image(); !taken) return failed(std::move(taken.error()));
  return pool;
}

Result<void> Pool::take_image() {
  Store& store = template_->store_;
  for (const auto& memory : store.memories_) TRY(image_memory(*memory));
  image_tables();
  for (const auto& instance : store.instances_) {
    global_slots_ += instance->module().global_slot_count();
    dropped_.insert(dropped_.end(), instance->dropped_data_.begin(), instance->dropped_data_.end());
    dropped_.insert(dropped_.end(), instance->dropped_elems_.begin(), instance->dropped_elems_.end());
  }
  for (const auto& global : store.globals_) global_slots_ += slots_of(global->type().type);
  store_globals_ = store.globals_.size();
  host_funcs_ = store.host_funcs_.size();
  memory_bytes_ = store.memory_bytes_;
  table_elements_ = store.table_elements_;
  if (store.has_heap()) {
    store.collect();
    has_objects_ = store.heap().object_count() > 0;
  }
  return {};
}

Result<void> Pool::image_memory(Memory& memory) {
  if (memory.vm()->is_shared) return std::unexpected(Error{ErrorKind::unsupported, "a module with a shared memory can't be pooled", ""});
  const size_t page = sys::page_bytes();
  MemoryImage image;
  image.content = memory.base();
  image.bytes = memory.bytes();
  for (size_t begin = 0; begin < image.bytes; begin += page) {
    const bool zero = is_zero(image.content + begin, std::min(page, image.bytes - begin));
    image.filled.push_back(!zero);
    image.filled_count += !zero;
  }
  image.arena = std::make_unique<MemoryArena>(memory.body()->capacity());
  if (image.filled_count > 0) image.mapped = TRY(sys::Image::make({image.content, image.bytes}));
  memories_.push_back(std::move(image));
  return {};
}

void Pool::image_tables() {
  Store& store = template_->store_;
  for (const auto& table : store.tables_) {
    TableImage image;
    image.elements.assign(table->vm()->elements, table->vm()->elements + table->count());
    // Small ones are compared in less time than it takes to know.
    image.is_written = image.elements.size() < 64 || may_be_written(store, *table);
    tables_.push_back(std::move(image));
  }
}

std::expected<std::unique_ptr<Pool::Slot>, InstantiateFailure> Pool::build_slot() {
  std::unique_ptr<Slot> slot(new Slot(shared_, settings_.limits));
  Source source(*this, *slot);
  slot->store_.memory_source = &source;
  auto instance = build_(slot->store_);
  slot->store_.memory_source = nullptr;
  if (!instance) {
    give_back(*slot);
    return std::unexpected(std::move(instance.error()));
  }
  const Store& first = template_->store_;
  if (slot->store_.instances_.size() != first.instances_.size() || slot->places_.size() != memories_.size() || slot->store_.tables_.size() != tables_.size()) {
    give_back(*slot);
    return failed({ErrorKind::invalid, "an instance was built otherwise than the one before it", ""});
  }
  slot->instance_ = *instance;
  adopt(*slot);
  return slot;
}

// From its own state to the template's: what building does differently each time is not kept.
void Pool::adopt(Slot& slot) {
  slot.globals_ = std::make_unique<abi::Slot[]>(global_slots_ + 1);
  abi::Slot* to = slot.globals_.get();
  const auto copy = [&](const abi::Slot* from, size_t count, auto type_at) {
    for (size_t i = 0; i < count; ++i) to[i] = type_at(i) ? moved(slot, from[i]) : from[i];
    to += count;
  };
  const Store& first = template_->store_;
  for (const auto& instance : first.instances_) {
    const Module& module = instance->module();
    const wasm::Module& wasm = module.wasm();
    std::vector<bool> is_func(module.global_slot_count());
    for (uint32_t i = wasm.imported_globals; i < wasm.globals.size(); ++i) is_func[module.global_slot(i)] = module.types().is_func(module.engine_type(wasm.globals[i].type.type));
    copy(instance->global_slots_.get(), is_func.size(), [&](size_t i) { return is_func[i]; });
  }
  for (size_t k = 0; k < store_globals_; ++k) {
    Global& global = *first.globals_[k];
    copy(global.slots(), slots_of(global.type().type), [&](size_t) { return shared_.types.is_func(global.type().type); });
  }
  if (has_objects_) return;
  // What building wrote into a private map is what the image holds: sharing it costs less than copies.
  for (size_t i = 0; i < slot.places_.size(); ++i) {
    if (slot.places_[i].is_mapped) discard(memories_[i], slot.places_[i], 0, sys::round_to_pages(memories_[i].bytes));
  }
  reset(slot);
}

std::expected<Pool::Slot*, InstantiateFailure> Pool::take() {
  if (!idle_.empty()) {
    Slot* slot = idle_.back().release();
    idle_.pop_back();
    return slot;
  }
  if (slots_ >= settings_.slots_max) return failed(error::too_much("instances", slots_ + 1, settings_.slots_max, "in one pool"));
  auto slot = build_slot();
  if (!slot) return std::unexpected(std::move(slot.error()));
  ++slots_;
  return slot->release();
}

// The slot ends; its places are for others.
void Pool::give_back(Slot& slot) {
  for (size_t i = 0; i < slot.places_.size(); ++i) memories_[i].arena->give(slot.places_[i].base, slot.places_[i].is_mapped);
  slot.places_.clear();
}

void Pool::give(Slot* taken) {
  std::unique_ptr<Slot> slot(taken);
  if (has_objects_) {
    give_back(*slot);
    --slots_;
    return;
  }
  reset(*slot);
  idle_.push_back(std::move(slot));
}

void Pool::reset(Slot& slot) {
  Store& store = slot.store_;
  for (size_t i = 0; i < memories_.size(); ++i) reset_memory(slot, i);
  reset_instances(slot);
  reset_tables(slot);
  if (store.heap_) store.heap_->reset(64 * 1024);
  if (store.roots_) store.roots_->clear();
  store.memory_bytes_ = memory_bytes_;
  store.table_elements_ = table_elements_;
  store.limits_ = settings_.limits;
  store.deadline_ = {};
  store.vm_.fuel = 0;
  store.data = nullptr;
  if (store.owned_data.has_value()) store.owned_data.reset();
  store.clear_interrupt();
}

void Pool::reset_memory(Slot& slot, size_t index) {
  const MemoryImage& image = memories_[index];
  MemoryBody& body = *slot.store_.memories_[index]->body();
  const Slot::Place place = slot.places_[index];
  const size_t bytes = sys::round_to_pages(std::max(body.bytes(), image.bytes));
  body.shrink(image.bytes);
  if (dirty_.way() == sys::DirtyWay::all) {
    discard(image, place, 0, bytes);
    return;
  }
  dirty_.find({place.base, bytes}, found_);
  size_t hot_left = size_t(settings_.hot_pages_max) * sys::page_bytes();
  for (const auto& range : found_) {
    const size_t hot_end = range.begin + std::min(hot_left, range.end - range.begin);
    hot_left -= hot_end - range.begin;
    reset_page_range(image, place.base, range.begin, hot_end);
    discard(image, place, hot_end, range.end);
  }
}

void Pool::reset_page_range(const MemoryImage& image, uint8_t* base, size_t begin, size_t end) {
  const size_t page = sys::page_bytes();
  for (size_t at = begin; at < end; at += page) {
    if (at / page < image.filled.size() && image.filled[at / page]) {
      // The last page may be a part of one; what is behind it is zero, in the template as well.
      const size_t count = std::min(page, image.bytes - at);
      std::memcpy(base + at, image.content + at, count);
      std::memset(base + at + count, 0, page - count);
    } else {
      std::memset(base + at, 0, page);
    }
  }
}

// Gives the pages' memory back. What comes next reads the image: the file's pages, or copied ones.
void Pool::discard(const MemoryImage& image, Slot::Place place, size_t begin, size_t end) {
  if (begin >= end) return;
  sys::discard({place.base + begin, end - begin});
  if (place.is_mapped) return;
  const size_t page = sys::page_bytes();
  for (size_t at = begin; at < std::min(end, image.filled.size() * page); at += page) {
    if (image.filled[at / page]) reset_page_range(image, place.base, at, at + page);
  }
}

void Pool::reset_instances(Slot& slot) {
  Store& store = slot.store_;
  const Store& first = template_->store_;
  const abi::Slot* from = slot.globals_.get();
  store.instances_.resize(first.instances_.size());
  auto dropped = dropped_.begin();
  for (const auto& instance : store.instances_) {
    const size_t count = instance->module().global_slot_count();
    if (count > 0) std::memcpy(instance->global_slots_.get(), from, count * sizeof(abi::Slot));
    from += count;
    std::copy_n(dropped, instance->dropped_data_.size(), instance->dropped_data_.begin());
    dropped += ptrdiff_t(instance->dropped_data_.size());
    std::copy_n(dropped, instance->dropped_elems_.size(), instance->dropped_elems_.begin());
    dropped += ptrdiff_t(instance->dropped_elems_.size());
  }
  for (size_t k = 0; k < store_globals_; ++k) {
    const size_t count = slots_of(store.globals_[k]->type().type);
    std::memcpy(store.globals_[k]->slots(), from, count * sizeof(abi::Slot));
    from += count;
  }
  if (store.globals_.size() > store_globals_) {
    // Made when the host asked for an instance's own; they are made again when it asks again.
    for (const auto& instance : store.instances_) {
      const auto own = instance->globals_.begin() + instance->module().wasm().imported_globals;
      std::fill(own, instance->globals_.end(), nullptr);
    }
    store.globals_.resize(store_globals_);
  }
  store.memories_.resize(first.memories_.size());
  store.tags_.resize(first.tags_.size());
  store.host_funcs_.resize(host_funcs_);
}

// A reference to one of the template's functions becomes one to the slot's.
abi::Slot Pool::moved(const Slot& slot, abi::Slot value) const {
  const abi::Func* func = value.func;
  if (!func || !func->vm || func->vm->store != &template_->store_.vm_) return value;
  const Store& first = template_->store_;
  for (size_t i = 0; i < first.instances_.size(); ++i) {
    if (&first.instances_[i]->vm_ == func->vm) {
      value.func = slot.store_.instances_[i]->funcs_.get() + (func - first.instances_[i]->funcs_.get());
      return value;
    }
  }
  return value;
}

void Pool::reset_tables(Slot& slot) {
  Store& store = slot.store_;
  store.tables_.resize(tables_.size());
  for (size_t i = 0; i < tables_.size(); ++i) {
    const TableImage& image = tables_[i];
    abi::TableVm& table = *store.tables_[i]->vm();
    table.count = image.elements.size();
    if (!image.is_written) continue;
    if (store.tables_[i]->holds_funcs()) {
      for (size_t k = 0; k < table.count; ++k) table.elements[k] = moved(slot, image.elements[k]);
    } else {
      std::copy(image.elements.begin(), image.elements.end(), table.elements);
    }
  }
}

}  // namespace wherry::runtime
