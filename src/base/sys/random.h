// Bytes that nobody can guess, from the kernel.
#pragma once

#include <cstddef>
#include <span>

namespace wherry::sys {

void fill_random(std::span<std::byte> into);

}  // namespace wherry::sys
