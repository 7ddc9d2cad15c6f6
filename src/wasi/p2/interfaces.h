// All interfaces of this room.
#pragma once

#include <span>

#include "runtime/component/interface.h"

namespace wherry::wasi::p2 {

namespace rc = runtime::component;

extern const rc::HostInterface io_error_interface, io_poll_interface, io_streams_interface, monotonic_clock_interface,
    wall_clock_interface, random_interface, insecure_interface, insecure_seed_interface, environment_interface,
    exit_interface, stdin_interface, stdout_interface, stderr_interface, terminal_input_interface,
    terminal_output_interface, terminal_stdin_interface, terminal_stdout_interface, terminal_stderr_interface,
    filesystem_types_interface, preopens_interface, http_types_interface, outgoing_handler_interface, store_interface;

std::span<const rc::HostInterface* const> interfaces();

}  // namespace wherry::wasi::p2
