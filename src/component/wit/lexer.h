// Private to this room: WIT text to tokens (component model, WIT.md, Lexical structure).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "component/wit/wit.h"

namespace wherry::component::wit {

struct Token {
  enum class Kind : uint8_t { name, number, symbol, version, end };
  Kind kind = Kind::end;
  std::string_view text;   // a name without its %
  size_t offset = 0;
  bool is_escaped = false;  // %name: never a keyword
};

// "world.wit:3:14"
std::string position(const Source& source, size_t offset);

// All tokens of a text, an `end` last. After '@' and before something that is not a gate stands a version.
Result<std::vector<Token>> tokens(const Source& source);

}  // namespace wherry::component::wit
