// Reads .wast scripts, the test-suites' format: modules, and what is asserted about them.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "wast/value.h"

namespace wherry::wast {

// A module or component as a script gives it.
struct ModuleForm {
  enum class Form : uint8_t { fields, binary, quote, component, component_binary, component_quote };
  Form form = Form::fields;
  std::string id;           // without the `$`; empty if it has none
  size_t fields_at = 0;     // fields: the index of the first token of the list behind the identifier
  std::string content;      // binary: the bytes; quote: the text
  std::string_view text;    // component: from `(` to `)`, as the script has it

  bool is_component() const { return form >= Form::component; }
};

struct Action {
  enum class Kind : uint8_t { invoke, get } kind = Kind::invoke;
  std::string module_id;  // empty: the current instance
  std::string name;
  std::vector<Value> arguments;
};

struct Command {
  enum class Kind : uint8_t {
    module, definition, instance, register_, action, assert_return, assert_trap, assert_trap_module, assert_exhaustion,
    assert_exception, assert_malformed, assert_invalid, assert_unlinkable, assert_malformed_custom, assert_invalid_custom,
    thread, wait,
  };
  Kind kind;
  size_t begin = 0;  // in the text
  ModuleForm module;
  Action action;
  std::vector<Expected> expected;
  std::string message;  // of an assertion
  std::string name;     // register: the name that imports use
  std::string id;       // instance, thread, wait: its own identifier; register: the instance's
  std::string other_id; // instance: the definition's; thread: the shared module's
  size_t first = 0, last = 0;  // thread: the tokens of its commands

  bool is_assertion() const { return kind >= Kind::assert_return && kind <= Kind::assert_invalid_custom; }
};

// The command that begins at the cursor, which must be at a `(`.
Result<Command> read_command(wasm::text::Cursor& cursor);

}  // namespace wherry::wast
