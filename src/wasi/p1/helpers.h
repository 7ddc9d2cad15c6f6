// What the parts of Process share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "wasi/p1/process.h"

namespace wherry::wasi::p1 {

// The error number of what a call came to.
inline Errno errno_of(const Io<void>& done) { return done ? Errno::success : done.error(); }

// The guest's iovecs, checked. Their sum fits 32 bits.
Io<std::vector<std::span<std::byte>>> iovecs(const Call& call, uint32_t iovs, uint32_t count);

struct Times {
  sys::SetTime accessed, modified;
};
Io<Times> times_of(uint64_t atim, uint64_t mtim, uint32_t flags);

Io<void> store_filestat(const Call& call, uint32_t address, const sys::FileStat& stat);

}  // namespace wherry::wasi::p1
