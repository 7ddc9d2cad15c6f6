// Runs .wast scripts and counts what held: each assert_* once, any other command only when it fails.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "abi/trap.h"
#include "wasm/features.h"
#include "wasm/limits.h"
#include "wast/value.h"

namespace wherry::wast {

// Where a module or a call ended.
enum class Stage : uint8_t { malformed, invalid, unlinkable, trap, unsupported };

struct Refusal {
  Stage stage;
  abi::Trap trap = abi::Trap::none;  // of Stage::trap; an exception that nobody caught is Trap::exception
  std::string message;
};

template <typename T>
using Outcome = std::expected<T, Refusal>;

enum class ModuleId : uint32_t {};
enum class InstanceId : uint32_t {};

// The engine as scripts see it: one store, the module `spectest` in it. Used by one thread.
class Host {
 public:
  virtual ~Host() = default;
  // Decodes and validates.
  virtual Outcome<ModuleId> compile(std::vector<uint8_t> bytes, wasm::Features features) = 0;
  // Imports come from the instances that `name` was called for.
  virtual Outcome<InstanceId> instantiate(ModuleId module) = 0;
  // From now on imports find the exports of `instance` under `name`, and no others.
  virtual void name(const std::string& name, InstanceId instance) = 0;
  virtual Outcome<std::vector<Value>> invoke(InstanceId instance, std::string_view function,
                                             std::span<const Value> arguments) = 0;
  virtual Outcome<Value> get(InstanceId instance, std::string_view global) = 0;
  // Whether the custom sections that we know (branch hints) fit the module.
  virtual Outcome<void> check_custom(ModuleId module) = 0;

  // A host with a store of its own, for another thread; must not outlive this one.
  virtual std::unique_ptr<Host> thread() = 0;
  // An instance in this store whose exports are the shared memories that `instance` of `from` exports. Called by the
  // thread of `from`, before the thread of this one starts.
  virtual Outcome<InstanceId> adopt(Host& from, InstanceId instance) = 0;
};

struct Summary {
  uint64_t passed = 0, failed = 0;
};

struct Options {
  wasm::Features features;
  wasm::Limits limits;
  std::function<std::unique_ptr<Host>()> make_host;  // one a script
};

// Takes one line, without the newline.
using Output = std::function<void(std::string_view line)>;

// One script. `name` stands in front of what goes to `output`: "file.wast:12: expected …, got …", a line a failure.
Summary run_script(std::string_view name, std::string_view text, const Options& options, const Output& output);

// Files, and all *.wast in folders and below, in the order of their names. A file that can't be read is a failure.
// The last line is "N passed, M failed".
Summary run_files(std::span<const std::string> paths, const Options& options, const Output& output);

}  // namespace wherry::wast
