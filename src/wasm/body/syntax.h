// The syntax of bodies alone: instructions that exist, immediates that can be read, blocks that end (core specification
// 5.4). Types are the validator's business.
#pragma once

#include "wasm/body/immediates.h"
#include "wasm/limits.h"

namespace wherry::wasm::body {

// A visitor to inherit from: has all instructions and does nothing. A derived visitor names only what it wants to see.
struct Ignore {
#define OP(code, name, text, immediate, signature, fuel, flow, feature) \
  template <typename Immediate>                                         \
  void name(const Immediate&) {}
#include "wasm/opcode.def"
};

// What read_expression found out on the way.
struct Expression {
  bool uses_data_count = false;  // has an instruction that needs the data count section (5.5.16)
};

// Reads one expression up to and with its final `end`.
Expression read_expression(Reader& in, Scratch& scratch, const Limits& limits);

// `count` locals of one type (5.5.13).
struct LocalRun {
  uint32_t count;
  ValType type;
};

// Reads the locals that a body begins with. There are never more than 2^32 - 1 in all, without the parameters.
void read_locals(Reader& in, std::vector<LocalRun>& runs);

}  // namespace wherry::wasm::body
