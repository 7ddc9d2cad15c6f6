#include "wast/trap_texts.h"

#include <algorithm>
#include <initializer_list>

namespace wherry::wast {
namespace {

using abi::Trap;

// Only where the message is not the trap's own text, or where the suites are less exact than we are.
struct Row {
  std::string_view message;
  std::initializer_list<Trap> traps;
};
const Row rows[] = {
    {"uninitialized element 2", {Trap::uninitialized_element}},
    {"undefined element", {Trap::undefined_element, Trap::table_out_of_bounds}},
    {"out of bounds table access", {Trap::table_out_of_bounds, Trap::undefined_element}},
    {"uninitialized element", {Trap::uninitialized_element}},
    {"null reference",
     {Trap::null_reference, Trap::null_function, Trap::null_structure, Trap::null_array, Trap::null_i31, Trap::null_exception}},
    {"null exception reference", {Trap::null_exception, Trap::null_reference}},
    {"null i31 reference", {Trap::null_i31, Trap::null_reference}},
    {"null function reference", {Trap::null_function, Trap::null_reference}},
    {"cast failure", {Trap::cast_failure}},
    {"stack overflow", {Trap::stack_overflow}},
};

}  // namespace

bool is_trap(std::string_view message, Trap trap) {
  if (trap == Trap::none) return false;
  for (const Row& row : rows) {
    if (row.message == message) return std::ranges::find(row.traps, trap) != row.traps.end();
  }
  return message == abi::trap_text(trap);
}

}  // namespace wherry::wast
