#include "wast/script.h"

namespace wherry::wast {
namespace {

using wasm::text::Cursor;
using wasm::text::TokenKind;
using Kind = Command::Kind;

Result<std::string> take_id(Cursor& cursor) {
  if (!cursor.is(TokenKind::id)) return std::string();
  const std::string_view token = cursor.text(cursor.next());
  if (token[1] != '"') return std::string(token.substr(1));
  std::string id;
  TRY(wasm::text::read_string(token, 1, &id));
  return id;
}

Result<std::string> id_required(Cursor& cursor) {
  if (!cursor.is(TokenKind::id)) return cursor.expected("an identifier");
  return take_id(cursor);
}

// Behind `(module` or `(component`; leaves the cursor behind the `)`.
Result<ModuleForm> read_module(Cursor& cursor, bool is_component, size_t open_at) {
  using Form = ModuleForm::Form;
  ModuleForm module;
  module.id = TRY(take_id(cursor));
  const bool binary = cursor.take_keyword("binary"), quote = !binary && cursor.take_keyword("quote");
  const auto& tokens = cursor.tokens();
  const size_t close = tokens.list[open_at].match, begin = tokens.list[open_at].begin;
  module.text = tokens.text.substr(begin, tokens.list[close].begin + 1 - begin);
  module.fields_at = cursor.at();
  if (binary || quote) {
    module.content = TRY(cursor.strings());
    module.form = binary ? (is_component ? Form::component_binary : Form::binary)
                         : (is_component ? Form::component_quote : Form::quote);
    TRY(cursor.close());
  } else {
    module.form = is_component ? Form::component : Form::fields;
    cursor.seek(close + 1);
  }
  return module;
}

Result<ModuleForm> module_argument(Cursor& cursor) {
  const size_t open_at = cursor.at();
  const bool is_component = cursor.is_list("component");
  if (!cursor.take_list("module") && !cursor.take_list("component")) return cursor.expected("`(module`");
  return read_module(cursor, is_component, open_at);
}

Result<void> read_instance(Cursor& cursor, Command& command) {
  command.kind = Kind::instance;
  command.id = TRY(take_id(cursor));
  command.other_id = TRY(take_id(cursor));
  return cursor.close();
}

// Behind `(module` or `(component`.
Result<void> read_module_command(Cursor& cursor, Command& command, bool is_component, size_t open_at) {
  if (cursor.take_keyword("instance")) return read_instance(cursor, command);
  command.kind = cursor.take_keyword("definition") ? Kind::definition : Kind::module;
  command.module = TRY(read_module(cursor, is_component, open_at));
  return {};
}

// Behind `(invoke` or `(get`.
Result<Action> read_action(Cursor& cursor, Action::Kind kind) {
  Action action;
  action.kind = kind;
  action.module_id = TRY(take_id(cursor));
  action.name = TRY(cursor.string("the name of an export"));
  if (kind == Action::Kind::invoke) {
    while (!cursor.at_list_end()) action.arguments.push_back(TRY(read_value(cursor)));
  }
  TRY(cursor.close());
  return action;
}

Result<Action> action_argument(Cursor& cursor) {
  if (cursor.take_list("invoke")) return read_action(cursor, Action::Kind::invoke);
  if (cursor.take_list("get")) return read_action(cursor, Action::Kind::get);
  return cursor.expected("`(invoke` or `(get`");
}

Result<void> read_message(Cursor& cursor, Command& command) {
  if (cursor.is(TokenKind::string)) command.message = TRY(cursor.string("a message"));
  return cursor.close();
}

struct Assertion {
  std::string_view text;
  Kind kind;
  bool on_module;
};
constexpr Assertion assertions[] = {
    {"assert_return", Kind::assert_return, false},
    {"assert_trap", Kind::assert_trap, false},
    {"assert_exhaustion", Kind::assert_exhaustion, false},
    {"assert_exception", Kind::assert_exception, false},
    {"assert_malformed", Kind::assert_malformed, true},
    {"assert_invalid", Kind::assert_invalid, true},
    {"assert_unlinkable", Kind::assert_unlinkable, true},
    {"assert_malformed_custom", Kind::assert_malformed_custom, true},
    {"assert_invalid_custom", Kind::assert_invalid_custom, true},
};

Result<void> read_assertion(Cursor& cursor, Command& command, const Assertion& assertion) {
  command.kind = assertion.kind;
  const bool module_here = cursor.is_list("module") || cursor.is_list("component");
  if (assertion.on_module || (assertion.kind == Kind::assert_trap && module_here)) {
    if (!assertion.on_module) command.kind = Kind::assert_trap_module;
    command.module = TRY(module_argument(cursor));
    return read_message(cursor, command);
  }
  command.action = TRY(action_argument(cursor));
  if (assertion.kind != Kind::assert_return) return read_message(cursor, command);
  while (!cursor.at_list_end()) command.expected.push_back(TRY(read_expected(cursor)));
  return cursor.close();
}

// `(thread $t (shared (module $m)) command*)`: the commands stay tokens, a runner of their own reads them.
Result<void> read_thread(Cursor& cursor, Command& command, size_t open_at) {
  command.kind = Kind::thread;
  command.id = TRY(id_required(cursor));
  if (cursor.take_list("shared")) {
    TRY(cursor.open("module"));
    command.other_id = TRY(id_required(cursor));
    TRY(cursor.close());
    TRY(cursor.close());
  }
  command.first = cursor.at();
  command.last = cursor.tokens().list[open_at].match;
  cursor.seek(command.last + 1);
  return {};
}

}  // namespace

Result<Command> read_command(Cursor& cursor) {
  Command command{};
  const size_t open_at = cursor.at();
  command.begin = cursor.peek().begin;
  if (cursor.take_list("module")) {
    TRY(read_module_command(cursor, command, false, open_at));
  } else if (cursor.take_list("component")) {
    TRY(read_module_command(cursor, command, true, open_at));
  } else if (cursor.is_list("invoke") || cursor.is_list("get")) {
    command.kind = Kind::action;
    command.action = TRY(action_argument(cursor));
  } else if (cursor.take_list("register")) {
    command.kind = Kind::register_;
    command.name = TRY(cursor.string("a name"));
    command.id = TRY(take_id(cursor));
    TRY(cursor.close());
  } else if (cursor.take_list("thread")) {
    TRY(read_thread(cursor, command, open_at));
  } else if (cursor.take_list("wait")) {
    command.kind = Kind::wait;
    command.id = TRY(id_required(cursor));
    TRY(cursor.close());
  } else {
    for (const Assertion& assertion : assertions) {
      if (!cursor.take_list(assertion.text)) continue;
      TRY(read_assertion(cursor, command, assertion));
      return command;
    }
    cursor.next();
    return cursor.expected("a command of a script");
  }
  return command;
}

}  // namespace wherry::wast
