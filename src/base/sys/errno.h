// Why a call to the system failed, as a value: Io<T> holds what the call gave or the reason. For what a guest is told;
// what a person reads is a Result.
#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"

namespace wherry::sys {

enum class [[nodiscard]] Errno : uint16_t {
#define ERRNO(name, number, text) name,
#include "base/sys/errno.def"
};

template <typename T>
using Io = std::expected<T, Errno>;

Errno errno_of(int number);          // of the system's number; io for what it doesn't know
Errno last_errno();                  // of `errno`
std::string_view errno_text(Errno number);

inline std::unexpected<Errno> failed(Errno why) { return std::unexpected(why); }

}  // namespace wherry::sys

namespace wherry {

// TRY works for Io too.
template <typename T>
T unwrap(std::expected<T, sys::Errno>&& result) {
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace wherry
