#include "interp/access.h"
#include "interp/latch.h"

namespace wherry::interp {
namespace {

// What is read from memory, and as what it is left (4.3.2: extend).
template <uint32_t code>
struct LoadType;
template <uint32_t code>
struct StoreType;
#define LOAD(code, memory_type, result_type) \
  template <>                                \
  struct LoadType<code> {                    \
    using Memory = memory_type;              \
    using Value = result_type;               \
  };
LOAD(0x28, uint32_t, uint32_t)
LOAD(0x29, uint64_t, uint64_t)
LOAD(0x2A, float, float)
LOAD(0x2B, double, double)
LOAD(0x2C, int8_t, int32_t)
LOAD(0x2D, uint8_t, uint32_t)
LOAD(0x2E, int16_t, int32_t)
LOAD(0x2F, uint16_t, uint32_t)
LOAD(0x30, int8_t, int64_t)
LOAD(0x31, uint8_t, uint64_t)
LOAD(0x32, int16_t, int64_t)
LOAD(0x33, uint16_t, uint64_t)
LOAD(0x34, int32_t, int64_t)
LOAD(0x35, uint32_t, uint64_t)
#define STORE(code, memory_type, value_type) \
  template <>                                \
  struct StoreType<code> {                   \
    using Memory = memory_type;              \
    using Value = value_type;                \
  };
STORE(0x36, uint32_t, uint32_t)
STORE(0x37, uint64_t, uint64_t)
STORE(0x38, float, float)
STORE(0x39, double, double)
STORE(0x3A, uint8_t, uint32_t)
STORE(0x3B, uint16_t, uint32_t)
STORE(0x3C, uint8_t, uint64_t)
STORE(0x3D, uint16_t, uint64_t)
STORE(0x3E, uint32_t, uint64_t)

template <uint32_t code, template <uint32_t> class Where, int bytes, bool to_slot>
WHERRY_INLINE Trap load(Registers& r) {
  using Type = LoadType<code>;
  uint8_t* at;
  if (!Where<sizeof(typename Type::Memory)>::locate(r, at)) [[unlikely]] return Trap::memory_out_of_bounds;
  put<to_slot>(r, typename Type::Value(load_bytes<typename Type::Memory>(at)));
  r.pc += bytes;
  return Trap::none;
}
template <uint32_t code, template <uint32_t> class Where, class Value, int bytes>
WHERRY_INLINE Trap store(Registers& r) {
  using Type = StoreType<code>;
  uint8_t* at;
  if (!Where<sizeof(typename Type::Memory)>::locate(r, at)) [[unlikely]] return Trap::memory_out_of_bounds;
  store_bytes<typename Type::Memory>(at, typename Type::Memory(Value::template get<typename Type::Value>(r)));
  r.pc += bytes;
  return Trap::none;
}

template <uint32_t bytes>
using NearSlot = Near<InSlot<10>, bytes>;
template <uint32_t bytes>
using NearAcc = Near<InAcc, bytes>;

template <uint32_t code, template <uint32_t> class Where, int bytes>
constexpr Pair load_pair() {
  return {handle<load<code, Where, bytes, false>>, handle<load<code, Where, bytes, true>>};
}
template <uint32_t code>
constexpr LoadForms make_load() {
  return {load_pair<code, NearSlot, 16>(), load_pair<code, NearAcc, 16>(), load_pair<code, Indexed, 24>()};
}
template <uint32_t code>
constexpr StoreForms make_store() {
  using Imm = Immediate<16>;
  return {handle<store<code, NearSlot, InSlot<8>, 16>>, handle<store<code, NearSlot, Imm, 24>>, handle<store<code, NearAcc, InSlot<8>, 16>>,
          handle<store<code, NearAcc, Imm, 24>>, handle<store<code, NearSlot, InAcc, 16>>};
}
template <uint32_t code>
constexpr Pair make_far_load() {
  return load_pair<code, Far, 32>();
}
template <uint32_t code>
constexpr Pair make_scaled_load() {
  return load_pair<code, Scaled, 24>();
}
template <uint32_t code>
constexpr Handler make_far_store() {
  return handle<store<code, Far, InSlot<8>, 32>>;
}

#define FILL_CODE(wanted, table, code, make)        \
  [&]<uint32_t c>(std::integral_constant<uint32_t, c>) { \
    if constexpr (wanted) table[c] = make<c>();     \
  }(std::integral_constant<uint32_t, code>())

constexpr auto make_loads() {
  std::array<LoadForms, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  FILL_CODE(c < numeric_count && is_load(signature), table, code, make_load);
#include "wasm/opcode.def"
  return table;
}
constexpr auto make_stores() {
  std::array<StoreForms, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  FILL_CODE(c < numeric_count && is_store(signature), table, code, make_store);
#include "wasm/opcode.def"
  return table;
}
constexpr auto make_far_loads() {
  std::array<Pair, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  FILL_CODE(c < numeric_count && is_load(signature), table, code, make_far_load);
#include "wasm/opcode.def"
  return table;
}
constexpr auto make_scaled_loads() {
  std::array<Pair, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  FILL_CODE(c < numeric_count && is_load(signature), table, code, make_scaled_load);
#include "wasm/opcode.def"
  return table;
}
constexpr auto make_far_stores() {
  std::array<Handler, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  FILL_CODE(c < numeric_count && is_store(signature), table, code, make_far_store);
#include "wasm/opcode.def"
  return table;
}

}  // namespace

constinit const std::array<LoadForms, numeric_count> load_forms = make_loads();
constinit const std::array<StoreForms, numeric_count> store_forms = make_stores();
constinit const std::array<Pair, numeric_count> far_load_forms = make_far_loads();
constinit const std::array<Pair, numeric_count> scaled_load_forms = make_scaled_loads();
constinit const std::array<Handler, numeric_count> far_store_forms = make_far_stores();

}  // namespace wherry::interp
