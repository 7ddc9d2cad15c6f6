// Types as all modules of one engine know them. Equal recursion groups (core specification 3.1.5) of different modules
// share one entry, one abi::TypeInfo and one id, so that type checks at run time and at link time compare ids.
// "Engine terms": a wasm::ValType whose heap type, where it is an index, is such an id instead of a module's type index.
// Thread-safe. Entries live as long as something holds their group; ids are reused only after that.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
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

class TypeGroup;
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
  bool matches(uint32_t sub_id, uint32_t super_id) const { return abi::is_subtype(info(sub_id), info(super_id)); }
  std::string to_text(wasm::ValType type) const;
  std::string to_text(const FuncType& type) const;

  // All types of a module's section, validated. `ids` gets one id a type index; the groups must be kept while they're used.
  Result<TypeGroups> add(const wasm::TypeSection& section, std::vector<uint32_t>& ids);
  // One final function type.
  Result<std::shared_ptr<const TypeGroup>> add(const FuncType& type, uint32_t& id);

 private:
  friend class TypeGroup;
  struct Draft;
  Result<std::shared_ptr<const TypeGroup>> find_or_make(const Draft& draft);
  Result<uint32_t> take_ids(uint32_t count);
  void remove(const TypeGroup& group);

  mutable std::mutex mutex_;
  sys::Map region_;
  const abi::TypeInfo** table_ = nullptr;
  uint32_t next_id_ = 0;
  std::vector<uint32_t> free_ids_;
  std::unordered_map<std::string, std::weak_ptr<const TypeGroup>> groups_;
  TypeGroups builtin_;
};

}  // namespace wherry::runtime
