// Value types, heap types and the type section of a module (core specification 2.3).
// All are values. A ValType is four bytes and compares in one instruction.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace wherry::wasm {

// A heap type: a type index (>= 0) or an abstract one (its code as a signed 7-bit number, 5.3.3).
struct HeapType {
  int32_t value = 0;

  constexpr bool is_index() const { return value >= 0; }
  constexpr uint32_t index() const { return uint32_t(value); }
  friend constexpr bool operator==(HeapType, HeapType) = default;
};

constexpr HeapType abstract(uint8_t code) { return {int32_t(code) - 0x80}; }

namespace heap {
inline constexpr HeapType noexn = abstract(0x74), nofunc = abstract(0x73), noextern = abstract(0x72), none = abstract(0x71),
                          func = abstract(0x70), extern_ = abstract(0x6F), any = abstract(0x6E), eq = abstract(0x6D),
                          i31 = abstract(0x6C), struct_ = abstract(0x6B), array = abstract(0x6A), exn = abstract(0x69);
// Below every heap type; only in the validator: what unreachable code's references point to.
inline constexpr HeapType bottom = abstract(0x00);
}  // namespace heap

// What a ValType is at the top; the values are the codes of the binary format.
enum class Kind : uint8_t {
  bottom = 0,  // only in the validator: the type of an operand that unreachable code made up
  ref = 0x64,
  ref_null = 0x63,
  i16 = 0x77,  // packed: in fields only
  i8 = 0x78,   // packed: in fields only
  v128 = 0x7B,
  f64 = 0x7C,
  f32 = 0x7D,
  i64 = 0x7E,
  i32 = 0x7F,
};

class ValType {
 public:
  constexpr ValType() = default;
  constexpr ValType(Kind kind) : bits_(uint32_t(kind)) {}
  static constexpr ValType reference(HeapType heap, bool nullable) {
    ValType type(nullable ? Kind::ref_null : Kind::ref);
    type.bits_ |= uint32_t(heap.value) << 8;
    return type;
  }

  constexpr Kind kind() const { return Kind(bits_ & 0xFF); }
  constexpr bool is_ref() const { return kind() == Kind::ref || kind() == Kind::ref_null; }
  constexpr bool is_num() const { return kind() >= Kind::f64; }
  constexpr bool is_vector() const { return kind() == Kind::v128; }
  constexpr bool is_packed() const { return kind() == Kind::i8 || kind() == Kind::i16; }
  constexpr bool nullable() const { return kind() == Kind::ref_null; }
  constexpr HeapType heap() const { return {int32_t(bits_) >> 8}; }
  // Locals of such a type start with a value: all but non-nullable references.
  constexpr bool defaultable() const { return kind() != Kind::ref; }
  constexpr ValType unpacked() const { return is_packed() ? ValType(Kind::i32) : *this; }
  constexpr ValType as_non_null() const { return is_ref() ? reference(heap(), false) : *this; }
  constexpr uint32_t bits() const { return bits_; }
  friend constexpr bool operator==(ValType, ValType) = default;

 private:
  uint32_t bits_ = 0;  // kind in the low byte, the heap type above it
};

namespace types {
inline constexpr ValType bottom = Kind::bottom, i32 = Kind::i32, i64 = Kind::i64, f32 = Kind::f32, f64 = Kind::f64,
                         v128 = Kind::v128, i8 = Kind::i8, i16 = Kind::i16,
                         funcref = ValType::reference(heap::func, true), externref = ValType::reference(heap::extern_, true),
                         anyref = ValType::reference(heap::any, true), exnref = ValType::reference(heap::exn, true);
}  // namespace types

struct FieldType {
  ValType type;  // may be packed
  bool is_mutable = false;
  friend bool operator==(const FieldType&, const FieldType&) = default;
};

enum class Composite : uint8_t { func, struct_, array };

// One type of the type section: a subtype declaration with its composite type (2.3.11, 2.3.12).
struct SubType {
  Composite composite = Composite::func;
  bool is_final = true;
  std::optional<uint32_t> supertype;
  std::vector<ValType> params, results;  // func
  std::vector<FieldType> fields;         // struct; array has exactly one
};

struct RecGroup {
  uint32_t first = 0, count = 0;  // type indices
};

enum class AddressType : uint8_t { i32, i64 };

constexpr ValType address_val_type(AddressType type) { return type == AddressType::i64 ? types::i64 : types::i32; }

struct SizeLimits {
  uint64_t min = 0;
  std::optional<uint64_t> max;
};

struct MemoryType {
  SizeLimits pages;
  AddressType address = AddressType::i32;
  bool is_shared = false;
  uint8_t page_bytes_log2 = 16;  // 16 or 0 (custom-page-sizes)
};

struct TableType {
  ValType element;
  SizeLimits elements;
  AddressType address = AddressType::i32;
};

struct GlobalType {
  ValType type;
  bool is_mutable = false;
};

enum class ExternKind : uint8_t { func = 0, table = 1, memory = 2, global = 3, tag = 4 };

// The types of a module, with the identities between them worked out: two type indices are the same type
// when their recursion groups are equal, position by position (3.1.5: roll and unroll).
class TypeSection {
 public:
  // Appends a group. Its types may refer to earlier types and to one another; indices out of range are kept as they
  // are (they are equal to nothing but themselves) for the validator to report.
  void add(std::vector<SubType> group);

  uint32_t count() const { return uint32_t(types_.size()); }
  const SubType& operator[](uint32_t index) const { return types_[index]; }
  std::span<const RecGroup> groups() const { return groups_; }
  const RecGroup& group_of(uint32_t index) const { return groups_[group_index_[index]]; }

  // The smallest type index that is the same type as `index`.
  uint32_t canonical(uint32_t index) const { return canonical_[index]; }
  // How many supertypes `index` has, transitively; valid supertypes are assumed (checked by the validator first).
  uint32_t depth(uint32_t index) const { return depth_[index]; }

  bool same(uint32_t a, uint32_t b) const { return canonical_[a] == canonical_[b]; }
  bool is_subtype(uint32_t sub, uint32_t super) const;      // declared, transitive (3.3.9)
  bool is_subtype(HeapType sub, HeapType super) const;      // 3.3.3
  bool is_subtype(ValType sub, ValType super) const {       // 3.3.4; bottom is below everything
    return sub == super || is_subtype_slow(sub, super);
  }
  // The top of the hierarchy that `heap` belongs to: any, func, extern or exn.
  HeapType top(HeapType heap) const;
  HeapType bottom(HeapType heap) const;

 private:
  bool is_subtype_slow(ValType sub, ValType super) const;

  std::vector<SubType> types_;
  std::vector<RecGroup> groups_;
  std::vector<uint32_t> group_index_, canonical_, depth_;

  // Index of the groups that are equal to no earlier one: their shapes as words, and an open hash table of them.
  struct Distinct {
    uint32_t group;
    size_t words_begin, words_end;
    uint64_t hash;
  };
  std::vector<uint64_t> words_;
  std::vector<Distinct> distinct_;
  std::vector<uint32_t> slots_;  // 1 + index into distinct_, or 0; power-of-two size
  uint32_t find_or_add(uint32_t group, size_t words_begin);
  void flatten(const SubType& type, uint32_t group_first, uint32_t group_count);
};

// How a type is written in the text format: "i32", "(ref null 3)", "externref".
std::string to_text(ValType type);
std::string to_text(HeapType type);

}  // namespace wherry::wasm
