#include "wast/runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

#include "wasm/text/assemble.h"
#include "wast/script.h"
#include "wast/trap_texts.h"

namespace wherry::wast {
namespace {

using wasm::text::Cursor;
using wasm::text::TokenKind;
using Kind = Command::Kind;

std::string_view stage_text(Stage stage) {
  switch (stage) {
    case Stage::malformed: return "malformed";
    case Stage::invalid: return "invalid";
    case Stage::unlinkable: return "unlinkable";
    case Stage::trap: return "trap";
    case Stage::unsupported: return "unsupported";
  }
  return "";
}

std::string to_text(const Refusal& refusal) {
  const std::string_view kind = refusal.trap == abi::Trap::none ? stage_text(refusal.stage) : "trap";
  return fmt::format("{}: {}", kind, refusal.message);
}

std::unexpected<Refusal> refuse(Stage stage, std::string message) {
  return std::unexpected(Refusal{stage, abi::Trap::none, std::move(message)});
}

std::string to_text(std::span<const Value> values) {
  std::string text;
  for (const Value& value : values) text += (text.empty() ? "" : " ") + to_text(value);
  return text.empty() ? "nothing" : text;
}

std::string to_text(std::span<const Expected> values) {
  std::string text;
  for (const Expected& value : values) text += (text.empty() ? "" : " ") + value.text;
  return text.empty() ? "nothing" : text;
}

// Proposals' suites assert rules that later features have lifted: such an assertion is about WebAssembly without them.
wasm::Features features_of(std::string_view message, wasm::Features features) {
  constexpr std::pair<std::string_view, wasm::Feature> lifted[] = {
      {"multiple memories", wasm::Feature::multi_memory},
      {"multiple tables", wasm::Feature::reference_types},
      {"i32 constant out of range", wasm::Feature::memory64},
  };
  for (const auto& [text, feature] : lifted) {
    if (message == text) features.disable(feature);
  }
  return features;
}

// What a command came to: nothing if it held, else what was expected and what came.
using Verdict = std::expected<void, std::string>;

// A script, or the part of one that runs on a thread.
class Script {
 public:
  Script(const wasm::text::Tokens& tokens, const Options& options, Host& host)
      : tokens_(tokens), options_(options), host_(host) {}

  void run(size_t first, size_t last);
  // `instance` is what the script calls `id` from the start.
  void adopt(const std::string& id, InstanceId instance) { add_instance(id, instance); }

  Summary summary;
  struct Failure {
    size_t at;
    std::string what;
  };
  std::vector<Failure> failures;

 private:
  // A part of the script on a thread of its own.
  struct Thread {
    std::unique_ptr<Host> host;
    std::unique_ptr<Script> script;
    std::thread thread;
  };

  void run_inline_module();
  void count(bool is_assertion, size_t at, const Verdict& verdict);
  Verdict run(const Command& command);
  Verdict run_module(const Command& command);
  Verdict run_instance(const Command& command);
  Verdict run_register(const Command& command);
  Verdict run_action(const Command& command);
  Verdict run_return(const Command& command);
  Verdict run_trap(const Command& command);
  Verdict run_trap_module(const Command& command);
  Verdict run_refusal(const Command& command, Stage stage);
  Verdict run_unlinkable(const Command& command);
  Verdict run_custom(const Command& command);
  Verdict run_thread(const Command& command);
  Verdict run_wait(const std::string& id);
  Verdict check_trap(const Refusal& refusal, const Command& command);

  Outcome<std::vector<uint8_t>> bytes(const ModuleForm& module, wasm::Features features);
  Outcome<ModuleId> compile(const ModuleForm& module, wasm::Features features);
  Outcome<ModuleId> compile(const ModuleForm& module) { return compile(module, options_.features); }
  Outcome<InstanceId> instantiate(const ModuleForm& module);
  Outcome<InstanceId> find_instance(const std::string& id);
  Outcome<std::vector<Value>> act(const Action& action);
  void add_instance(const std::string& id, InstanceId instance);

  const wasm::text::Tokens& tokens_;
  const Options& options_;
  Host& host_;
  std::map<std::string, ModuleId> modules_;
  std::map<std::string, InstanceId> instances_;
  std::optional<ModuleId> module_;      // the last one
  std::optional<InstanceId> instance_;  // the last one; none if it failed
  std::map<std::string, Thread> threads_;
};

void Script::count(bool is_assertion, size_t at, const Verdict& verdict) {
  if (verdict) {
    summary.passed += is_assertion;
    return;
  }
  ++summary.failed;
  failures.push_back({at, verdict.error()});
}

void Script::run(size_t first, size_t last) {
  Cursor cursor(tokens_, first);
  // A script may be the fields of one module, and nothing else.
  if (cursor.is(TokenKind::open) && wasm::text::is_module_field(cursor.text(cursor.peek(1)))) return run_inline_module();
  while (cursor.at() < last) {
    const size_t at = cursor.peek().begin;
    if (!cursor.is(TokenKind::open)) {
      count(false, at, std::unexpected("expected a command of a script, got `" + std::string(cursor.text()) + "`"));
      return;
    }
    const size_t next = cursor.peek().match + 1;
    const auto command = read_command(cursor);
    if (!command) {
      count(false, at, std::unexpected(command.error().what + " at " + command.error().where));
    } else {
      count(command->is_assertion(), at, run(*command));
    }
    cursor.seek(next);
  }
  while (!threads_.empty()) count(false, tokens_.text.size(), run_wait(threads_.begin()->first));
}

void Script::run_inline_module() {
  const auto instance = instantiate(ModuleForm{});
  if (!instance) count(false, 0, std::unexpected("expected an instance, got " + to_text(instance.error())));
}

Verdict Script::run(const Command& command) {
  switch (command.kind) {
    case Kind::module:
    case Kind::definition: return run_module(command);
    case Kind::instance: return run_instance(command);
    case Kind::register_: return run_register(command);
    case Kind::action: return run_action(command);
    case Kind::assert_return: return run_return(command);
    case Kind::assert_trap:
    case Kind::assert_exhaustion:
    case Kind::assert_exception: return run_trap(command);
    case Kind::assert_trap_module: return run_trap_module(command);
    case Kind::assert_malformed: return run_refusal(command, Stage::malformed);
    case Kind::assert_invalid: return run_refusal(command, Stage::invalid);
    case Kind::assert_unlinkable: return run_unlinkable(command);
    case Kind::assert_malformed_custom: return run_refusal(command, Stage::malformed);
    case Kind::assert_invalid_custom: return run_custom(command);
    case Kind::thread: return run_thread(command);
    case Kind::wait: return run_wait(command.id);
  }
  return {};
}

Outcome<std::vector<uint8_t>> Script::bytes(const ModuleForm& module, wasm::Features features) {
  using Form = ModuleForm::Form;
  if (module.is_component()) return refuse(Stage::unsupported, "components are not run by this program yet");
  if (module.form == Form::binary) return std::vector<uint8_t>(module.content.begin(), module.content.end());
  Cursor cursor(tokens_, module.fields_at);
  auto assembled = module.form == Form::quote
                       ? wasm::text::assemble(module.content, features, options_.limits)
                       : wasm::text::assemble_fields(cursor, module.id, features, options_.limits);
  if (!assembled) return refuse(Stage::malformed, assembled.error().what + " at " + assembled.error().where);
  return *std::move(assembled);
}

Outcome<ModuleId> Script::compile(const ModuleForm& module, wasm::Features features) {
  auto assembled = bytes(module, features);
  if (!assembled) return std::unexpected(assembled.error());
  return host_.compile(*std::move(assembled), features);
}

Outcome<InstanceId> Script::instantiate(const ModuleForm& module) {
  module_.reset();
  instance_.reset();
  const auto compiled = compile(module);
  if (!compiled) return std::unexpected(compiled.error());
  module_ = *compiled;
  if (!module.id.empty()) modules_.insert_or_assign(module.id, *compiled);
  const auto instance = host_.instantiate(*compiled);
  if (instance) add_instance(module.id, *instance);
  return instance;
}

void Script::add_instance(const std::string& id, InstanceId instance) {
  instance_ = instance;
  if (id.empty()) return;
  instances_.insert_or_assign(id, instance);
  host_.name(id, instance);
}

Outcome<InstanceId> Script::find_instance(const std::string& id) {
  if (id.empty()) {
    if (instance_) return *instance_;
    return refuse(Stage::unsupported, "there is no current instance");
  }
  const auto found = instances_.find(id);
  if (found == instances_.end()) return refuse(Stage::unsupported, fmt::format("there is no instance ${}", id));
  return found->second;
}

Outcome<std::vector<Value>> Script::act(const Action& action) {
  const auto instance = find_instance(action.module_id);
  if (!instance) return std::unexpected(instance.error());
  if (action.kind == Action::Kind::invoke) return host_.invoke(*instance, action.name, action.arguments);
  const auto value = host_.get(*instance, action.name);
  if (!value) return std::unexpected(value.error());
  return std::vector{*value};
}

Verdict Script::run_module(const Command& command) {
  if (command.kind == Kind::module) {
    const auto instance = instantiate(command.module);
    if (!instance) return std::unexpected("expected an instance, got " + to_text(instance.error()));
    return {};
  }
  const auto compiled = compile(command.module);
  if (!compiled) return std::unexpected("expected a valid module, got " + to_text(compiled.error()));
  module_ = *compiled;
  if (!command.module.id.empty()) modules_.insert_or_assign(command.module.id, *compiled);
  return {};
}

Verdict Script::run_instance(const Command& command) {
  std::optional<ModuleId> module = module_;
  if (!command.other_id.empty()) {
    const auto found = modules_.find(command.other_id);
    if (found == modules_.end()) return std::unexpected(fmt::format("there is no module ${}", command.other_id));
    module = found->second;
  }
  if (!module) return std::unexpected("there is no module to make an instance of");
  const auto instance = host_.instantiate(*module);
  if (!instance) return std::unexpected("expected an instance, got " + to_text(instance.error()));
  add_instance(command.id, *instance);
  return {};
}

Verdict Script::run_register(const Command& command) {
  const auto instance = find_instance(command.id);
  if (!instance) return std::unexpected(instance.error().message);
  host_.name(command.name, *instance);
  return {};
}

Verdict Script::run_action(const Command& command) {
  const auto results = act(command.action);
  if (!results) return std::unexpected(fmt::format("{}: expected a return, got {}", command.action.name, to_text(results.error())));
  return {};
}

Verdict Script::run_return(const Command& command) {
  const auto results = act(command.action);
  const std::string wanted = fmt::format("{}: expected {}, got ", command.action.name, to_text(std::span(command.expected)));
  if (!results) return std::unexpected(wanted + to_text(results.error()));
  if (std::ranges::equal(*results, command.expected, matches)) return {};
  return std::unexpected(wanted + to_text(std::span(*results)));
}

Verdict Script::check_trap(const Refusal& refusal, const Command& command) {
  using abi::Trap;
  if (command.kind == Kind::assert_exception) {
    if (refusal.trap == Trap::exception) return {};
    return std::unexpected("expected an exception, got " + to_text(refusal));
  }
  if (is_trap(command.message, refusal.trap)) return {};
  return std::unexpected(fmt::format("expected the trap \"{}\", got {}", command.message, to_text(refusal)));
}

Verdict Script::run_trap(const Command& command) {
  const auto results = act(command.action);
  if (!results) {
    const auto verdict = check_trap(results.error(), command);
    if (verdict) return {};
    return std::unexpected(fmt::format("{}: {}", command.action.name, verdict.error()));
  }
  const std::string_view wanted = command.kind == Kind::assert_exception ? "an exception" : "the trap ";
  return std::unexpected(fmt::format("{}: expected {}{}, got {}", command.action.name, wanted, command.message,
                                     to_text(std::span(*results))));
}

// The instance is not the current one afterwards: it never came to be.
Verdict Script::run_trap_module(const Command& command) {
  const auto compiled = compile(command.module);
  if (!compiled) return std::unexpected("expected a trap, got " + to_text(compiled.error()));
  const auto instance = host_.instantiate(*compiled);
  if (instance) return std::unexpected(fmt::format("expected the trap {}, got an instance", command.message));
  return check_trap(instance.error(), command);
}

Verdict Script::run_refusal(const Command& command, Stage stage) {
  const auto compiled = compile(command.module, features_of(command.message, options_.features));
  const std::string wanted = fmt::format("expected a module that is {} ({}), got ", stage_text(stage), command.message);
  if (compiled) return std::unexpected(wanted + "a valid one");
  if (compiled.error().stage != stage) return std::unexpected(wanted + to_text(compiled.error()));
  return {};
}

Verdict Script::run_unlinkable(const Command& command) {
  const std::string wanted = fmt::format("expected a module that is unlinkable ({}), got ", command.message);
  const auto compiled = compile(command.module);
  if (!compiled) return std::unexpected(wanted + to_text(compiled.error()));
  const auto instance = host_.instantiate(*compiled);
  if (instance) return std::unexpected(wanted + "an instance");
  if (instance.error().stage != Stage::unlinkable) return std::unexpected(wanted + to_text(instance.error()));
  return {};
}

// The module is valid, for custom sections can't make one invalid; the section isn't.
Verdict Script::run_custom(const Command& command) {
  const auto compiled = compile(command.module);
  if (!compiled) return std::unexpected("expected an invalid custom section, got " + to_text(compiled.error()));
  if (host_.check_custom(*compiled)) return std::unexpected("expected an invalid custom section, got valid ones");
  return {};
}

Verdict Script::run_thread(const Command& command) {
  if (threads_.contains(command.id)) return std::unexpected(fmt::format("the thread ${} runs already", command.id));
  Thread thread;
  thread.host = host_.thread();
  thread.script = std::make_unique<Script>(tokens_, options_, *thread.host);
  if (!command.other_id.empty()) {
    const auto shared = find_instance(command.other_id);
    if (!shared) return std::unexpected(shared.error().message);
    const auto adopted = thread.host->adopt(host_, *shared);
    if (!adopted) return std::unexpected("expected a shared module, got " + to_text(adopted.error()));
    thread.script->adopt(command.other_id, *adopted);
  }
  Script* script = thread.script.get();
  thread.thread = std::thread([script, first = command.first, last = command.last] { script->run(first, last); });
  threads_.emplace(command.id, std::move(thread));
  return {};
}

Verdict Script::run_wait(const std::string& id) {
  const auto found = threads_.find(id);
  if (found == threads_.end()) return std::unexpected(fmt::format("there is no thread ${}", id));
  found->second.thread.join();
  Script& script = *found->second.script;
  summary.passed += script.summary.passed;
  summary.failed += script.summary.failed;
  failures.insert(failures.end(), script.failures.begin(), script.failures.end());
  threads_.erase(found);
  return {};
}

std::vector<std::string> scripts_in(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code problem;
  if (!fs::is_directory(path, problem)) return {path};
  std::vector<std::string> files;
  for (auto entry = fs::recursive_directory_iterator(path, problem); !problem && entry != fs::recursive_directory_iterator();
       entry.increment(problem)) {
    if (entry->path().extension() == ".wast" && entry->is_regular_file(problem)) files.push_back(entry->path().string());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Summary run_script(std::string_view name, std::string_view text, const Options& options, const Output& output) {
  const auto tokens = wasm::text::tokenize(text, options.limits);
  if (!tokens) {
    output(fmt::format("{}:{}: {}", name, tokens.error().where, tokens.error().what));
    return {0, 1};
  }
  const auto host = options.make_host();
  Script script(*tokens, options, *host);
  script.run(0, tokens->list.size() - 1);
  for (const Script::Failure& failure : script.failures) {
    const std::string where = wasm::text::position(text, failure.at);
    output(fmt::format("{}:{}: {}", name, where.substr(0, where.find(':')), failure.what));
  }
  return script.summary;
}

Summary run_files(std::span<const std::string> paths, const Options& options, const Output& output) {
  Summary total;
  for (const std::string& path : paths) {
    const auto files = scripts_in(path);
    if (files.empty()) {
      output(path + ": no .wast file is in this folder");
      ++total.failed;
    }
    for (const std::string& file : files) {
      std::ifstream in(file, std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(in), {}};
      if (!in) {
        output(file + ": can't be read");
        ++total.failed;
        continue;
      }
      const Summary summary = run_script(file, text, options, output);
      total.passed += summary.passed;
      total.failed += summary.failed;
    }
  }
  output(fmt::format("{} passed, {} failed", total.passed, total.failed));
  return total;
}

}  // namespace wherry::wast
