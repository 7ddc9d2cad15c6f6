#include "wasm/types.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace wherry::wasm {
namespace {

// SipHash-1-3 over words. Whoever writes a module chooses what is hashed, so the key is one that he can't know: where
// this process happens to be loaded.
class Hasher {
 public:
  void add(uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
  }
  uint64_t finish() {
    v2_ ^= 0xFF;
    for (int i = 0; i < 3; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_, v1_ = std::rotl(v1_, 13) ^ v0_, v0_ = std::rotl(v0_, 32);
    v2_ += v3_, v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_, v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_, v1_ = std::rotl(v1_, 17) ^ v2_, v2_ = std::rotl(v2_, 32);
  }

  static inline const char anchor = 0;
  uint64_t key_ = reinterpret_cast<uintptr_t>(&anchor) * 0x9E3779B97F4A7C15u;
  uint64_t v0_ = key_ ^ 0x736F6D6570736575, v1_ = ~key_ ^ 0x646F72616E646F6D;
  uint64_t v2_ = key_ ^ 0x6C7967656E657261, v3_ = ~key_ ^ 0x7465646279746573;
};

constexpr uint64_t in_group = uint64_t(1) << 40;  // marks a word that names a type by its place in its own group

}  // namespace

// A type as words, such that two groups are the same (3.1.5) exactly when their words are: a reference into the group
// is its place there, one out of it the canonical index, so no group is ever looked into twice.
void TypeSection::flatten(const SubType& type, uint32_t group_first, uint32_t group_count) {
  const auto index_word = [&](uint32_t index) -> uint64_t {
    if (index >= group_first && index - group_first < group_count) return in_group | (index - group_first);
    return index < group_first ? canonical_[index] : index;
  };
  const auto add_type = [&](ValType type) {
    const uint64_t heap = !type.is_ref() ? 0 : type.heap().is_index() ? index_word(type.heap().index()) : uint32_t(type.heap().value);
    words_.push_back(heap << 8 | uint64_t(type.kind()));
  };
  words_.push_back(uint64_t(type.composite) | uint64_t(type.is_final) << 8 | uint64_t(type.supertype.has_value()) << 9);
  if (type.supertype) words_.push_back(index_word(*type.supertype));
  words_.push_back(uint64_t(type.params.size()) << 32 | uint32_t(type.results.size() + type.fields.size()));
  for (const ValType param : type.params) add_type(param);
  for (const ValType result : type.results) add_type(result);
  for (const FieldType& field : type.fields) {
    add_type(field.type);
    words_.back() |= uint64_t(field.is_mutable) << 63;
  }
}

// The first group with the words that were written at `words_begin`, which are dropped if it isn't `group` itself.
uint32_t TypeSection::find_or_add(uint32_t group, size_t words_begin) {
  Hasher hasher;
  for (size_t i = words_begin; i < words_.size(); ++i) hasher.add(words_[i]);
  const uint64_t hash = hasher.finish();
  if (slots_.size() < 2 * (distinct_.size() + 1)) {
    slots_.assign(std::max<size_t>(16, slots_.size() * 2), 0);
    for (uint32_t i = 0; i < distinct_.size(); ++i) {
      size_t slot = distinct_[i].hash & (slots_.size() - 1);
      while (slots_[slot]) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = i + 1;
    }
  }
  size_t slot = hash & (slots_.size() - 1);
  for (; slots_[slot]; slot = (slot + 1) & (slots_.size() - 1)) {
    const Distinct& other = distinct_[slots_[slot] - 1];
    if (other.hash != hash) continue;
    if (!std::equal(words_.begin() + other.words_begin, words_.begin() + other.words_end, words_.begin() + words_begin, words_.end())) continue;
    words_.resize(words_begin);
    return other.group;
  }
  distinct_.push_back({group, words_begin, words_.size(), hash});
  slots_[slot] = uint32_t(distinct_.size());
  return group;
}

void TypeSection::add(std::vector<SubType> group) {
  const uint32_t first = count(), size = uint32_t(group.size()), index = uint32_t(groups_.size());
  groups_.push_back({first, size});
  const size_t words_begin = words_.size();
  words_.push_back(size);  // so that a group of one differs from the same types in a larger group
  for (SubType& type : group) {
    flatten(type, first, size);
    const uint32_t self = count();
    const bool has_super = type.supertype && *type.supertype < self;
    depth_.push_back(has_super ? depth_[*type.supertype] + 1 : 0);
    group_index_.push_back(index);
    types_.push_back(std::move(type));
  }
  const RecGroup same = groups_[find_or_add(index, words_begin)];
  for (uint32_t i = 0; i < size; ++i) canonical_.push_back(same.first + i);
}

bool TypeSection::is_subtype(uint32_t sub, uint32_t super) const {
  if (sub >= count() || super >= count()) return sub == super;
  const uint32_t target = canonical_[super];
  for (uint32_t at = sub;;) {
    if (canonical_[at] == target) return true;
    const auto& up = types_[at].supertype;
    if (!up || *up >= at) return false;
    at = *up;
  }
}

namespace {

HeapType abstract_of(Composite composite) {
  return composite == Composite::func ? heap::func : composite == Composite::struct_ ? heap::struct_ : heap::array;
}

// Among abstract types; the order is the one of 3.3.3.
bool is_abstract_subtype(HeapType sub, HeapType super) {
  if (sub == super || sub == heap::bottom) return true;
  if (super == heap::any) return sub == heap::eq || is_abstract_subtype(sub, heap::eq);
  if (super == heap::eq) return sub == heap::i31 || sub == heap::struct_ || sub == heap::array || sub == heap::none;
  if (super == heap::i31 || super == heap::struct_ || super == heap::array) return sub == heap::none;
  return (super == heap::func && sub == heap::nofunc) || (super == heap::extern_ && sub == heap::noextern) ||
         (super == heap::exn && sub == heap::noexn);
}

}  // namespace

bool TypeSection::is_subtype(HeapType sub, HeapType super) const {
  if (sub == super || sub == heap::bottom) return true;
  if (!super.is_index()) {
    if (!sub.is_index()) return is_abstract_subtype(sub, super);
    return sub.index() < count() && is_abstract_subtype(abstract_of(types_[sub.index()].composite), super);
  }
  if (sub.is_index()) return is_subtype(sub.index(), super.index());
  if (super.index() >= count()) return false;
  return sub == (types_[super.index()].composite == Composite::func ? heap::nofunc : heap::none);
}

bool TypeSection::is_subtype_slow(ValType sub, ValType super) const {
  if (sub.kind() == Kind::bottom) return true;
  if (!sub.is_ref() || !super.is_ref() || (sub.nullable() && !super.nullable())) return false;
  return is_subtype(sub.heap(), super.heap());
}

HeapType TypeSection::top(HeapType heap) const {
  if (heap.is_index()) {
    if (heap.index() >= count()) return heap::any;
    return types_[heap.index()].composite == Composite::func ? heap::func : heap::any;
  }
  if (heap == heap::func || heap == heap::nofunc) return heap::func;
  if (heap == heap::extern_ || heap == heap::noextern) return heap::extern_;
  if (heap == heap::exn || heap == heap::noexn) return heap::exn;
  return heap == heap::bottom ? heap::bottom : heap::any;
}

HeapType TypeSection::bottom(HeapType heap) const {
  const HeapType above = top(heap);
  if (above == heap::func) return heap::nofunc;
  if (above == heap::extern_) return heap::noextern;
  if (above == heap::exn) return heap::noexn;
  return above == heap::bottom ? heap::bottom : heap::none;
}

namespace {

// The heap types' names, from code 0x69 on; a nullable reference to one is written NAMEref.
constexpr std::string_view heap_names[] = {"exn", "array", "struct", "i31", "eq", "any", "extern", "func", "none", "noextern", "nofunc", "noexn"};
constexpr std::string_view ref_names[] = {"exnref", "arrayref", "structref", "i31ref", "eqref", "anyref", "externref", "funcref",
                                          "nullref", "nullexternref", "nullfuncref", "nullexnref"};

}  // namespace

std::string to_text(HeapType type) {
  if (type.is_index()) return std::to_string(type.value);
  if (type == heap::bottom) return "something";
  return std::string(heap_names[type.value + 0x80 - 0x69]);
}

std::string to_text(ValType type) {
  switch (type.kind()) {
    case Kind::bottom: return "something";
    case Kind::i32: return "i32";
    case Kind::i64: return "i64";
    case Kind::f32: return "f32";
    case Kind::f64: return "f64";
    case Kind::v128: return "v128";
    case Kind::i8: return "i8";
    case Kind::i16: return "i16";
    case Kind::ref:
    case Kind::ref_null: break;
  }
  const HeapType heap = type.heap();
  if (type.nullable() && !heap.is_index() && heap != heap::bottom) return std::string(ref_names[heap.value + 0x80 - 0x69]);
  return fmt::format("(ref {}{})", type.nullable() ? "null " : "", to_text(heap));
}

}  // namespace wherry::wasm
