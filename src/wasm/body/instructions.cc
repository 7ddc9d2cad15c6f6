#include "wasm/body/instructions.h"

namespace wherry::wasm::body {

std::string_view instruction_text(uint32_t code) {
  switch (code) {
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  case code: return text;
#include "wasm/opcode.def"
    default: return "";
  }
}

Feature instruction_feature(uint32_t code) {
  switch (code) {
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  case code: return Feature::feature;
#include "wasm/opcode.def"
    default: return Feature::core;
  }
}

}  // namespace wherry::wasm::body
