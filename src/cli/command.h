// The commands of the program, one table. Help, man pages and completions come from the same declarations.
#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace wherry::cli {

// What the process says to its caller.
enum ExitCode : int { success = 0, refused = 1, usage = 2, trapped = 134 };

// Runs the command after its words were read; gives the exit code.
using Runner = std::function<int()>;

struct Command {
  std::string_view name, summary;
  Runner (*declare)(CLI::App& app);  // declares the flags
};

std::span<const Command> commands();

Runner declare_run(CLI::App& app);
Runner declare_serve(CLI::App& app);
Runner declare_componentize(CLI::App& app);
Runner declare_wast(CLI::App& app);
Runner declare_validate(CLI::App& app);
Runner declare_inspect(CLI::App& app);
Runner declare_print(CLI::App& app);
Runner declare_doctor(CLI::App& app);
Runner declare_man(CLI::App& app);
Runner declare_completions(CLI::App& app);
Runner declare_version(CLI::App& app);

}  // namespace wherry::cli
