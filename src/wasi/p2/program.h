// A component that can be run many times: decoded, validated, linked with the interfaces of this room.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "runtime/component/instance.h"
#include "wasi/p2/context.h"

namespace wherry::wasi::p2 {

class Program {
 public:
  // The engine outlives the program.
  static Result<std::shared_ptr<const Program>> load(engine::Engine& engine, std::vector<uint8_t> bytes);

  const runtime::component::Linked& linked() const { return *linked_; }
  // A fresh instance in a store of its own. `context` outlives it.
  using Instantiated = std::expected<std::unique_ptr<runtime::component::Instance>, runtime::InstantiateFailure>;
  Instantiated instantiate(engine::Store& store, Context& context) const;

 private:
  std::shared_ptr<const runtime::component::Linked> linked_;
};

// Runs wasi:cli/run. The exit code, or why it failed.
std::expected<int32_t, runtime::CallFailure> run(const Program& program, engine::Store& store, Context& context);

// Answers one request through wasi:http/incoming-handler: on the current fiber, in a fresh instance in `store`.
// An Error when the guest trapped or didn't answer; its text has the backtrace.
struct HttpRequest {
  std::string method, target, scheme, authority;
  FieldList fields;
  BodySource* body = nullptr;
};
Result<void> handle(const Program& program, engine::Store& store, Context& context, HttpRequest request, ResponseSink& sink);

}  // namespace wherry::wasi::p2
