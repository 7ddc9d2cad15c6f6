#include "wasm/text/opcodes.h"

#include <algorithm>
#include <array>

namespace wherry::wasm::text {
namespace {

auto make_table() {
  constexpr Opcode rows[] = {
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  Opcode{code, text, Immediate::immediate, Feature::feature},
#include "wasm/opcode.def"
  };
  auto table = std::to_array(rows);
  std::ranges::sort(table, [](const Opcode& a, const Opcode& b) {
    return a.text != b.text ? a.text < b.text : a.code < b.code;
  });
  return table;
}
const auto table = make_table();

}  // namespace

const Opcode* find_opcode(std::string_view text) {
  const auto found = std::ranges::lower_bound(table, text, {}, &Opcode::text);
  return found != table.end() && found->text == text ? &*found : nullptr;
}

}  // namespace wherry::wasm::text
