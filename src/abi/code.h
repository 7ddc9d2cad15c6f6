// A module's code in one tier. Shared by all of its instances and threads; what is made lazily is made thread-safely.
#pragma once

#include <memory>
#include <string_view>

#include "abi/vm.h"

namespace wherry::abi {

struct CodeSettings {
  bool metered = false;        // charge fuel
  bool deterministic = false;  // canonical NaNs, fixed results of relaxed vector instructions
};

class Code {
 public:
  virtual ~Code() = default;
  virtual std::string_view tier() const = 0;
  // What a Func of this module's own function `function` (an index in the whole space, not an import) holds.
  virtual Entry entry() const = 0;
  virtual const void* body(uint32_t function) const = 0;
};

}  // namespace wherry::abi
