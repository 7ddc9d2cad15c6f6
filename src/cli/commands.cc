#include "cli/command.h"

namespace wherry::cli {
namespace {

constexpr Command table[] = {
    {"run", "Run a WASI program, or call a function of a module", declare_run},
    {"serve", "Serve a component over HTTP", declare_serve},
    {"componentize", "Make a component of a core module", declare_componentize},
    {"wast", "Run test scripts", declare_wast},
    {"validate", "Check modules, and say what is wrong with them", declare_validate},
    {"inspect", "Show what a module imports, exports and is made of", declare_inspect},
    {"print", "Print a module in the text format", declare_print},
    {"doctor", "Show what this machine offers, and what to install", declare_doctor},
    {"man", "Print man pages", declare_man},
    {"completions", "Print completions for a shell", declare_completions},
    {"version", "Show the version, the features and the tiers", declare_version},
};

}  // namespace

std::span<const Command> commands() { return table; }

}  // namespace wherry::cli
