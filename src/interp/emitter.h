// The operand stack during translation, and the code that comes out. Constants and locals that are pushed cost nothing
// until they are needed: they stay values of the translation. The last result may be in an accumulator only; if it is
// needed later than that, its instruction is changed after the fact to write its slot too (settle).
//
// Each operand has a slot of its own, its place on the stack. What joins at a label is in these slots.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "interp/forms.h"
#include "interp/translate.h"

namespace wherry::interp {

// What a slot holds, as far as the machine cares. gc: GcRef; func: address of a Func.
enum class Type : uint8_t { i32, i64, f32, f64, v128, gc, func };
constexpr bool is_float(Type type) { return type == Type::f32 || type == Type::f64; }
constexpr bool is_wide(Type type) { return type == Type::i64 || type == Type::f64 || type == Type::func; }
constexpr uint32_t slots_of(Type type) { return type == Type::v128 ? 2 : 1; }

inline constexpr uint32_t none = UINT32_MAX;

struct Value {
  enum class Where : uint8_t { constant, local, slot, acc } where;
  Type type;
  uint32_t slot;      // its place on the stack, wherever it is
  uint32_t local;     // local: which,
  uint32_t previous;  // and the next lower value that is the same local
  uint64_t bits;      // constant
};

// Where an instruction finds an operand. A slot may be known too when it is in the accumulator.
struct Operand {
  enum class In : uint8_t { slot, acc, constant } in;
  uint16_t slot = 0;
  bool has_slot = false;
  uint64_t bits = 0;
};

// An instruction being made.
class Instruction {
 public:
  Instruction(Handler handler, uint32_t size) : size(size) { put(0, handler); }
  template <typename T>
  Instruction& put(int at, T value) {
    memcpy(bytes + at, &value, sizeof value);
    return *this;
  }
  uint32_t size;
  uint8_t bytes[48] = {};
};

class Emitter {
 public:
  explicit Emitter(const wasm::Module& module) : module_(module) {}

 protected:
  // A frame of `locals` (parameters first), operands behind them. Big frames have slots that 16 bits can't name.
  void lay_out(std::span<const Type> params, std::span<const Type> results, uint64_t operands_max);
  void add_local(Type type);

  Type type_of(wasm::ValType type) const;
  uint32_t position() const { return uint32_t(code_.size()); }
  uint32_t append(const Instruction& instruction);  // returns its position
  // As append, for what can trap or call: the position is remembered with the wasm instruction's.
  uint32_t append_trapping(const Instruction& instruction) {
    note();
    return append(instruction);
  }
  void note();

  // Values.
  Value& top(uint32_t depth = 0) { return stack_[stack_.size() - 1 - depth]; }
  uint32_t height() const { return uint32_t(stack_.size()); }
  void push(Value::Where where, Type type, uint64_t bits = 0);
  void push_local(uint32_t local);
  void push_slot(Type type) { push(Value::Where::slot, type); }
  Value pop();
  void drop_to(uint32_t height);

  // Puts a value into its own slot. The value itself changes only where it says so.
  void copy_to_slot(const Value& value, uint32_t to);
  void materialise_top(uint32_t count);     // code only: the values are about to be popped, or stay as they are
  void settle_top(uint32_t count);          // the values become slots
  void flush_locals();                      // every pushed local becomes a slot
  void detach(uint32_t local);              // every push of this one
  void settle();                            // what is in an accumulator only goes to its slot
  void forget();                            // settle, and nothing is known of the accumulators: at labels and calls

  // Pops the top value for an instruction.
  Operand take();                           // wherever it is
  Operand take_register();                  // not a constant
  uint16_t take_slot();                     // a slot
  // The slot that `value` is in: 16 bits, copied nearer if need be.
  uint16_t near(uint32_t slot, Type type);

  // Appends an instruction with a result and pushes that. `can_trap` as append_trapping.
  void push_pair(Pair pair, Instruction instruction, Type result, bool can_trap = false);
  void push_result(Instruction instruction, Type result, bool can_trap = false);

  void set_local(uint32_t local);
  void written(uint32_t slot);              // its content isn't what an accumulator mirrors any more

  struct Accumulator {
    uint32_t value = none;     // index of the value that is only here
    uint32_t producer = 0;     // position of the instruction that left it, and
    Handler slot_form{};       // its handler that writes the slot too
    uint32_t mirror = none;    // slot with the same content
  };
  Accumulator& accumulator(Type type) { return is_float(type) ? facc_ : acc_; }
  void settle(Accumulator& accumulator);

  // The last instruction, as far as the next may melt with it.
  struct Last {
    enum class Kind : uint8_t { none, pair, slot } kind = Kind::none;
    uint32_t at = 0;
    uint32_t code = 0;         // of the wasm instruction, if it is a comparison or an addition; else 0
    uint8_t form = 0;          // rr, ri, ar, ai, ra
    uint16_t a = 0, b = 0;
    uint64_t bits = 0;
    uint32_t mirror = none;    // of acc before it
    uint16_t c = 0;            // third operand of a scaled sum: the shift
  };
  // Whether the top value is the last instruction's result, only in the accumulator, and nothing else happened since.
  bool is_last_on_top() const {
    return last_.kind == Last::Kind::pair && !stack_.empty() && stack_.back().where == Value::Where::acc &&
           (acc_.value == stack_.size() - 1 && acc_.producer == last_.at);
  }
  // The last sum that went straight into a local, as long as nothing was appended or bound behind it.
  struct Melted {
    uint32_t at = 0, end = none;
    uint32_t code = 0, local_slot = 0;
    uint8_t form = 0;
    uint16_t a = 0, b = 0;
    uint64_t bits = 0;
  };
  bool has_melted() const { return melted_.end == code_.size(); }

  // Takes the last instruction back, and its result from the stack.
  Last retract();

  const wasm::Module& module_;
  std::vector<uint8_t> code_;
  std::vector<uint8_t> offsets_;
  uint32_t noted_code_ = 0;
  size_t noted_body_ = 0, body_offset_ = 0, instruction_offset_ = 0;

  std::vector<Value> stack_;
  std::vector<uint32_t> pushed_;        // by local: index of the topmost value that is it
  std::vector<uint32_t> local_slots_;
  std::vector<Type> local_types_;
  uint32_t flushed_ = 0;                // no value below is a local
  uint32_t next_slot_ = 0, slots_max_ = 0;
  uint32_t header_ = 0, scratch_ = 0;
  bool is_big_ = false;
  uint8_t scratch_turn_ = 0;
  Accumulator acc_, facc_;
  Last last_;
  Melted melted_;
};

}  // namespace wherry::interp
