// The value and function types of a component with their canonical ABI (component model, CanonicalABI.md): how large
// they are in memory, where their parts lie, and which core values they flatten to. Worked out once, when a type is
// added; pure data afterwards. Equal types have one id, so types are compared by comparing ids.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "wasm/types.h"

namespace wherry::component {

using TypeId = uint32_t;
using FuncTypeId = uint32_t;
using ResourceId = uint32_t;  // of Plan::resources
inline constexpr uint32_t no_type = UINT32_MAX;

enum class Form : uint8_t {
  bool_, s8, u8, s16, u16, s32, u32, s64, u64, f32, f64, char_, string,  // in this order: ids 0 to 12 are these types
  error_context,                                                        // 13
  list, fixed_list, map, record, tuple, variant, enum_, option, result, flags, own, borrow, stream, future,
};
inline constexpr TypeId primitive_count = 14;
std::string_view form_text(Form form);

// A core value that a component value flattens to.
enum class Flat : uint8_t { i32, i64, f32, f64 };
wasm::ValType core_type(Flat flat);

inline constexpr size_t flat_params_max = 16, flat_results_max = 1;

// A record's field, a tuple's item, a variant's case, a flag, a list's element, a map's key and value.
struct Part {
  std::string name;
  TypeId type = no_type;  // a case may have no payload; flags and enum cases have none
  uint32_t offset = 0;    // in memory: fields from the start of the record
};

struct Type {
  Form form;
  uint32_t size = 0, align = 1;      // bytes in a linear memory
  std::vector<Flat> flat;            // at most flat_params_max + 1 of them are kept
  std::vector<Part> parts;
  uint32_t length = 0;               // fixed_list
  ResourceId resource = no_type;     // own, borrow
  uint8_t discriminant_bytes = 0;    // variant, enum, option, result: of its number in memory
  uint32_t payload_offset = 0;       // … and where the payload begins
  bool has_pointers = false;         // strings or lists somewhere inside: needs a memory
  bool has_borrows = false;
  uint32_t depth = 1;

  bool is_variant() const { return form >= Form::variant && form <= Form::result; }
};

struct FuncType {
  std::vector<Part> params;  // offsets: as the fields of one record
  TypeId result = no_type;
  bool is_async = false;

  uint32_t params_size = 0, params_align = 1;  // of that record
  std::vector<Flat> flat_params;
  bool params_in_memory = false;  // more than flat_params_max: one pointer is passed instead
  bool result_in_memory = false;  // more than flat_results_max: a pointer to it is passed (lower) or returned (lift)
  bool params_have_pointers = false, result_has_pointers = false;
};

// The core signature of the function that is lifted, and of the one that lowering makes. `pointer` is i32 or i64.
wasm::SubType lifted_signature(const FuncType& func, const class Types& types);
wasm::SubType lowered_signature(const FuncType& func, const class Types& types);

class Types {
 public:
  Types();

  const Type& operator[](TypeId id) const { return types_[id]; }
  const FuncType& func(FuncTypeId id) const { return funcs_[id]; }

  static TypeId primitive(Form form) { return TypeId(form); }

  // Each gives the id of an equal type if there is one. Fails when the type is too large or too deep.
  Result<TypeId> record(std::vector<Part> fields);
  Result<TypeId> tuple(std::vector<TypeId> items);
  Result<TypeId> variant(std::vector<Part> cases);
  Result<TypeId> enumeration(std::vector<std::string> names);
  Result<TypeId> flags(std::vector<std::string> names);
  Result<TypeId> option(TypeId some);
  Result<TypeId> result(TypeId ok, TypeId error);  // no_type: no payload
  Result<TypeId> list(TypeId element);
  Result<TypeId> fixed_list(TypeId element, uint32_t length);
  Result<TypeId> map(TypeId key, TypeId value);
  Result<TypeId> own(ResourceId resource);
  Result<TypeId> borrow(ResourceId resource);
  Result<TypeId> stream(TypeId element);
  Result<TypeId> future(TypeId element);
  Result<FuncTypeId> function(std::vector<Part> params, TypeId result, bool is_async);

  uint32_t depth_max = 100;
  uint32_t value_bytes_max = (1u << 28) - 1;

  // As WIT writes it: "result<list<u8>, stream-error>" with names where a type has none of its own.
  std::string text(TypeId id) const;
  std::string func_text(FuncTypeId id) const;

 private:
  Result<TypeId> add(Type type);
  Result<void> lay_out(Type& type) const;
  Result<void> lay_out_fields(std::vector<Part>& fields, Type& into) const;
  Result<void> lay_out_cases(Type& type) const;
  void flatten(Type& type) const;
  void flatten_cases(Type& type) const;

  std::deque<Type> types_;
  std::deque<FuncType> funcs_;
  std::unordered_map<std::string, TypeId> known_;
  std::unordered_map<std::string, FuncTypeId> known_funcs_;
};

}  // namespace wherry::component
