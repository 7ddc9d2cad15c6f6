#include "wasi/p2/program.h"

#include <fmt/format.h>

#include <thread>

#include "component/decode.h"
#include "component/plan.h"
#include "wasi/p2/http_types.h"
#include "wasi/p2/interfaces.h"

namespace wherry::wasi::p2 {
namespace {

using runtime::CallFailure;
using runtime::component::Instance;
using runtime::component::PlanExport;
using runtime::component::Value;

CallFailure failure_of(runtime::InstantiateFailure failure) {
  if (failure.call) return std::move(*failure.call);
  CallFailure result;
  result.trap = abi::Trap::host_error;
  result.error = std::move(failure.error);
  return result;
}

std::unexpected<CallFailure> fail(std::string what) {
  CallFailure failure;
  failure.trap = abi::Trap::host_error;
  failure.error = Error{ErrorKind::invalid, std::move(what), ""};
  return std::unexpected(std::move(failure));
}

const PlanExport* find_func(const Program& program, std::string_view interface, std::string_view name) {
  const PlanExport* const instance = program.linked().find_export(interface);
  if (!instance) return nullptr;
  const auto found = instance->exports.find(name);
  return found == instance->exports.end() ? nullptr : &found->second;
}

template <typename R>
Value handle_value(R* resource) { return Value::of(uint64_t(reinterpret_cast<uintptr_t>(resource))); }

// What the guest set, made into an answer: a response without a body ends here, an error is reported.
Result<void> conclude(const ResponseOutparam::Answer& answer, ResponseSink& sink) {
  if (answer.error) return std::unexpected(Error{ErrorKind::unavailable, "the guest answered with an error: " + to_text(*answer.error), ""});
  if (!answer.response) return std::unexpected(Error{ErrorKind::invalid, "the guest returned without an answer", ""});
  if (!answer.response->body_taken) return sink.finish({});
  return {};
}

}  // namespace

Result<std::shared_ptr<const Program>> Program::load(engine::Engine& engine, std::vector<uint8_t> bytes) {
  const engine::Settings& settings = engine.settings();
  component::PlanOptions options{.features = settings.features, .threads = std::max(1u, settings.validate_threads)};
  options.limits.core = settings.limits;
  const auto decoded = TRY(component::decode(std::make_shared<const std::vector<uint8_t>>(std::move(bytes)), options.limits));
  const auto plan = TRY(component::plan(decoded, options));
  std::vector<engine::ModulePtr> modules;
  for (const auto& valid : plan->modules) {
    auto module = engine.load_valid(valid);
    if (!module) return std::unexpected(std::move(module.error().error));
    modules.push_back(std::move(*module));
  }
  auto program = std::make_shared<Program>();
  program->linked_ = TRY(rc::Linked::make(engine.types(), plan, std::move(modules), interfaces()));
  return program;
}

Program::Instantiated Program::instantiate(engine::Store& store, Context& context) const {
  return Instance::make(store, linked_, {.host = &context});
}

std::expected<int32_t, CallFailure> run(const Program& program, engine::Store& store, Context& context) {
  const PlanExport* const func = find_func(program, "wasi:cli/run", "run");
  if (!func) return fail("the component has no wasi:cli/run to run");
  auto instance = program.instantiate(store, context);
  if (!instance) {
    CallFailure failure = failure_of(std::move(instance).error());
    if (failure.trap == abi::Trap::exit) return failure.exit_code;
    return std::unexpected(std::move(failure));
  }
  const auto result = (*instance)->call(*func, {});
  if (result) return result->number == 0 ? 0 : 1;
  if (result.error().trap == abi::Trap::exit) return result.error().exit_code;
  return std::unexpected(result.error());
}

Result<void> handle(const Program& program, engine::Store& store, Context& context, HttpRequest request, ResponseSink& sink) {
  const auto failed = [](const CallFailure& failure) {
    return std::unexpected(Error{ErrorKind::invalid, "the guest failed: " + runtime::to_text(failure), ""});
  };
  const PlanExport* const func = find_func(program, "wasi:http/incoming-handler", "handle");
  if (!func) return std::unexpected(Error{ErrorKind::unsupported, "the component exports no wasi:http/incoming-handler", ""});
  auto instance = program.instantiate(store, context);
  if (!instance) return failed(failure_of(std::move(instance).error()));

  auto incoming = std::make_unique<IncomingRequest>();
  incoming->method = std::move(request.method);
  incoming->target = std::move(request.target);
  incoming->scheme = std::move(request.scheme);
  incoming->authority = std::move(request.authority);
  incoming->fields = std::make_shared<FieldList>(std::move(request.fields));
  incoming->body = request.body;
  ResponseOutparam::Answer answer;
  auto outparam = std::make_unique<ResponseOutparam>(sink, answer);
  // Both belong to the guest from here on.
  const Value args[] = {handle_value(incoming.release()), handle_value(outparam.release())};
  const auto result = (*instance)->call(*func, args);
  if (!result && !(result.error().trap == abi::Trap::exit && result.error().exit_code == 0 && answer.response)) return failed(result.error());
  return conclude(answer, sink);
}

}  // namespace wherry::wasi::p2
