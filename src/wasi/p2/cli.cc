// wasi:cli, but for run, which the component exports.
#include "wasi/p2/interfaces.h"
#include "wasi/p2/io.h"
#include "wasi/p2/versions.h"

namespace wherry::wasi::p2 {
namespace {

using rc::row;
using Pair = std::tuple<std::string, std::string>;

struct TerminalInput : rc::Resource {
  static const rc::ResourceKind kind;
};
struct TerminalOutput : rc::Resource {
  static const rc::ResourceKind kind;
};

std::vector<Pair> get_environment(Context& context) { return {context.env.begin(), context.env.end()}; }
std::vector<std::string> get_arguments(Context& context) { return context.args; }
std::optional<std::string> initial_cwd(Context&) { return std::nullopt; }

rc::Stop<void> exit(Context&, std::expected<void, None> status) { return std::unexpected(rc::Ending{abi::Trap::exit, status ? 0 : 1}); }
rc::Stop<void> exit_with_code(Context&, uint8_t code) { return std::unexpected(rc::Ending{abi::Trap::exit, code}); }

std::unique_ptr<InputStream> get_stdin(Context& context) { return std::make_unique<HostInputStream>(*context.input); }
std::unique_ptr<OutputStream> get_stdout(Context& context) { return std::make_unique<HostOutputStream>(*context.output); }
std::unique_ptr<OutputStream> get_stderr(Context& context) { return std::make_unique<HostOutputStream>(*context.error_output); }

std::optional<std::unique_ptr<TerminalInput>> terminal_stdin(Context& context) {
  if (!context.input->is_terminal()) return std::nullopt;
  return std::make_unique<TerminalInput>();
}
std::optional<std::unique_ptr<TerminalOutput>> terminal_of(host::Output& output) {
  if (!output.is_terminal()) return std::nullopt;
  return std::make_unique<TerminalOutput>();
}
std::optional<std::unique_ptr<TerminalOutput>> terminal_stdout(Context& context) { return terminal_of(*context.output); }
std::optional<std::unique_ptr<TerminalOutput>> terminal_stderr(Context& context) { return terminal_of(*context.error_output); }

constinit const rc::ResourceKind TerminalInput::kind = rc::kind_of<TerminalInput>("terminal-input");
constinit const rc::ResourceKind TerminalOutput::kind = rc::kind_of<TerminalOutput>("terminal-output");

constexpr rc::HostFunction environment_functions[] = {
    row<&get_environment>("get-environment"),
    row<&get_arguments>("get-arguments"),
    row<&initial_cwd>("initial-cwd"),
};
constexpr rc::HostFunction exit_functions[] = {row<&exit>("exit"), row<&exit_with_code>("exit-with-code")};
constexpr rc::HostFunction stdin_functions[] = {row<&get_stdin>("get-stdin")};
constexpr rc::HostFunction stdout_functions[] = {row<&get_stdout>("get-stdout")};
constexpr rc::HostFunction stderr_functions[] = {row<&get_stderr>("get-stderr")};
constexpr rc::HostFunction terminal_stdin_functions[] = {row<&terminal_stdin>("get-terminal-stdin")};
constexpr rc::HostFunction terminal_stdout_functions[] = {row<&terminal_stdout>("get-terminal-stdout")};
constexpr rc::HostFunction terminal_stderr_functions[] = {row<&terminal_stderr>("get-terminal-stderr")};
constexpr const rc::ResourceKind* terminal_input_resources[] = {&TerminalInput::kind};
constexpr const rc::ResourceKind* terminal_output_resources[] = {&TerminalOutput::kind};

}  // namespace

const rc::HostInterface environment_interface{"wasi:cli/environment", oldest, newest, environment_functions, {}};
const rc::HostInterface exit_interface{"wasi:cli/exit", oldest, newest, exit_functions, {}};
const rc::HostInterface stdin_interface{"wasi:cli/stdin", oldest, newest, stdin_functions, {}};
const rc::HostInterface stdout_interface{"wasi:cli/stdout", oldest, newest, stdout_functions, {}};
const rc::HostInterface stderr_interface{"wasi:cli/stderr", oldest, newest, stderr_functions, {}};
const rc::HostInterface terminal_input_interface{"wasi:cli/terminal-input", oldest, newest, {}, terminal_input_resources};
const rc::HostInterface terminal_output_interface{"wasi:cli/terminal-output", oldest, newest, {}, terminal_output_resources};
const rc::HostInterface terminal_stdin_interface{"wasi:cli/terminal-stdin", oldest, newest, terminal_stdin_functions, {}};
const rc::HostInterface terminal_stdout_interface{"wasi:cli/terminal-stdout", oldest, newest, terminal_stdout_functions, {}};
const rc::HostInterface terminal_stderr_interface{"wasi:cli/terminal-stderr", oldest, newest, terminal_stderr_functions, {}};

}  // namespace wherry::wasi::p2
