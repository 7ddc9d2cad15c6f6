// The table of vector handlers is filled by two files, one for integers and one for floats.
#pragma once

#include <string_view>

#include "interp/vector_ops.h"

namespace wherry::interp {

// Whether the instruction reads or writes lanes as floats.
constexpr bool is_vector_float(std::string_view name) {
  if (name.ends_with("splat") || name.ends_with("_lane")) return false;
  return name.find("f32x4") != name.npos || name.find("f64x2") != name.npos;
}
constexpr bool is_vector_int(std::string_view name) { return !is_vector_float(name); }

extern const VectorTable vector_int_handlers, vector_float_handlers;

#define FILL_VECTOR(code, wanted, name, signature)                                                            \
  [&]<typename Op>(Op*) {                                                                                     \
    if constexpr ((code >> 16) == 0xFD && signature[0] != 'a' && wanted(#name)) table[code & 0xFFFF] = handle<vector_op<Op>>; \
  }(static_cast<op::name*>(nullptr));
}  // namespace wherry::interp
