// The versions of WASI 0.2 whose meaning this room's rows have.
#pragma once

namespace wherry::wasi::p2 {

inline constexpr const char *oldest = "0.2.0", *newest = "0.2.12";

}  // namespace wherry::wasi::p2
