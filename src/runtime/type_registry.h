// Types as all modules of one engine know them. Equal recursion groups (core specification 3.1.5) of different modules
// share one entry, one abi::TypeInfo and one id, so that type checks at run time and at link time compare ids.
// "Engine terms": a wasm::ValType whose heap type, where it is an index, is such an id instead of a module's type index.
// Thread-safe. Entries live as long as something holds their group; ids are reused only after that.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "abi/vm.h"
#include "base/result.h"
#include "base/sys/map.h"
#include "wasm/types.h"

namespace wherry::runtime {

struct FuncType {
  std::vector<wasm::ValType> params, results;  // in engine terms
  friend bool operator==(const FuncType&, const FuncType&) = default;
};

// How many slots values of these types take one after another: v128 two, everything else one.
uint32_t slots_of(wasm::ValType type);
uint32_t slots_of(const std::vector<wasm::ValType>& types);

class TypeRegistry;

// A recursion group and what is known of its types. Keeps the groups that it refers to.
class TypeGroup : public std::enable_shared_from_this<TypeGroup> {
 public:
  struct Type : abi::TypeInfo {
    wasm::SubType declared;  // in engine terms
    std::vector<uint32_t> super_ids, refs;
  };

  ~TypeGroup();
  std::span<const Type> types() const { return types_; }

 private:
  friend class TypeRegistry;
  explicit TypeGroup(TypeRegistry& registry) : registry_(registry) {}
  TypeRegistry& registry_;
  std::vector<Type> types_;
  std::vector<std::shared_ptr<const TypeGroup>> needs_;
  std::string key_;
};
using TypeGroups = std::vector<std::shared_ptr<const TypeGroup>>;

class TypeRegistry {
 public:
  // Ids of the types that objects have which no module declares.
  static constexpr uint32_t exception_id = 1, external_id = 2;
  static constexpr uint32_t types_max = 1 << 22;  // fits a ValType

  TypeRegistry();
  ~TypeRegistry();
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;

  const abi::TypeInfo* const* table() const { return table_; }
  const abi::TypeInfo& info(uint32_t id) const { return *table_[id]; }
  // The declaration in engine terms; `id` must be alive.
  const wasm::SubType& declared(uint32_t id) const;
  FuncType func_type(uint32_t id) const;

  // Subtyping in engine terms (3.3.3, 3.3.4).
  bool matches(wasm::HeapType sub, wasm::HeapType super) const;
  bool matches(wasm::ValType sub, wasm::ValType super) const;
  bool is_func(wasm::ValType type) const;  // a reference to functions
  bool is_gc_ref(wasm::ValType type) const { return type.is_ref() && !is_func(type); }
  bool matches(uint32_t sub_id, uint32_t super_id) const { return abi::is_subtype(info(sub_id), info(super_id)); }
  std::string to_text(wasm::ValType type) const;
  std::string to_text(const FuncType& type) const;

  // All types of a module's section, validated. `ids` gets one id a type index; the groups must be kept while they're used.
  Result<TypeGroups> add(const wasm::TypeSection& section, std::vector<uint32_t>& ids);
  // One final function type.
  Result<std::shared_ptr<const TypeGroup>> add(const FuncType& type, uint32_t& id);

 private:
  friend class TypeGroup;
  using Found = Result<std::shared_ptr<const TypeGroup>>;
  Found add_group(const wasm::TypeSection& section, wasm::RecGroup group, std::vector<uint32_t>& ids);
  Found find_or_make(std::string key, const std::vector<wasm::SubType>& types, const wasm::TypeSection* section, uint32_t first);
  void describe(TypeGroup::Type& type, const wasm::TypeSection* section, uint32_t index);
  Result<uint32_t> take_id();
  void remove(const TypeGroup& group);

  mutable std::mutex mutex_;
  sys::Map region_;
  const abi::TypeInfo** table_ = nullptr;
  std::vector<TypeGroup*> group_of_;  // by id
  uint32_t next_id_ = 1;
  std::vector<uint32_t> free_ids_;
  std::map<std::string, std::weak_ptr<const TypeGroup>> groups_;  // ordered: keys are chosen by whoever writes modules
  std::vector<uint32_t> builtin_supers_;
  std::unique_ptr<abi::TypeInfo[]> builtin_;
};

}  // namespace wherry::runtime
