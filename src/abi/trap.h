// How a call of guest code ends: `none` when it returned, else why it didn't. A plain value that crosses every
// boundary between guest, tiers and host; nothing is ever thrown through them.
#pragma once

#include <cstdint>
#include <string_view>

namespace wherry::abi {

enum class [[nodiscard]] Trap : uint8_t {
  none,
#define TRAP(name, text) name,
#include "abi/trap.def"
};

constexpr std::string_view trap_text(Trap trap) {
  switch (trap) {
    case Trap::none: return "";
#define TRAP(name, text) \
  case Trap::name: return text;
#include "abi/trap.def"
  }
  return "";
}

}  // namespace wherry::abi
