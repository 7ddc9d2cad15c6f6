#include "engine/engine.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "interp/code.h"
#include "wasm/decode/decode.h"
#include "wasm/text/assemble.h"
#include "wasm/validate/validate.h"

namespace wherry::engine {
namespace {

using Bytes = std::vector<uint8_t>;

std::unexpected<Failure> refused(Stage stage, Error error) { return std::unexpected(Failure{stage, std::move(error), nullptr}); }

// What stands behind white space, comments and the first parenthesis of a text: its first word.
std::string_view first_word(std::string_view text) {
  const auto skip = [&](size_t count) { text.remove_prefix(std::min(count, text.size())); };
  const auto blanks = [&] {
    for (;;) {
      while (!text.empty() && (text[0] == ' ' || text[0] == '\t' || text[0] == '\n' || text[0] == '\r')) skip(1);
      if (text.starts_with(";;")) {
        skip(text.find('\n'));
      } else if (text.starts_with("(;")) {
        skip(2);
        for (int depth = 1; depth > 0 && !text.empty();) {
          const bool opens = text.starts_with("(;"), closes = text.starts_with(";)");
          depth += opens - closes;
          skip(opens || closes ? 2 : 1);
        }
      } else {
        return;
      }
    }
  };
  blanks();
  if (!text.starts_with('(')) return {};
  skip(1);
  blanks();
  size_t end = 0;
  while (end < text.size() && (text[end] == '_' || (text[end] >= 'a' && text[end] <= 'z'))) ++end;
  return text.substr(0, end);
}

Error not_a_module() {
  return {ErrorKind::invalid, "magic header not detected: neither a WebAssembly binary (it would begin with the bytes 00 61 73 6d) nor its text format", "at byte 0x0"};
}

Error is_component() { return {ErrorKind::unsupported, "a component where a core module was expected", ""}; }

}  // namespace

std::string_view to_text(Stage stage) {
  switch (stage) {
    case Stage::malformed: return "malformed";
    case Stage::invalid: return "invalid";
    case Stage::unlinkable: return "can't be linked";
    case Stage::trap: return "trap";
  }
  return "";
}

std::string to_text(const Failure& failure) {
  if (failure.call) return runtime::to_text(*failure.call);
  std::string text(failure.error.what);
  if (!failure.error.where.empty()) text += " (" + failure.error.where + ")";
  return text;
}

Format format_of(std::span<const uint8_t> bytes) {
  static constexpr uint8_t magic[] = {0x00, 'a', 's', 'm'};
  if (bytes.size() >= 4 && std::equal(magic, magic + 4, bytes.begin())) {
    const bool is_component = bytes.size() >= 8 && bytes[6] == 1 && bytes[7] == 0;
    return is_component ? Format::component_binary : Format::module_binary;
  }
  const std::string_view word = first_word({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (word == "component") return Format::component_text;
  return word == "module" || wasm::text::is_module_field(word) ? Format::module_text : Format::other;
}

Engine::Engine(Settings settings) : settings_(std::move(settings)), shared_(settings_.value_stack_bytes) {}
Engine::~Engine() = default;

Outcome<ModulePtr> Engine::load(Bytes bytes) {
  switch (format_of(bytes)) {
    case Format::module_text: return load_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    case Format::component_binary:
    case Format::component_text: return refused(Stage::malformed, is_component());
    case Format::other: return refused(Stage::malformed, not_a_module());
    case Format::module_binary: break;
  }
  auto module = wasm::decode::decode(std::make_shared<const Bytes>(std::move(bytes)), settings_.features, settings_.limits);
  if (!module) return refused(Stage::malformed, std::move(module.error()));
  if (settings_.exact_stages) {
    if (auto checked = wasm::decode::check_bodies(*module, settings_.limits); !checked) return refused(Stage::malformed, std::move(checked.error()));
  }
  auto valid = wasm::validate::validate(std::move(*module), settings_.features, settings_.limits, settings_.validate_threads);
  if (!valid) return refused(Stage::invalid, std::move(valid.error()));
  return load_valid(std::make_shared<const wasm::validate::ValidModule>(std::move(*valid)));
}

Outcome<ModulePtr> Engine::load_text(std::string_view text) {
  auto bytes = wasm::text::assemble(text, settings_.features, settings_.limits);
  if (!bytes) return refused(Stage::malformed, std::move(bytes.error()));
  return load(std::move(*bytes));
}

Outcome<ModulePtr> Engine::load_valid(std::shared_ptr<const wasm::validate::ValidModule> valid) {
  auto code = interp::make_code(valid, settings_.code);
  auto module = runtime::Module::make(types(), std::move(valid), std::move(code));
  if (!module) return refused(Stage::invalid, std::move(module.error()));
  return std::move(*module);
}

std::shared_ptr<const runtime::HostFunc> Engine::func(std::vector<wasm::ValType> params, std::vector<wasm::ValType> results, runtime::HostBody body,
                                                      std::string name) {
  auto made = runtime::make_host_func(types(), {std::move(params), std::move(results)}, std::move(body), std::move(name));
  if (!made) {
    // Only when four million types are alive at once, which the limits on modules are there to prevent.
    std::fprintf(stderr, "wherry: %s\n", made.error().what.c_str());
    std::abort();
  }
  return std::move(*made);
}

}  // namespace wherry::engine
