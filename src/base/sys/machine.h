// What this machine is and has.
#pragma once

#include <string>

namespace wherry::sys {

struct Machine {
  std::string kernel;     // "Linux 6.1.0"
  std::string processor;  // "x86_64"
  bool has_openat2 = false;
};
Machine machine();

// Where PATH has a program; empty if nowhere.
std::string find_program(const std::string& name);

}  // namespace wherry::sys
