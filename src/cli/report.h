// What commands say on standard error, and the exit codes that go with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace wherry::cli {

// "wherry: FILE: what (where)"; gives `refused`.
int report(std::string_view subject, const Error& error);
// The same of a module's or a guest's failure. A trap has its backtrace, and gives `trapped`; the guest's exit gives its code.
int report(std::string_view subject, const engine::Failure& failure);
int report(std::string_view subject, const runtime::CallFailure& failure);
// A mistake in the command line; gives `usage`.
int report_usage(std::string_view text);

Result<std::vector<uint8_t>> read_file(const std::string& path, uint64_t bytes_max);

}  // namespace wherry::cli
