// Scripts on the engine: one store a script, and one more for each of its threads.
#pragma once

#include <map>
#include <vector>

#include "engine/engine.h"
#include "wast/runner.h"

namespace wherry::wast {

class EngineHost : public Host {
 public:
  // `engine` outlives the host and all that come from it.
  explicit EngineHost(engine::Engine& engine);
  ~EngineHost() override;

  Outcome<ModuleId> compile(std::vector<uint8_t> bytes, wasm::Features features) override;
  Outcome<InstanceId> instantiate(ModuleId module) override;
  void name(const std::string& name, InstanceId instance) override;
  Outcome<std::vector<Value>> invoke(InstanceId instance, std::string_view function, std::span<const Value> arguments) override;
  Outcome<Value> get(InstanceId instance, std::string_view global) override;
  Outcome<void> check_custom(ModuleId module) override;
  std::unique_ptr<Host> thread() override;
  Outcome<InstanceId> adopt(Host& from, InstanceId instance) override;

 private:
  // An instance, or what another store's instance shares with us.
  struct Known {
    engine::Instance* instance = nullptr;
    std::map<std::string, engine::Extern, std::less<>> shared;
  };

  void define_spectest();
  void define_prints();
  std::optional<engine::Extern> find(const Known& known, std::string_view name);
  Result<runtime::Value> to_engine(const Value& value, wasm::ValType type);
  Value from_engine(const runtime::Value& value, wasm::ValType type);
  Value from_reference(abi::GcRef ref, wasm::ValType type);

  engine::Engine& engine_;
  std::unique_ptr<engine::Store> store_;
  engine::Linker linker_;
  std::vector<engine::ModulePtr> modules_;
  std::vector<Known> instances_;
  std::map<std::string, uint32_t, std::less<>> names_;
};

}  // namespace wherry::wast
