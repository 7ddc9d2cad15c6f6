// wherry: reads the command line and hands over to the command.
#include <csignal>
#include <cstdio>
#include <string>

#include <CLI/CLI.hpp>

#include "base/config.h"
#include "cli/command.h"

int main(int argc, char** argv) {
  namespace cli = wherry::cli;
  // A reader that goes away is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app("Wherry runs WebAssembly.", "wherry");
  app.set_version_flag("--version", "wherry " WHERRY_VERSION);
  app.require_subcommand(1);
  cli::Runner chosen;
  for (const cli::Command& command : cli::commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    // Only the command that is called declares its flags: the program's start is part of every run.
    if (argc > 1 && argv[1] == command.name) chosen = command.declare(*sub);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are no errors.
    return app.exit(error) == 0 ? cli::success : cli::usage;
  }
  if (chosen) return chosen();
  std::fprintf(stderr, "wherry: the command comes first: wherry COMMAND [FLAGS] …\n");
  return cli::usage;
}
