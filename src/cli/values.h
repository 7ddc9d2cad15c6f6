// Parameters and results of --invoke, as people write and read them.
#pragma once

#include <string>

#include "base/result.h"
#include "runtime/store.h"
#include "runtime/value.h"

namespace wherry::cli {

// "42", "-1", "0xff" for integers; "1.5", "inf", "nan" for floats; 32 hexadecimal digits for v128; "null" for references.
Result<runtime::Value> parse_value(const runtime::TypeRegistry& types, wasm::ValType type, const std::string& text);
std::string to_text(const runtime::Store& store, const runtime::Value& value);

}  // namespace wherry::cli
