#include "interp/numeric_forms.h"

namespace wherry::interp {

template <class Op>
constexpr BranchForms make_if() {
  return make_branch<Op, true>();
}
template <class Op>
constexpr BranchForms make_unless() {
  return make_branch<Op, false>();
}

constexpr auto make_int() {
  std::array<BranchForms, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) FILL(is_int_compare(code), table, code, make_if, name);
#include "wasm/opcode.def"
  return table;
}
constexpr auto make_float() {
  std::array<BranchForms, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) FILL(is_float_compare(code), table, code, make_if, name);
#include "wasm/opcode.def"
  return table;
}
constexpr auto make_float_unless() {
  std::array<BranchForms, numeric_count> table{};
#define OP(code, name, text, immediate, signature, fuel, flow, feature) FILL(is_float_compare(code), table, code, make_unless, name);
#include "wasm/opcode.def"
  return table;
}

constinit const std::array<BranchForms, numeric_count> branch_int_forms = make_int();
constinit const std::array<BranchForms, numeric_count> branch_float_forms = make_float();
constinit const std::array<BranchForms, numeric_count> unless_float_forms = make_float_unless();

}  // namespace wherry::interp
