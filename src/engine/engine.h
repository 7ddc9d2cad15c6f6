// The front door: from bytes or text to modules, links and instances.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/code.h"
#include "base/result.h"
#include "runtime/call.h"
#include "runtime/host_func.h"
#include "runtime/instance.h"
#include "runtime/module.h"
#include "runtime/store.h"
#include "wasm/features.h"
#include "wasm/limits.h"

namespace wherry::engine {

using runtime::Extern;
using runtime::Instance;
using runtime::Store;
using ModulePtr = std::shared_ptr<const runtime::Module>;

struct Settings {
  wasm::Features features;
  wasm::Limits limits;
  abi::CodeSettings code;
  runtime::StoreLimits store;
  size_t value_stack_bytes = size_t(1) << 20;
  unsigned validate_threads = 1;
  // Tell malformed bodies from invalid ones, as scripts want it (reads all bodies twice).
  bool exact_stages = false;
};

// Where something was refused.
enum class Stage : uint8_t { malformed, invalid, unlinkable, trap };
std::string_view to_text(Stage stage);

struct Failure {
  Stage stage;
  Error error;                                  // for a trap: its text
  std::unique_ptr<runtime::CallFailure> call;   // Stage::trap: how
};
std::string to_text(const Failure& failure);
template <typename T>
using Outcome = std::expected<T, Failure>;

enum class Format : uint8_t { module_binary, module_text, component_binary, component_text, other };
Format format_of(std::span<const uint8_t> bytes);

// Outlives the stores and modules that come from it. Thread-safe.
class Engine {
 public:
  explicit Engine(Settings settings = {});
  ~Engine();

  const Settings& settings() const { return settings_; }
  runtime::Shared& shared() { return shared_; }
  runtime::TypeRegistry& types() { return shared_.types; }

  // A module, binary or text (told apart by content). A component is refused as unsupported: see format_of.
  Outcome<ModulePtr> load(std::vector<uint8_t> bytes);
  Outcome<ModulePtr> load_text(std::string_view text);
  Outcome<ModulePtr> load_valid(std::shared_ptr<const wasm::validate::ValidModule> valid);
  std::unique_ptr<Store> make_store() { return std::make_unique<Store>(shared_, settings_.store); }

  // A host function from one line: `engine.func({i32, i32}, {i32}, body)`; in engine terms.
  std::shared_ptr<const runtime::HostFunc> func(std::vector<wasm::ValType> params, std::vector<wasm::ValType> results, runtime::HostBody body,
                                                std::string name = {});

 private:
  Settings settings_;
  runtime::Shared shared_;
};

// Names for what modules import. Defining a name again replaces it. What is defined must outlive the linker's use, but
// host functions, which it keeps.
class Linker {
 public:
  void define(std::string_view module, std::string_view name, Extern item);
  void define(std::string_view module, std::string_view name, std::shared_ptr<const runtime::HostFunc> func);
  // All exports of `instance`, as module `module`.
  void define_instance(std::string_view module, Instance& instance);
  // Answers for names that were not defined (null: unknown).
  using Fallback = std::function<std::optional<Extern>(const wasm::Import& import, const runtime::ExternType& wanted)>;
  void set_fallback(Fallback fallback) { fallback_ = std::move(fallback); }

  std::optional<Extern> find(std::string_view module, std::string_view name) const;
  // The module's imports in order, or an error that names the first one missing and its type.
  Outcome<std::vector<Extern>> resolve(const runtime::Module& module) const;
  // Keeps the host functions alive with the store.
  Outcome<Instance*> instantiate(Store& store, const ModulePtr& module) const;
  const std::vector<std::shared_ptr<const runtime::HostFunc>>& host_funcs() const { return host_funcs_; }

 private:
  std::map<std::string, std::map<std::string, Extern, std::less<>>, std::less<>> items_;
  std::vector<std::shared_ptr<const runtime::HostFunc>> host_funcs_;
  Fallback fallback_;
};

}  // namespace wherry::engine
