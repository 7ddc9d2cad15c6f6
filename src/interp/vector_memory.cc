// Vector instructions that read or write memory (core specification 4.4.7).
#include <string_view>

#include "interp/access.h"
#include "interp/vector_ops.h"

namespace wherry::interp {
namespace {

// What is left of `Memory` in memory: the loads by how they fill the lanes.
template <typename T>
struct Whole {
  using Memory = T;
  using Result = T;
  static WHERRY_INLINE T make(T value) { return value; }
};
template <typename T>
struct Splat {
  using Memory = T;
  using Result = Lanes<T>;
  static WHERRY_INLINE Result make(T value) {
    Result result;
    for (T& lane : result.lane) lane = value;
    return result;
  }
};
template <typename T>
struct Zero {
  using Memory = T;
  using Result = Lanes<T>;
  static WHERRY_INLINE Result make(T value) {
    Result result{};
    result.lane[0] = value;
    return result;
  }
};
template <typename From, typename To>
struct Extend {
  struct Memory {
    From lane[8 / sizeof(From)];
  };
  using Result = Lanes<To>;
  static WHERRY_INLINE Result make(Memory value) {
    Result result;
    for (int i = 0; i < Result::count; ++i) result.lane[i] = value.lane[i];
    return result;
  }
};
using Bytes = Lanes<uint8_t>;

// Where the operands stand: see forms.h.
struct NearForm {
  static constexpr int bytes = 16, lane_bytes = 24, vector_at = 16, lane_at = 18;
  template <uint32_t size>
  using Where = Near<InSlot<10>, size>;
};
struct FarForm {
  static constexpr int bytes = 32, lane_bytes = 32, vector_at = 12, lane_at = 29;
  template <uint32_t size>
  using Where = Far<size>;
};

template <class Form, class How>
WHERRY_INLINE Trap load(Registers& r) {
  uint8_t* at;
  if (!Form::template Where<sizeof(typename How::Memory)>::locate(r, at)) [[unlikely]] return Trap::memory_out_of_bounds;
  write(&slot_at(r, 8), How::make(read<typename How::Memory>(at)));
  r.pc += Form::bytes;
  return Trap::none;
}
template <class Form>
WHERRY_INLINE Trap store(Registers& r) {
  uint8_t* at;
  if (!Form::template Where<16>::locate(r, at)) [[unlikely]] return Trap::memory_out_of_bounds;
  write(at, read<Bytes>(&slot_at(r, 8)));
  r.pc += Form::bytes;
  return Trap::none;
}
template <class Form, typename T>
WHERRY_INLINE Trap load_lane(Registers& r) {
  uint8_t* at;
  if (!Form::template Where<sizeof(T)>::locate(r, at)) [[unlikely]] return Trap::memory_out_of_bounds;
  auto vector = read<Lanes<T>>(&slot_at(r, Form::vector_at));
  vector.lane[field<uint8_t>(r, Form::lane_at) % Lanes<T>::count] = read<T>(at);
  write(&slot_at(r, 8), vector);
  r.pc += Form::lane_bytes;
  return Trap::none;
}
template <class Form, typename T>
WHERRY_INLINE Trap store_lane(Registers& r) {
  uint8_t* at;
  if (!Form::template Where<sizeof(T)>::locate(r, at)) [[unlikely]] return Trap::memory_out_of_bounds;
  const auto vector = read<Lanes<T>>(&slot_at(r, Form::vector_at));
  write(at, vector.lane[field<uint8_t>(r, Form::lane_at) % Lanes<T>::count]);
  r.pc += Form::lane_bytes;
  return Trap::none;
}

template <class Form>
constexpr VectorTable make_table() {
  VectorTable table{};
  table[0x00] = handle<load<Form, Whole<Bytes>>>;
  table[0x01] = handle<load<Form, Extend<int8_t, int16_t>>>;
  table[0x02] = handle<load<Form, Extend<uint8_t, uint16_t>>>;
  table[0x03] = handle<load<Form, Extend<int16_t, int32_t>>>;
  table[0x04] = handle<load<Form, Extend<uint16_t, uint32_t>>>;
  table[0x05] = handle<load<Form, Extend<int32_t, int64_t>>>;
  table[0x06] = handle<load<Form, Extend<uint32_t, uint64_t>>>;
  table[0x07] = handle<load<Form, Splat<uint8_t>>>;
  table[0x08] = handle<load<Form, Splat<uint16_t>>>;
  table[0x09] = handle<load<Form, Splat<uint32_t>>>;
  table[0x0A] = handle<load<Form, Splat<uint64_t>>>;
  table[0x0B] = handle<store<Form>>;
  table[0x54] = handle<load_lane<Form, uint8_t>>;
  table[0x55] = handle<load_lane<Form, uint16_t>>;
  table[0x56] = handle<load_lane<Form, uint32_t>>;
  table[0x57] = handle<load_lane<Form, uint64_t>>;
  table[0x58] = handle<store_lane<Form, uint8_t>>;
  table[0x59] = handle<store_lane<Form, uint16_t>>;
  table[0x5A] = handle<store_lane<Form, uint32_t>>;
  table[0x5B] = handle<store_lane<Form, uint64_t>>;
  table[0x5C] = handle<load<Form, Zero<uint32_t>>>;
  table[0x5D] = handle<load<Form, Zero<uint64_t>>>;
  return table;
}

}  // namespace

constinit const VectorTable vector_memory_handlers = make_table<NearForm>();
constinit const VectorTable vector_far_handlers = make_table<FarForm>();

}  // namespace wherry::interp
