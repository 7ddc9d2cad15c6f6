// The type section (core specification 5.3, 5.5.4) and the types that other sections hold.
#include "wasm/decode/decoder.h"
#include "wasm/errors.h"

namespace wherry::wasm::decode {
namespace {

// First bytes of recursive, sub and composite types (5.3.6 to 5.3.8).
constexpr uint8_t rec_code = 0x4E, sub_final_code = 0x4F, sub_code = 0x50, array_code = 0x5E, struct_code = 0x5F, func_code = 0x60;

// ValType keeps 23 bits of an index.
constexpr uint32_t types_max_possible = (1 << 23) - 2;

// Flags of limits (5.3.10; threads; custom-page-sizes).
enum : uint8_t { has_max = 1, is_shared = 2, is_64 = 4, has_page_size = 8 };

}  // namespace

bool Decoder::mutability(Reader& in) {
  const size_t start = in.offset();
  const uint8_t flag = in.byte("a mutability");
  if (flag > 1) in.fail(error::malformed_byte(start, "a mutability (0 or 1)", flag));
  return flag == 1;
}

std::vector<ValType> Decoder::val_types(Reader& in, const char* things, uint32_t count_max) {
  const uint32_t count = in.count(things, count_max);
  std::vector<ValType> types;
  types.reserve(count);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) types.push_back(in.val_type("a value type"));
  return types;
}

FieldType Decoder::field_type(Reader& in) {
  const Kind packed = Kind(in.peek());
  FieldType field;
  if (packed == Kind::i8 || packed == Kind::i16) {
    in.byte("a field type");
    field.type = packed;
  } else {
    field.type = in.val_type("a field type");
  }
  field.is_mutable = mutability(in);
  return field;
}

void Decoder::composite_type(Reader& in, SubType& type) {
  const size_t start = in.offset();
  const uint8_t code = in.byte("a type");
  if (code == func_code) {
    type.composite = Composite::func;
    type.params = val_types(in, "parameters", limits_.params_max);
    type.results = val_types(in, "results", limits_.results_max);
  } else if (code == struct_code) {
    require(in, start, "a struct type", Feature::gc);
    type.composite = Composite::struct_;
    const uint32_t count = in.count("fields", limits_.fields_max);
    for (uint32_t i = 0; i < count && !in.failed(); ++i) type.fields.push_back(field_type(in));
  } else if (code == array_code) {
    require(in, start, "an array type", Feature::gc);
    type.composite = Composite::array;
    type.fields = {field_type(in)};
  } else if (!in.failed()) {
    in.fail(error::malformed_byte(start, "a function, struct or array type", code));
  }
}

SubType Decoder::sub_type(Reader& in) {
  SubType type;
  const uint8_t code = in.peek();
  const size_t start = in.offset();
  if (code == sub_code || code == sub_final_code) {
    in.byte("a subtype");
    require(in, start, "a subtype", Feature::gc);
    type.is_final = code == sub_final_code;
    const uint32_t supers = in.count("supertypes", UINT32_MAX);
    if (supers > 1) in.fail(error::malformed(start, "at most one supertype", std::to_string(supers)));
    if (supers == 1) type.supertype = in.u32("a type index");
  }
  composite_type(in, type);
  return type;
}

void Decoder::rec_group(Reader& in) {
  const size_t start = in.offset();
  uint32_t count = 1;
  if (in.peek() == rec_code) {
    in.byte("a recursive type");
    require(in, start, "a recursive type", Feature::gc);
    count = in.count("types in a group", limits_.rec_group_types_max);
  }
  std::vector<SubType> group;
  group.reserve(count);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) group.push_back(sub_type(in));
  const uint32_t types_max = std::min(limits_.types_max, types_max_possible);
  if (!in.failed() && module_.types.count() + group.size() > types_max) {
    in.fail(error::too_many(start, "types", module_.types.count() + group.size(), types_max));
  }
  if (!in.failed()) module_.types.add(std::move(group));
}

void Decoder::type_section(Reader& in) {
  const uint32_t count = in.count("types", limits_.rec_groups_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) rec_group(in);
}

TableType Decoder::table_type(Reader& in) {
  TableType type;
  const size_t start = in.offset();
  type.element = in.val_type("a reference type");
  if (!type.element.is_ref() && !in.failed()) in.fail(error::malformed(start, "a reference type", to_text(type.element)));
  const size_t flags_at = in.offset();
  const uint8_t flags = in.byte("limits");
  if (flags & ~(has_max | is_64)) in.fail(error::malformed_byte(flags_at, "the limits of a table", flags));
  if (flags & is_64) require(in, flags_at, "a table with 64-bit addresses", Feature::memory64);
  type.address = flags & is_64 ? AddressType::i64 : AddressType::i32;
  type.elements.min = in.u64("a table's size");
  if (flags & has_max) type.elements.max = in.u64("a table's largest size");
  return type;
}

MemoryType Decoder::memory_type(Reader& in) {
  MemoryType type;
  const size_t start = in.offset();
  const uint8_t flags = in.byte("limits");
  if (flags & ~(has_max | is_shared | is_64 | has_page_size)) in.fail(error::malformed_byte(start, "the limits of a memory", flags));
  if (flags & is_shared) require(in, start, "a shared memory", Feature::threads);
  if (flags & is_64) require(in, start, "a memory with 64-bit addresses", Feature::memory64);
  if (flags & has_page_size) require(in, start, "a memory with pages of another size", Feature::custom_page_sizes);
  type.is_shared = flags & is_shared;
  type.address = flags & is_64 ? AddressType::i64 : AddressType::i32;
  type.pages.min = in.u64("a memory's size");
  if (flags & has_max) type.pages.max = in.u64("a memory's largest size");
  if (!(flags & has_page_size)) return type;
  const size_t page_at = in.offset();
  const uint32_t log2 = in.u32("a page size");
  if (log2 >= 64) in.fail(error::malformed(page_at, "a page size", "2^" + std::to_string(log2)));
  type.page_bytes_log2 = uint8_t(log2);
  return type;
}

GlobalType Decoder::global_type(Reader& in) {
  const ValType type = in.val_type("a value type");
  return {type, mutability(in)};
}

Tag Decoder::tag_type(Reader& in) {
  const size_t start = in.offset();
  const uint8_t attribute = in.byte("a tag's attribute");
  if (attribute != 0) in.fail(error::malformed_byte(start, "a tag's attribute (0)", attribute));
  require(in, start, "a tag", Feature::exceptions);
  return {in.u32("a type index")};
}

}  // namespace wherry::wasm::decode
