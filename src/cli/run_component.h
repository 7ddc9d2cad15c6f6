// wherry run for components: a WASI 0.2 command.
#pragma once

#include "cli/wasi_flags.h"
#include "engine/engine.h"

namespace wherry::cli {

// Looks at the file's first bytes; a file that can't be read is none.
bool is_component_file(const std::string& path);

// Runs its wasi:cli/run in `store`; gives the exit code. `args`: the program's name first.
int run_component(engine::Engine& engine, engine::Store& store, const std::string& file, const WasiFlags& flags, std::vector<std::string> args);

}  // namespace wherry::cli
