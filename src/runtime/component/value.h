// A component value in the host's hands, of any type, and its way through the canonical ABI by a plan's types. Host
// functions don't come here (bind.h makes code for their types); calls between components and of exports do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/component/abi.h"

namespace wherry::runtime::component {

struct Value {
  uint64_t number = 0;       // scalars (floats as their bits), a case's number, flags, what a resource is known by
  std::string text;          // strings as UTF-8; list<u8> as its bytes
  std::vector<Value> items;  // fields, elements, a case's payload

  static Value of(uint64_t number) { return {number}; }
  static Value of(std::string text) { return {0, std::move(text)}; }
};

using wherry::component::Types;

// From flat core values, which `at` walks along, or from memory.
Value lift_flat(Lift& from, const Types& types, TypeId id, const abi::Slot*& at);
Value load(Lift& from, const Types& types, TypeId id, uint32_t offset);
void lower_flat(Lower& to, const Types& types, TypeId id, const Value& value, abi::Slot*& at);
void store(Lower& to, const Types& types, TypeId id, const Value& value, uint32_t offset);

// A function's parameters: flat, or through one pointer.
std::vector<Value> lift_params(Lift& from, const Types& types, const wherry::component::FuncType& type, const abi::Slot* values);
void lower_params(Lower& to, const Types& types, const wherry::component::FuncType& type, std::span<const Value> args, abi::Slot* values);

}  // namespace wherry::runtime::component
