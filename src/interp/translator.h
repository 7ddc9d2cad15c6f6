// The visitor that translates a function's body; see translate.h. Its members are called like the wasm instructions.
#pragma once

#include <map>

#include "abi/gc_layout.h"
#include "interp/emitter.h"
#include "wasm/body/cost.h"
#include "wasm/body/syntax.h"
#include "wasm/body/walk.h"

namespace wherry::interp {

namespace body = wasm::body;

// How a reference is told apart: by nothing, by its own bits, by its object's kind or type, by its function's type.
enum class TypeTest : uint8_t { all, nothing, i31, eq, struct_, array, object, func };

// How a field lies in an object.
enum class FieldKind : uint8_t { s8, u8, s16, u16, b32, b64, f32, f64, v128 };

// In Last::code: a sum whose second operand was shifted left.
inline constexpr uint32_t scaled_code = 0x10000;

// struct.new: which of its operands goes where. Slots count from the first operand.
struct FieldStore {
  uint32_t offset;
  uint16_t slot;
  uint8_t bytes_log2;
  uint8_t unused;
};
static_assert(sizeof(FieldStore) == 8);

class Translator : public Emitter {
 public:
  Translator(ModuleCode& module, uint32_t function);
  Translation run();

  // Rows with a signature.
#define RULE(...)
#define OP(code, name, text, immediate, signature, fuel, flow, feature)    \
  template <typename Immediate>                                            \
  void name(const Immediate& immediate_value) {                            \
    plain<code>(immediate_value, [] { return signature; });                \
  }
#include "wasm/opcode.def"

  // Control.
  void unreachable(body::None);
  void nop(body::None) {}
  void block(const body::BlockType& type) { open(Kind::block, type); }
  void loop(const body::BlockType& type);
  void if_(const body::BlockType& type);
  void else_(body::None);
  void end(body::None);
  void throw_(body::Tag tag);
  void throw_ref(body::None);
  void try_table(const body::TryTable& table);
  void br(body::Label label);
  void br_if(body::Label label);
  void br_table(const body::BrTable& table);
  void return_(body::None);
  void call(body::Func func);
  void call_indirect(const body::CallIndirect& call);
  void call_ref(body::Type type);
  void return_call(body::Func func);
  void return_call_indirect(const body::CallIndirect& call);
  void return_call_ref(body::Type type);
  void br_on_null(body::Label label);
  void br_on_non_null(body::Label label);
  void br_on_cast(const body::BrOnCast& cast);
  void br_on_cast_fail(const body::BrOnCast& cast);

  // Parametric, variables.
  void drop(body::None) { pop(); }
  void select(body::None);
  void select_t(const body::SelectTypes&) { select({}); }
  void local_get(body::Local local) { push_local(local.index); }
  void local_set(body::Local local) { set_local(local.index); }
  void local_tee(body::Local local);
  void global_get(body::Global global);
  void global_set(body::Global global);

  // Memories and tables.
  void memory_size(body::Memory memory);
  void memory_grow(body::Memory memory);
  void memory_init(const body::MemoryInit& init);
  void data_drop(body::Data data);
  void memory_copy(const body::MemoryCopy& copy);
  void memory_fill(body::Memory memory);
  void table_get(body::Table table);
  void table_set(body::Table table);
  void table_init(const body::TableInit& init);
  void elem_drop(body::Elem elem);
  void table_copy(const body::TableCopy& copy);
  void table_grow(body::Table table);
  void table_size(body::Table table);
  void table_fill(body::Table table);

  // References and objects.
  void ref_null(body::Heap heap);
  void ref_is_null(body::None);
  void ref_func(body::Func func);
  void ref_eq(body::None);
  void ref_as_non_null(body::None);
  void struct_new(body::Type type);
  void struct_new_default(body::Type type);
  void struct_get(body::Field field) { get_field(field, true); }
  void struct_get_s(body::Field field) { get_field(field, true); }
  void struct_get_u(body::Field field) { get_field(field, false); }
  void struct_set(body::Field field);
  void array_new(body::Type type);
  void array_new_default(body::Type type);
  void array_new_fixed(const body::TypeCount& fixed);
  void array_new_data(const body::TypeData& data);
  void array_new_elem(const body::TypeElem& elem);
  void array_get(body::Type type) { get_element(type, true); }
  void array_get_s(body::Type type) { get_element(type, true); }
  void array_get_u(body::Type type) { get_element(type, false); }
  void array_set(body::Type type);
  void array_len(body::None);
  void array_fill(body::Type type);
  void array_copy(const body::TypeType& types);
  void array_init_data(const body::TypeData& data);
  void array_init_elem(const body::TypeElem& elem);
  void ref_test(body::Heap heap) { test(heap.type, false); }
  void ref_test_null(body::Heap heap) { test(heap.type, true); }
  void ref_cast(body::Heap heap) { cast(heap.type, false); }
  void ref_cast_null(body::Heap heap) { cast(heap.type, true); }
  void any_convert_extern(body::None) {}
  void extern_convert_any(body::None) {}
  void ref_i31(body::None) { object_unary(objects.ref_i31, Type::gc, false); }
  void i31_get_s(body::None) { object_unary(objects.i31_get_s, Type::i32, true); }
  void i31_get_u(body::None) { object_unary(objects.i31_get_u, Type::i32, true); }

 private:
  enum class Kind : uint8_t { block, loop, if_, try_table };
  struct Block {
    Kind kind;
    bool is_targeted = false;
    bool has_else_site = false;
    uint32_t height = 0, base = 0;       // of the values below, and where the block's own begin
    uint32_t loop_position = 0;
    uint32_t fixups = none;
    uint32_t else_fixup = none;
    uint32_t first_clause = 0, try_begin = 0;
    body::BlockType type;
  };
  // A 32-bit branch offset to be filled in, counted from `from`.
  struct Fixup {
    uint32_t field, from, next;
  };
  struct Site {
    uint32_t field, from;
  };
  // What a conditional branch depends on, popped.
  struct Condition {
    Last compare;       // code != 0: this comparison
    Operand operand;    // else whether this is zero,
    bool is_wide = false, is_inverted = false;
  };
  struct BlockTypes {
    std::span<const wasm::ValType> params, results;
  };

  // Blocks and branches.
  BlockTypes types_of(const body::BlockType& type) const;
  BlockTypes types_of(const Block& block) const;
  void open(Kind kind, const body::BlockType& type);
  Block& label(uint32_t depth) { return blocks_[blocks_.size() - 1 - depth]; }
  bool is_function(const Block& block) const { return &block == &blocks_.front(); }
  std::span<const wasm::ValType> label_types(const Block& block) const;
  void add_fixup(uint32_t& list, Site site);
  void link(Block& block, Site site);
  void bind(uint32_t& list);
  void bind_here(Site site);
  Site append_br();
  bool needs_moves(const Block& block);
  void move(const Block& block);
  void take_branch(uint32_t depth);                  // moves, then the branch or return
  template <typename EmitBranch>
  void branch_if(uint32_t depth, EmitBranch emit);
  Condition pop_condition();
  Site append_condition(const Condition& condition, bool when);
  bool append_latch(const Last& compare, uint32_t code, Site& site);
  bool melt_multiply(uint32_t code, Type type);
  bool melt_scaled(uint32_t code);
  bool is_product_on_top(uint32_t multiply) {
    const Accumulator& acc = accumulator(top().type);
    return last_.kind == Last::Kind::pair && last_.code == multiply && last_.form == 0 && top().where == Value::Where::acc &&
           acc.value == height() - 1 && acc.producer == last_.at;
  }
  void return_values();
  void become_unreachable();
  void skip_unreachable();
  void end_function();
  void landing_pads(const body::TryTable& table);
  bool is_if_without_else(const Block& block) const { return block.else_fixup != none; }

  // Calls.
  uint32_t call_base(const wasm::SubType& type, uint32_t& top_slot);
  void push_results(const wasm::SubType& type, uint32_t base);
  void call_other(Handler slot_handler, const Handler* acc_handler, const wasm::SubType& type, uint32_t function, uint32_t type_index,
                  uint32_t table, bool has_operand);
  void tail_call_other(Handler handler, const wasm::SubType& type, uint32_t function, uint32_t type_index, uint32_t table, bool has_operand);
  uint32_t slots_of_types(std::span<const wasm::ValType> types) const;

  // Numbers and memory.
  template <uint32_t code, typename Immediate, typename Signature>
  void plain(const Immediate& immediate, Signature signature);
  void unary(uint32_t code, Type result, bool can_trap);
  void binary(uint32_t code, Type operand, Type result, bool can_trap);
  void append_binary(const BinaryForms& forms, uint32_t code, const Operand& a, const Operand& b, Type operand, Type result, bool can_trap);
  void canonicalise(uint32_t code, Type result);
  void load(uint32_t code, const body::Memarg& memarg, Type result);
  void store(uint32_t code, const body::Memarg& memarg, Type value);
  void vector(uint32_t number, const char* signature, int lane, const uint8_t* bytes);
  void vector_memory(uint32_t number, const char* signature, const body::Memarg& memarg, int lane);
  void atomic(uint32_t number, const char* signature, const body::Memarg& memarg);
  bool is_near(const body::Memarg& memarg) const;
  void wide_arithmetic(Handler handler, uint32_t operands);

  // Instructions whose operands lie in consecutive slots; results are pushed by the caller.
  void stacked(Handler handler, uint32_t operands, uint32_t i0 = 0, uint32_t i1 = 0, uint32_t i2 = 0, uint32_t i3 = 0);
  bool is_64(const wasm::MemoryType& type) const { return type.address == wasm::AddressType::i64; }
  Type address_type(wasm::AddressType type) const { return type == wasm::AddressType::i64 ? Type::i64 : Type::i32; }

  // Objects.
  const abi::GcLayout& layout(uint32_t type);
  FieldKind field_kind(wasm::ValType type, bool is_signed) const;
  void get_field(body::Field field, bool is_signed);
  void get_element(body::Type type, bool is_signed);
  void object_unary(Pair pair, Type result, bool can_trap);
  void test(wasm::HeapType heap, bool nullable);
  void cast(wasm::HeapType heap, bool nullable);
  void put_test(Instruction& instruction, int at, wasm::HeapType heap, bool nullable) const;
  template <typename T>
  void cast_branch(const T& cast, bool when_fails);

  ModuleCode& owner_;
  const wasm::SubType& type_;
  const uint32_t function_;
  wasm::Reader in_;
  body::Scratch reading_;
  std::vector<body::Charge> charges_;
  size_t next_charge_ = 0;
  bool is_reachable_ = true, is_done_ = false;
  std::vector<Block> blocks_;
  std::vector<Fixup> fixups_;
  std::vector<CatchClause> open_clauses_;
  std::map<uint32_t, abi::GcLayout> layouts_;
  FunctionTables tables_;
  uint32_t zero_begin_ = 0, zero_end_ = 0, result_slots_ = 0, param_slots_ = 0;
};

template <uint32_t code, typename Immediate, typename Signature>
inline void Translator::plain(const Immediate& immediate, Signature signature) {
  constexpr const char* s = signature();
  constexpr auto type_of_letter = [](char c) {
    return c == 'i' ? Type::i32 : c == 'I' ? Type::i64 : c == 'f' ? Type::f32 : c == 'F' ? Type::f64 : Type::v128;
  };
  constexpr bool is_vector = (code >> 16) == 0xFD;
  if constexpr (code == 0x41) {
    push(Value::Where::constant, Type::i32, uint32_t(immediate.value));
  } else if constexpr (code == 0x42) {
    push(Value::Where::constant, Type::i64, uint64_t(immediate.value));
  } else if constexpr (code == 0x43) {
    push(Value::Where::constant, Type::f32, immediate.bits);
  } else if constexpr (code == 0x44) {
    push(Value::Where::constant, Type::f64, immediate.bits);
  } else if constexpr (code == 0xFE0003) {
    append(Instruction(bulk.fence, 16));
  } else if constexpr (code >> 16 == 0xFE) {
    atomic(code & 0xFFFF, s, immediate);
  } else if constexpr (is_vector && s[0] == 'a') {
    if constexpr (requires { immediate.lane; }) {
      vector_memory(code & 0xFFFF, s, immediate, immediate.lane);
    } else {
      vector_memory(code & 0xFFFF, s, immediate, -1);
    }
  } else if constexpr (is_vector) {
    if constexpr (requires { immediate.index; }) {
      vector(code & 0xFFFF, s, immediate.index, nullptr);
    } else if constexpr (requires { immediate.bytes; }) {
      vector(code & 0xFFFF, s, -1, immediate.bytes.data());
    } else if constexpr (requires { immediate.lanes; }) {
      vector(code & 0xFFFF, s, -1, immediate.lanes.data());
    } else {
      vector(code & 0xFFFF, s, -1, nullptr);
    }
  } else if constexpr (code >> 16 == 0xFC && numeric_index(code) == numeric_count) {
    constexpr uint32_t operands = code <= 0xFC0014 ? 4 : 2;
    wide_arithmetic(code == 0xFC0013 ? bulk.add128 : code == 0xFC0014 ? bulk.sub128 : code == 0xFC0015 ? bulk.mul_wide_s : bulk.mul_wide_u,
                    operands);
  } else if constexpr (is_load(s)) {
    load(code, immediate, type_of_letter(s[2]));
  } else if constexpr (is_store(s)) {
    store(code, immediate, type_of_letter(s[1]));
  } else if constexpr (is_unary(s)) {
    constexpr bool can_trap = code >= 0xA8 && code <= 0xB1 && code != 0xAC && code != 0xAD;
    unary(code, type_of_letter(s[2]), can_trap);
  } else {
    static_assert(is_binary(s));
    constexpr bool can_trap = (code >= 0x6D && code <= 0x70) || (code >= 0x7F && code <= 0x82);
    binary(code, type_of_letter(s[0]), type_of_letter(s[3]), can_trap);
  }
}

}  // namespace wherry::interp
