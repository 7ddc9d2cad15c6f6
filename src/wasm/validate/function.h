// Private to this room: checks one expression after another, function bodies and constant expressions (core specification
// 3.4, and the algorithm of its appendix). Reuses its memory from one to the next. A visitor of wasm/body/walk.h.
//
// Errors stick in the Reader. After one, members may see any stack, so each stays within memory whatever it sees.
#pragma once

#include <string>
#include <vector>

#include "wasm/body/syntax.h"
#include "wasm/reader.h"
#include "wasm/validate/context.h"
#include "wasm/validate/signature.h"

namespace wherry::wasm::validate {

class FunctionValidator {
 public:
  explicit FunctionValidator(const Context& context);

  // Checks the body of function `index` (not an import), which `in` is to read. Returns how high its stack grows.
  uint32_t check_body(Reader& in, uint32_t index);

  // Checks a constant expression that must leave one `expected`. It may name the first `globals_visible` globals.
  // The functions that it refers to are added to `referred`.
  void check_const(const ConstExpr& expression, Reader& in, ValType expected, uint32_t globals_visible, std::vector<bool>& referred);

#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  template <typename Immediate>                                         \
  void name(const Immediate& immediate_value) {                         \
    plain<signature_of(signature), (code >> 16) == 0xFE>(immediate_value); \
  }
#define RULE(code, name, text, immediate, fuel, flow, feature)
#include "wasm/opcode.def"

  void unreachable(body::None) { set_unreachable(); }
  void nop(body::None) {}
  void block(const body::BlockType& type) { enter(FrameKind::block, type); }
  void loop(const body::BlockType& type) { enter(FrameKind::loop, type); }
  void if_(const body::BlockType& type) {
    pop(types::i32);
    enter(FrameKind::if_, type);
  }
  void else_(body::None);
  void end(body::None);
  void throw_(body::Tag);
  void throw_ref(body::None);
  void br(body::Label);
  void br_if(body::Label);
  void br_table(const body::BrTable&);
  void return_(body::None);
  void call(body::Func);
  void call_indirect(body::CallIndirect);
  void call_ref(body::Type);
  void return_call(body::Func);
  void return_call_indirect(body::CallIndirect);
  void return_call_ref(body::Type);
  void try_table(const body::TryTable&);

  void drop(body::None) { pop_any(); }
  void select(body::None);
  void select_t(const body::SelectTypes&);

  void local_get(body::Local local) {
    const ValType type = local_type(local.index);
    if (!type.defaultable()) [[unlikely]] check_initialised(local.index);
    push(type);
  }
  void local_set(body::Local local) {
    const ValType type = local_type(local.index);
    pop(type);
    if (!type.defaultable()) [[unlikely]] initialise(local.index);
  }
  void local_tee(body::Local local) {
    local_set(local);
    push(local_type(local.index));
  }
  void global_get(body::Global);
  void global_set(body::Global);
  void table_get(body::Table);
  void table_set(body::Table);
  void table_grow(body::Table);
  void table_size(body::Table);
  void table_fill(body::Table);
  void table_init(body::TableInit);
  void table_copy(body::TableCopy);
  void elem_drop(body::Elem);
  void memory_size(body::Memory);
  void memory_grow(body::Memory);
  void memory_init(body::MemoryInit);
  void memory_copy(body::MemoryCopy);
  void memory_fill(body::Memory);
  void data_drop(body::Data);

  void ref_null(body::Heap);
  void ref_is_null(body::None);
  void ref_func(body::Func);
  void ref_eq(body::None);
  void ref_as_non_null(body::None);
  void br_on_null(body::Label);
  void br_on_non_null(body::Label);
  void br_on_cast(const body::BrOnCast&);
  void br_on_cast_fail(const body::BrOnCast&);
  void ref_test(body::Heap heap) { test(heap, false); }
  void ref_test_null(body::Heap heap) { test(heap, true); }
  void ref_cast(body::Heap heap) { cast(heap, false); }
  void ref_cast_null(body::Heap heap) { cast(heap, true); }
  void ref_i31(body::None);
  void i31_get_s(body::None);
  void i31_get_u(body::None);
  void any_convert_extern(body::None);
  void extern_convert_any(body::None);
  void struct_new(body::Type);
  void struct_new_default(body::Type);
  void struct_get(body::Field field) { get_field(field, false); }
  void struct_get_s(body::Field field) { get_field(field, true); }
  void struct_get_u(body::Field field) { get_field(field, true); }
  void struct_set(body::Field);
  void array_new(body::Type);
  void array_new_default(body::Type);
  void array_new_fixed(body::TypeCount);
  void array_new_data(body::TypeData);
  void array_new_elem(body::TypeElem);
  void array_get(body::Type type) { get_element(type, false); }
  void array_get_s(body::Type type) { get_element(type, true); }
  void array_get_u(body::Type type) { get_element(type, true); }
  void array_set(body::Type);
  void array_len(body::None);
  void array_fill(body::Type);
  void array_copy(body::TypeType);
  void array_init_data(body::TypeData);
  void array_init_elem(body::TypeElem);

 private:
  friend class ConstValidator;
  using Types = std::span<const ValType>;

  enum class FrameKind : uint8_t { function, block, loop, if_, else_, try_table };
  struct Frame {
    uint32_t height;       // of the operand stack where the block begins
    uint32_t initialised;  // size of initialised_ there
    const SubType* type;   // parameters and results, or null: `value` is the only result if it isn't bottom
    ValType value;
    FrameKind kind;
    bool unreachable;
    uint32_t visit;        // the br_table that checked this frame last
  };

  // `bytes` are those that `in` is to read.
  void start(Reader& in, std::span<const uint8_t> bytes, Frame frame);
  void run();
  void check_features();
  void read_locals(uint32_t function, const SubType& type);

  // The operand stack. What is popped is what was expected, or what really was there: a subtype or bottom.
  void push(ValType type) {
    if (top_ == high_) [[unlikely]] raise();
    *top_++ = type;
  }
  ValType pop(ValType expected) {
    if (top_ > base_ && top_[-1] == expected) [[likely]] return *--top_;
    return pop_slow(expected);
  }
  void raise();
  // Nothing but what unreachable code makes up is left to pop.
  bool is_bottomless() const { return top_ == base_ && frames_.back().unreachable; }
  ValType pop_slow(ValType expected);
  ValType pop_any();
  ValType pop_ref();
  void push_all(Types types);
  void pop_all(Types types);
  void check_top(Types types);  // pops and pushes them
  bool has_on_top(Types types) const;
  void pop_plain(const Kind* kinds, unsigned count, ValType address);
  void set_unreachable();

  template <Signature signature, bool atomic, typename Immediate>
  void plain(const Immediate& immediate);
  template <Signature signature>
  void apply(ValType address);

  // Blocks.
  Types params(const Frame& frame) const { return frame.type ? Types(frame.type->params) : Types(); }
  Types results(const Frame& frame) const;
  Types label_types(const Frame& frame) const { return frame.kind == FrameKind::loop ? params(frame) : results(frame); }
  Frame* label(uint32_t depth);
  void enter(FrameKind kind, const body::BlockType& type);
  bool is_first_visit(Frame& frame);
  void check_catch(const body::Catch& clause);
  void check_else_can_be_missing(const Frame& frame);
  void br_on(const body::BrOnCast& cast, ValType taken, ValType onward);
  void tail_call(const SubType& type);
  const SubType* indirect_callee(body::CallIndirect target);
  const SubType* pop_callee(body::Type target);

  // Locals.
  ValType local_type(uint32_t index) {
    if (index < locals_.size()) [[likely]] return locals_[index];
    return local_type_slow(index);
  }
  ValType local_type_slow(uint32_t index);
  void check_initialised(uint32_t index);
  void initialise(uint32_t index);
  void forget_initialised(uint32_t size);

  // Items that an instruction names; null (and an error) if there is none.
  const SubType* type_of(uint32_t index, Composite composite);
  const SubType* array_of(uint32_t index, bool must_be_mutable);
  const FieldType* field_of(body::Field field);
  const GlobalType* global(uint32_t index);
  const TableType* table(uint32_t index);
  const MemoryType* memory(uint32_t index);
  const Function* function(uint32_t index);
  const ElementSegment* element_segment(uint32_t index);
  bool data_segment(uint32_t index);
  bool known(ValType type);

  ValType address_of(const body::Memarg& memarg, unsigned natural, bool atomic) {
    if (memarg.memory == 0 && memarg.align_log2 <= natural && !atomic && memarg.offset < offset_end_) [[likely]] {
      return memory0_address_;
    }
    return address_of_slow(memarg, natural, atomic);
  }
  ValType address_of_slow(const body::Memarg& memarg, unsigned natural, bool atomic);
  void get_field(body::Field field, bool extends);
  void get_element(body::Type type, bool extends);
  void check_packing(const FieldType& field, bool extends);
  void test(body::Heap heap, bool nullable);
  void cast(body::Heap heap, bool nullable);
  void convert(HeapType from, HeapType to);
  void check_lane(uint32_t lane, uint32_t count);

  // Errors, about the instruction at hand.
  void fail(std::string what);
  void mismatch(std::string expected, std::string found);
  void unknown(const char* thing, uint32_t index, uint64_t count);
  void too_many(const char* things, uint64_t count, uint64_t count_max);
  std::string instruction() const;

  const Context& context_;
  const Module& module_;
  const TypeSection& types_;
  const bool restricted_;  // some feature is off
  // Memory 0, for the fast path of accesses with offsets below offset_end_, which is 0 if there is no memory.
  ValType memory0_address_;
  uint64_t offset_end_ = 0;

  Reader* in_ = nullptr;
  std::span<const uint8_t> bytes_;
  size_t bytes_offset_ = 0;
  body::Scratch scratch_;
  std::vector<body::LocalRun> runs_;

  std::vector<ValType> operands_;
  ValType* top_ = nullptr;   // one past the topmost operand
  ValType* base_ = nullptr;  // where those of the innermost block begin
  ValType* high_ = nullptr;  // the highest top so far
  std::vector<Frame> frames_;
  uint32_t visits_ = 0;                 // br_tables so far
  std::vector<uint32_t> type_visits_;   // by type index: the br_table that checked its results last; after all, its parameters

  std::vector<uint32_t> run_ends_;  // by run, the index behind its last local; only where locals_ doesn't hold them all
  std::vector<ValType> locals_;  // the first ones; where a body declares far more than it can name, the others are in runs_
  uint32_t local_count_ = 0, param_count_ = 0;
  std::vector<bool> is_initialised_;       // of locals without a default; empty if there are none
  std::vector<uint32_t> initialised_;      // those set since the function began, innermost block last

  // Of a constant expression.
  bool is_const_ = false;
  uint32_t globals_visible_ = 0;
  std::vector<bool>* referred_ = nullptr;
};

template <Signature signature>
inline void FunctionValidator::apply(ValType address) {
  const auto kind = [&](Kind letter) -> ValType { return letter == Kind::bottom ? address : ValType(letter); };
  constexpr unsigned count = signature.param_count;
  bool fits = size_t(top_ - base_) >= count;
  if (fits) {
    for (unsigned i = 0; i < count; ++i) fits &= top_[int(i) - int(count)] == kind(signature.params[i]);
  }
  if (fits) [[likely]] {
    top_ -= count;
  } else {
    pop_plain(signature.params.data(), count, address);
  }
  for (unsigned i = 0; i < signature.result_count; ++i) push(kind(signature.results[i]));
}

template <Signature signature, bool atomic, typename Immediate>
inline void FunctionValidator::plain(const Immediate& immediate) {
  ValType address;
  if constexpr (std::is_base_of_v<body::Memarg, Immediate>) {
    address = address_of(immediate, Immediate::natural, atomic);
    if constexpr (requires { immediate.lane; }) check_lane(immediate.lane, 16u >> Immediate::natural);
  } else if constexpr (std::is_same_v<Immediate, body::Shuffle>) {
    for (const uint8_t lane : immediate.lanes) check_lane(lane, 32);
  } else if constexpr (requires { Immediate::lanes_of; }) {
    check_lane(immediate.index, Immediate::lanes_of);
  }
  apply<signature>(address);
}

}  // namespace wherry::wasm::validate
