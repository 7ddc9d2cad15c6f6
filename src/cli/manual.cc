// wherry man, wherry completions: made from the declarations that --help prints, so they can't differ from it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/config.h"
#include "cli/command.h"
#include "cli/report.h"

namespace wherry::cli {
namespace {

// A command with its flags declared, to be read instead of run.
std::unique_ptr<CLI::App> declared(const Command& command) {
  auto app = std::make_unique<CLI::App>(std::string(command.summary), std::string(command.name));
  command.declare(*app);
  return app;
}

std::vector<const CLI::Option*> flags_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return !option->get_positional(); });
}
std::vector<const CLI::Option*> words_of(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

// Text for a man page (man(7)): a backslash, a leading dot or quote, and the minus of flags are special.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += std::string("\\&") + c;
    else out += c;
  }
  return out;
}

std::string name_of(const CLI::Option& option) {
  std::string names;
  for (const std::string& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  return names.empty() ? option.get_name() : names;
}

std::string value_of(const CLI::Option& option) { return option.get_items_expected_max() == 0 ? "" : option.get_type_name().empty() ? "VALUE" : option.get_type_name(); }

std::string page(const Command& command) {
  const auto app = declared(command);
  std::string synopsis = fmt::format("\\fBwherry {}\\fR [FLAGS]", roff(command.name));
  for (const CLI::Option* word : words_of(*app)) {
    const std::string name = fmt::format("\\fI{}\\fR", roff(word->get_name()));
    synopsis += word->get_required() ? " " + name : " [" + name + "]";
  }
  std::string out = fmt::format(".TH WHERRY\\-{} 1 \"\" \"wherry {}\" \"Wherry\"\n.SH NAME\nwherry\\-{} \\- {}\n.SH SYNOPSIS\n{}\n.SH OPTIONS\n", roff(command.name),
                                WHERRY_VERSION, roff(command.name), roff(command.summary), synopsis);
  for (const auto& options : {words_of(*app), flags_of(*app)}) {
    for (const CLI::Option* option : options) {
      out += fmt::format(".TP\n\\fB{}\\fR \\fI{}\\fR\n{}\n", roff(name_of(*option)), roff(option->get_positional() ? "" : value_of(*option)), roff(option->get_description()));
    }
  }
  return out + ".SH EXIT STATUS\nThe guest's, where one ran; 2 for a mistake in the command line; 1 for a refused module or another error; 134 for a trap, a deadline or a limit.\n";
}

std::string overview() {
  std::string out = fmt::format(".TH WHERRY 1 \"\" \"wherry {}\" \"Wherry\"\n.SH NAME\nwherry \\- run WebAssembly applications\n.SH SYNOPSIS\n\\fBwherry\\fR COMMAND [FLAGS]\n.SH COMMANDS\n", WHERRY_VERSION);
  for (const Command& command : commands()) out += fmt::format(".TP\n\\fBwherry\\-{}\\fR(1)\n{}\n", roff(command.name), roff(command.summary));
  return out;
}

Result<void> write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) return std::unexpected(Error{ErrorKind::unavailable, "can't write the page", path.string()});
  return {};
}

int write_pages(const std::string& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (auto written = write(std::filesystem::path(folder) / "wherry.1", overview()); !written) return report("man", written.error());
  for (const Command& command : commands()) {
    const auto path = std::filesystem::path(folder) / fmt::format("wherry-{}.1", command.name);
    if (auto written = write(path, page(command)); !written) return report("man", written.error());
  }
  return success;
}

int print(const std::string& text) { return std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0 ? success : refused; }

struct ManFlags {
  std::string command, folder;
};

int man(const ManFlags& flags) {
  if (!flags.folder.empty()) return write_pages(flags.folder);
  if (flags.command.empty()) return print(overview());
  for (const Command& command : commands()) {
    if (command.name == flags.command) return print(page(command));
  }
  return report_usage(fmt::format("man: there is no command \"{}\"", flags.command));
}

// --- Completions ---

std::string long_flags(const Command& command, std::string_view separator, std::string_view before = "--") {
  const auto app = declared(command);
  std::string out;
  for (const CLI::Option* option : flags_of(*app)) {
    for (const std::string& name : option->get_lnames()) out += fmt::format("{}{}{}", out.empty() ? "" : separator, before, name);
  }
  return out;
}

std::string names() {
  std::string out;
  for (const Command& command : commands()) out += fmt::format("{}{}", out.empty() ? "" : " ", command.name);
  return out;
}

std::string bash() {
  std::string out = "_wherry() {\n  local word=${COMP_WORDS[COMP_CWORD]}\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n";
  out += fmt::format("    COMPREPLY=($(compgen -W '{}' -- \"$word\"))\n    return\n  fi\n  case \"$word\" in -*) ;; *) return ;; esac\n  case \"${{COMP_WORDS[1]}}\" in\n", names());
  for (const Command& command : commands()) out += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$word\")) ;;\n", command.name, long_flags(command, " "));
  return out + "  esac\n}\ncomplete -o default -F _wherry wherry\n";
}

// Within single quotes of zsh and fish.
std::string shell_quoted(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : c == '[' || c == ']' || c == ':' ? std::string("\\") + c : std::string(1, c);
  return out;
}

std::string zsh() {
  std::string out = "#compdef wherry\n_wherry() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n";
  for (const Command& command : commands()) out += fmt::format("      '{}:{}'\n", command.name, shell_quoted(command.summary));
  out += "    )\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n";
  for (const Command& command : commands()) {
    out += fmt::format("    {}) _arguments", command.name);
    const auto app = declared(command);
    for (const CLI::Option* option : flags_of(*app)) {
      for (const std::string& name : option->get_lnames()) {
        out += fmt::format(" '*--{}[{}]{}'", name, shell_quoted(option->get_description()), option->get_items_expected_max() == 0 ? "" : fmt::format(":{}:_files", shell_quoted(value_of(*option))));
      }
    }
    out += " '*:file:_files' ;;\n";
  }
  return out + "  esac\n}\n_wherry \"$@\"\n";
}

std::string fish() {
  std::string out;
  for (const Command& command : commands()) out += fmt::format("complete -c wherry -n __fish_use_subcommand -a {} -d '{}'\n", command.name, shell_quoted(command.summary));
  for (const Command& command : commands()) {
    const auto app = declared(command);
    for (const CLI::Option* option : flags_of(*app)) {
      for (const std::string& name : option->get_lnames()) {
        out += fmt::format("complete -c wherry -n '__fish_seen_subcommand_from {}' -l {}{} -d '{}'\n", command.name, name, option->get_items_expected_max() == 0 ? "" : " -r", shell_quoted(option->get_description()));
      }
    }
  }
  return out;
}

int completions(const std::string& shell) {
  if (shell == "bash") return print(bash());
  if (shell == "zsh") return print(zsh());
  return print(fish());
}

}  // namespace

Runner declare_man(CLI::App& app) {
  auto flags = std::make_shared<ManFlags>();
  app.add_option("COMMAND", flags->command, "The command whose page is printed; else the overview");
  app.add_option("--output", flags->folder, "Write all pages into this folder instead")->type_name("DIR");
  return [flags] { return man(*flags); };
}

Runner declare_completions(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return [shell] { return completions(*shell); };
}

}  // namespace wherry::cli
