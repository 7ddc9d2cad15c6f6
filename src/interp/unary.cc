#include "interp/numeric_forms.h"

namespace wherry::interp {

constexpr auto make_table() {
  std::array<UnaryForms, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  FILL(is_unary(signature) && numeric_index(code) < numeric_count, table, numeric_index(code), make_unary, name);
#include "wasm/opcode.def"
  return table;
}

constinit const std::array<UnaryForms, numeric_count> unary_forms = make_table();

}  // namespace wherry::interp
