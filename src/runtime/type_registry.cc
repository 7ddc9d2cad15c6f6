#include "runtime/type_registry.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include <fmt/format.h>

#include "abi/gc_layout.h"

namespace wherry::runtime {
namespace {

using wasm::HeapType;
using wasm::SubType;
using wasm::ValType;
namespace heap = wasm::heap;

// While a key is made, a type of the group itself is named by its place in it, marked by this bit.
constexpr uint64_t in_group = uint64_t(1) << 40;

// A group as bytes, equal for equal groups (3.1.5): references out of the group are ids already.
class Key {
 public:
  Key(uint32_t first, uint32_t count) : first_(first), count_(count) {}

  template <typename IdOf>
  void add(const SubType& type, IdOf id_of) {
    const auto index_word = [&](uint32_t index) { return index - first_ < count_ ? in_group | (index - first_) : uint64_t(id_of(index)); };
    const auto add_type = [&](ValType value) {
      const uint64_t heap = !value.is_ref() ? 0 : value.heap().is_index() ? index_word(value.heap().index()) : uint32_t(value.heap().value);
      word(heap << 8 | uint64_t(value.kind()));
    };
    word(uint64_t(type.composite) | uint64_t(type.is_final) << 8 | uint64_t(type.supertype.has_value()) << 9);
    if (type.supertype) word(index_word(*type.supertype));
    word(uint64_t(type.params.size()) << 32 | uint32_t(type.results.size() + type.fields.size()));
    for (const ValType param : type.params) add_type(param);
    for (const ValType result : type.results) add_type(result);
    for (const wasm::FieldType& field : type.fields) {
      add_type(field.type);
      word(field.is_mutable);
    }
  }
  std::string take() { return std::move(bytes_); }

 private:
  void word(uint64_t value) { bytes_.append(reinterpret_cast<const char*>(&value), sizeof value); }
  uint32_t first_, count_;
  std::string bytes_;
};

template <typename Map>
ValType mapped(ValType type, Map map) {
  if (!type.is_ref() || !type.heap().is_index()) return type;
  return ValType::reference({int32_t(map(type.heap().index()))}, type.nullable());
}

template <typename Map>
SubType mapped(const SubType& type, Map map) {
  SubType out = type;
  if (out.supertype) out.supertype = map(*out.supertype);
  for (ValType& param : out.params) param = mapped(param, map);
  for (ValType& result : out.results) result = mapped(result, map);
  for (wasm::FieldType& field : out.fields) field.type = mapped(field.type, map);
  return out;
}

template <typename Visit>
void each_index(const SubType& type, Visit visit) {
  const auto one = [&](ValType value) {
    if (value.is_ref() && value.heap().is_index()) visit(value.heap().index());
  };
  if (type.supertype) visit(*type.supertype);
  for (const ValType param : type.params) one(param);
  for (const ValType result : type.results) one(result);
  for (const wasm::FieldType& field : type.fields) one(field.type);
}

// A bit that is set in the indices of a group's own types until they have ids.
constexpr uint32_t own_bit = 1u << 22;

}  // namespace

uint32_t slots_of(ValType type) { return type.is_vector() ? 2 : 1; }

uint32_t slots_of(const std::vector<ValType>& types) {
  uint32_t slots = 0;
  for (const ValType type : types) slots += slots_of(type);
  return slots;
}

TypeRegistry::TypeRegistry() {
  auto region = sys::Map::anonymous(types_max * sizeof(void*));
  if (!region) std::abort();  // 32 MiB of address space at start-up
  region_ = std::move(*region);
  table_ = reinterpret_cast<const abi::TypeInfo**>(region_.base());
  builtin_ = std::make_unique<abi::TypeInfo[]>(external_id + 1);
  builtin_supers_ = {0, exception_id, external_id};
  for (const uint32_t id : {exception_id, external_id}) {
    const auto kind = id == exception_id ? abi::TypeInfo::Kind::exception : abi::TypeInfo::Kind::external;
    builtin_[id] = {.kind = kind, .is_final = true, .id = id, .depth = 0, .supers = &builtin_supers_[id], .object_bytes = 16};
    table_[id] = &builtin_[id];
  }
  next_id_ = external_id + 1;
  group_of_.resize(next_id_);
}

TypeRegistry::~TypeRegistry() = default;

// A long chain of groups, each kept by the next, ends one by one instead of recursing.
TypeGroup::~TypeGroup() {
  static thread_local std::vector<std::shared_ptr<const TypeGroup>> ended;
  static thread_local bool ending = false;
  registry_.remove(*this);
  ended.insert(ended.end(), std::make_move_iterator(needs_.begin()), std::make_move_iterator(needs_.end()));
  if (ending) return;
  ending = true;
  while (!ended.empty()) {
    const auto next = std::move(ended.back());
    ended.pop_back();
  }
  ending = false;
}

void TypeRegistry::remove(const TypeGroup& group) {
  const std::lock_guard lock(mutex_);
  for (const TypeGroup::Type& type : group.types_) {
    table_[type.id] = nullptr;
    group_of_[type.id] = nullptr;
    free_ids_.push_back(type.id);
  }
  const auto found = groups_.find(group.key_);
  if (found != groups_.end() && found->second.expired()) groups_.erase(found);
}

const SubType& TypeRegistry::declared(uint32_t id) const { return static_cast<const TypeGroup::Type*>(table_[id])->declared; }

FuncType TypeRegistry::func_type(uint32_t id) const {
  const SubType& type = declared(id);
  return {type.params, type.results};
}

bool TypeRegistry::is_func(ValType type) const {
  if (!type.is_ref()) return false;
  const HeapType target = type.heap();
  if (target.is_index()) return info(target.index()).kind == abi::TypeInfo::Kind::func;
  return target == heap::func || target == heap::nofunc;
}

bool TypeRegistry::matches(HeapType sub, HeapType super) const {
  using Kind = abi::TypeInfo::Kind;
  if (sub == super) return true;
  if (sub.is_index() && super.is_index()) return matches(sub.index(), super.index());
  if (sub.is_index()) {
    const Kind kind = info(sub.index()).kind;
    if (kind == Kind::func) return super == heap::func;
    return super == heap::any || super == heap::eq || super == (kind == Kind::array ? heap::array : heap::struct_);
  }
  if (super.is_index()) return sub == (info(super.index()).kind == Kind::func ? heap::nofunc : heap::none);
  if (sub == heap::none) return super == heap::any || super == heap::eq || super == heap::i31 || super == heap::struct_ || super == heap::array;
  if (sub == heap::nofunc) return super == heap::func;
  if (sub == heap::noextern) return super == heap::extern_;
  if (sub == heap::noexn) return super == heap::exn;
  if (sub == heap::i31 || sub == heap::struct_ || sub == heap::array) return super == heap::eq || super == heap::any;
  return sub == heap::eq && super == heap::any;
}

bool TypeRegistry::matches(ValType sub, ValType super) const {
  if (sub == super) return true;
  if (!sub.is_ref() || !super.is_ref() || (sub.nullable() && !super.nullable())) return false;
  return matches(sub.heap(), super.heap());
}

std::string TypeRegistry::to_text(ValType type) const {
  if (!type.is_ref() || !type.heap().is_index()) return wasm::to_text(type);
  const SubType& target = declared(type.heap().index());
  const std::string_view what = target.composite == wasm::Composite::func ? "func" : target.composite == wasm::Composite::array ? "array" : "struct";
  return fmt::format("(ref {}<a {} type>)", type.nullable() ? "null " : "", what);
}

std::string TypeRegistry::to_text(const FuncType& type) const {
  std::string text = "func";
  const auto list = [&](const char* word, const std::vector<ValType>& values) {
    if (values.empty()) return;
    text += fmt::format(" ({}", word);
    for (const ValType value : values) text += ' ' + to_text(value);
    text += ')';
  };
  list("param", type.params);
  list("result", type.results);
  return text;
}

Result<TypeGroups> TypeRegistry::add(const wasm::TypeSection& section, std::vector<uint32_t>& ids) {
  ids.resize(section.count());
  TypeGroups groups;
  groups.reserve(section.groups().size());
  for (const wasm::RecGroup group : section.groups()) groups.push_back(TRY(add_group(section, group, ids)));
  return groups;
}

TypeRegistry::Found TypeRegistry::add_group(const wasm::TypeSection& section, wasm::RecGroup group, std::vector<uint32_t>& ids) {
  Key key(group.first, group.count);
  std::vector<SubType> types;
  const auto id_of = [&](uint32_t index) { return index - group.first < group.count ? own_bit | (index - group.first) : ids[index]; };
  for (uint32_t i = 0; i < group.count; ++i) {
    const SubType& type = section[group.first + i];
    key.add(type, id_of);
    types.push_back(mapped(type, id_of));
  }
  auto made = TRY(find_or_make(key.take(), types, &section, group.first));
  for (uint32_t i = 0; i < group.count; ++i) ids[group.first + i] = made->types_[i].id;
  return made;
}

TypeRegistry::Found TypeRegistry::add(const FuncType& type, uint32_t& id) {
  SubType declared;
  declared.params = type.params;
  declared.results = type.results;
  Key key(UINT32_MAX, 0);
  key.add(declared, [](uint32_t index) { return index; });
  auto made = TRY(find_or_make(key.take(), {declared}, nullptr, 0));
  id = made->types_[0].id;
  return made;
}

Result<uint32_t> TypeRegistry::take_id() {
  if (!free_ids_.empty()) {
    const uint32_t id = free_ids_.back();
    free_ids_.pop_back();
    return id;
  }
  if (next_id_ == types_max) return std::unexpected(Error{ErrorKind::limit, fmt::format("all loaded modules together have more than {} types", types_max), ""});
  group_of_.push_back(nullptr);
  return next_id_++;
}

TypeRegistry::Found TypeRegistry::find_or_make(std::string key, const std::vector<SubType>& types, const wasm::TypeSection* section, uint32_t first) {
  std::shared_ptr<TypeGroup> made(new TypeGroup(*this));
  std::shared_ptr<const TypeGroup> found;  // outlives the lock: its end would take it again
  std::unique_lock lock(mutex_);
  auto& entry = groups_[key];
  if ((found = entry.lock())) {
    lock.unlock();
    return found;
  }
  std::vector<uint32_t> ids;
  for (size_t i = 0; i < types.size(); ++i) {
    const auto id = take_id();
    if (!id) {
      free_ids_.insert(free_ids_.end(), ids.begin(), ids.end());
      groups_.erase(key);
      lock.unlock();
      return std::unexpected(id.error());
    }
    ids.push_back(*id);
  }
  const auto final_id = [&](uint32_t id) { return id & own_bit ? ids[id & ~own_bit] : id; };
  made->key_ = std::move(key);
  made->types_.resize(types.size());
  for (size_t i = 0; i < types.size(); ++i) {
    TypeGroup::Type& type = made->types_[i];
    type.declared = mapped(types[i], final_id);
    type.id = ids[i];
    table_[type.id] = &type;
    group_of_[type.id] = made.get();
    each_index(types[i], [&](uint32_t id) {
      if (!(id & own_bit)) made->needs_.push_back(group_of_[id]->shared_from_this());
    });
  }
  std::sort(made->needs_.begin(), made->needs_.end());
  made->needs_.erase(std::unique(made->needs_.begin(), made->needs_.end()), made->needs_.end());
  // Kinds first: a layout asks what the group's other types are.
  for (TypeGroup::Type& type : made->types_) {
    type.kind = type.declared.composite == wasm::Composite::func     ? abi::TypeInfo::Kind::func
                : type.declared.composite == wasm::Composite::array ? abi::TypeInfo::Kind::array
                                                                     : abi::TypeInfo::Kind::struct_;
  }
  for (size_t i = 0; i < types.size(); ++i) describe(made->types_[i], section, first + uint32_t(i));
  entry = made;
  return made;
}

void TypeRegistry::describe(TypeGroup::Type& type, const wasm::TypeSection* section, uint32_t index) {
  type.is_final = type.declared.is_final;
  if (type.declared.supertype) type.super_ids = static_cast<const TypeGroup::Type*>(table_[*type.declared.supertype])->super_ids;
  type.super_ids.push_back(type.id);
  type.supers = type.super_ids.data();
  type.depth = uint32_t(type.super_ids.size() - 1);
  if (type.kind == abi::TypeInfo::Kind::func) {
    type.param_slots = slots_of(type.declared.params);
    type.result_slots = slots_of(type.declared.results);
    // Where the references are among the values of an exception whose tag has this type.
    uint32_t offset = abi::exception_values_offset;
    for (const ValType param : type.declared.params) {
      if (is_gc_ref(param)) type.refs.push_back(offset);
      offset += slots_of(param) * sizeof(abi::Slot);
    }
  } else {
    abi::GcLayout layout = abi::gc_layout(*section, (*section)[index]);
    type.object_bytes = layout.object_bytes;
    type.element_bytes_log2 = layout.element_bytes_log2;
    type.elements_are_refs = layout.elements_are_refs;
    type.refs = std::move(layout.ref_offsets);
  }
  type.ref_offsets = type.refs.data();
  type.ref_count = uint32_t(type.refs.size());
}

}  // namespace wherry::runtime
