// Where a trap happened, for people: function names, offsets in the module's file, source lines where DWARF has them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "abi/vm.h"

namespace wherry::runtime {

struct Frame {
  const abi::Vm* vm = nullptr;   // of its instance; valid while its store lives
  std::string module;            // its name, if it has one
  std::string function;          // from the name section, the exports, or the host; empty: unknown
  bool is_host = false;
  uint32_t function_index = 0;
  size_t offset = 0;             // in the module's file
  std::string file;              // empty: unknown
  uint32_t line = 0, column = 0;
};

// Innermost frame first. Resolved when it is made: it doesn't refer to the store.
class Backtrace {
 public:
  Backtrace() = default;
  explicit Backtrace(const std::vector<abi::TraceFrame>& trace);

  const std::vector<Frame>& frames() const { return frames_; }
  std::string to_text() const;  // "  0: name (file.c:12:3)\n" …

 private:
  std::vector<Frame> frames_;
};

}  // namespace wherry::runtime
