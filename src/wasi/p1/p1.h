// WASI 0.1 for guests: the functions of functions.def as imports `wasi_snapshot_preview1`, and as `wasi_unstable` with that
// snapshot's layouts. They use the memory that the calling instance exports as "memory".
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "wasi/p1/process.h"

namespace wherry::wasi::p1 {

// Finds the process of a call, for linkers that many stores share (by Caller::data, say).
using ProcessOf = std::function<Process&(runtime::Caller&)>;

Result<void> add_to_linker(engine::Linker& linker, runtime::TypeRegistry& types, ProcessOf process_of);
// For one guest. `process` must outlive the linker's instances.
Result<void> add_to_linker(engine::Linker& linker, runtime::TypeRegistry& types, Process& process);

// A row of the table, for reference pages and errors: "fd_read(fd: i32, iovs*: i32, …) -> errno".
struct FunctionInfo {
  std::string_view name;
  std::string text;
};
std::vector<FunctionInfo> functions();

inline constexpr std::string_view module_name = "wasi_snapshot_preview1";
inline constexpr std::string_view unstable_module_name = "wasi_unstable";

}  // namespace wherry::wasi::p1
