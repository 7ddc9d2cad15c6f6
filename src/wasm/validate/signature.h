// Private to this room: the signature column of opcode.def, worked out at compile time.
#pragma once

#include <array>
#include <string_view>

#include "wasm/types.h"

namespace wherry::wasm::validate {

// The kinds of an instruction's operands and results; `bottom` stands for the address type of its memory.
struct Signature {
  std::array<Kind, 4> params{};
  std::array<Kind, 2> results{};
  unsigned param_count = 0, result_count = 0;
};

consteval Kind signature_kind(char letter) {
  switch (letter) {
    case 'i': return Kind::i32;
    case 'I': return Kind::i64;
    case 'f': return Kind::f32;
    case 'F': return Kind::f64;
    case 'v': return Kind::v128;
    case 'a': return Kind::bottom;
  }
  throw "no such letter";  // never runs: it ends the compilation
}

consteval Signature signature_of(std::string_view text) {
  Signature signature;
  const size_t colon = text.find(':');
  for (const char letter : text.substr(0, colon)) signature.params.at(signature.param_count++) = signature_kind(letter);
  for (const char letter : text.substr(colon + 1)) signature.results.at(signature.result_count++) = signature_kind(letter);
  return signature;
}

}  // namespace wherry::wasm::validate
