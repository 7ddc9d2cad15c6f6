// The name section (core specification 7.4.1, and the extended names of the annotations' proposal): what
// the parts of a module are called, for backtraces and for printing.
#pragma once

#include "wasm/text/scope.h"

namespace wherry::wasm::text {

struct Names {
  struct Inner {
    uint32_t outer;  // a function or a type
    std::vector<NamedIndex> names;
  };
  std::string_view module;
  std::vector<Inner> locals, labels;
};

// The content of the section, empty where nothing has a name.
ByteWriter name_section(const Names& names, const Scope& scope);

}  // namespace wherry::wasm::text
