#include "interp/numeric_forms.h"

namespace wherry::interp {

constexpr auto make_table() {
  std::array<BinaryForms, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  FILL(is_binary(signature) && signature[0] == 'i', table, code, make_binary, name);
#include "wasm/opcode.def"
  return table;
}

constinit const std::array<BinaryForms, numeric_count> binary_i32_forms = make_table();

}  // namespace wherry::interp
