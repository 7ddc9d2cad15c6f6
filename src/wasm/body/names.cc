#include "wasm/body/names.h"

namespace wherry::wasm::body {

std::string_view instruction_text(uint32_t code) {
  switch (code) {
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  case code: return text;
#include "wasm/opcode.def"
    default: return "";
  }
}

}  // namespace wherry::wasm::body
