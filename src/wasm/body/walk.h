// The one reader of instructions. Validator, printer, interpreter and compiler are visitors of it: a visitor has a
// member function named like each instruction, which takes its immediate (and for OP rows nothing else). What a visitor
// doesn't know doesn't compile, so no instruction is ever forgotten. A visitor that finds something wrong calls
// `in.fail(...)`, which ends the walk; `in.marked()` is the offset of the instruction at hand.
#pragma once

#include "wasm/body/immediates.h"

namespace wherry::wasm::body {

// Reports a byte (or prefix and number) that is no opcode.
void unknown_opcode(Reader& in, uint32_t code);

// The code of the instruction that begins here, as opcode.def writes it; 0xFFFFFFFF is none.
inline uint32_t read_opcode(Reader& in) {
  const uint8_t first = in.byte("an opcode");
  if (first < 0xFB || first == 0xFF) return first;
  const uint32_t number = in.u32("an opcode");
  return number < 0x10000 ? uint32_t(first) << 16 | number : UINT32_MAX;
}

// Reads one instruction and hands it to the visitor.
template <typename Visitor>
inline void step(Reader& in, Visitor& visitor, Scratch& scratch) {
  in.mark();
  const uint32_t code = read_opcode(in);
  switch (code) {
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  case code: {                                                          \
    const auto operand = read_##immediate(in, scratch);                 \
    if (!in.failed()) [[likely]] visitor.name(operand);                 \
    return;                                                             \
  }
#include "wasm/opcode.def"
    default:
      unknown_opcode(in, code);
  }
}

// Walks to the end of `in`, or to the first error, which is in `in`.
template <typename Visitor>
void walk(Reader& in, Visitor& visitor) {
  Scratch scratch;
  while (!in.done()) step(in, visitor, scratch);
}

}  // namespace wherry::wasm::body
