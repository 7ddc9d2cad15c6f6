#include "runtime/component/instance.h"

#include "runtime/component/canon.h"

namespace wherry::runtime::component {
namespace {

namespace wc = wherry::component;

InstantiateFailure failure_of(CallFailure failure) {
  Error error{ErrorKind::invalid, std::string(abi::trap_text(failure.trap)), ""};
  if (failure.error) error = *failure.error;
  return {std::move(error), std::make_unique<CallFailure>(std::move(failure))};
}

}  // namespace

Instance::Instance(Store& store, std::shared_ptr<const Linked> linked, const InstanceOptions& options)
    : store_(store), linked_(std::move(linked)), options_(options), canons_(linked_->plan().canons.size()) {
  for (size_t i = 0; i < linked_->plan().component_parents.size(); ++i) states_.emplace_back(options_.handles_max);
  make_kinds();
}

Instance::~Instance() { drop_handles(); }

std::expected<std::unique_ptr<Instance>, InstantiateFailure> Instance::make(Store& store, std::shared_ptr<const Linked> linked,
                                                                            const InstanceOptions& options) {
  std::unique_ptr<Instance> instance(new Instance(store, std::move(linked), options));
  if (auto run = instance->run_steps(); !run) return std::unexpected(std::move(run).error());
  return instance;
}

void Instance::make_kinds() {
  const Plan& plan = linked_->plan();
  for (ResourceId id = 0; id < plan.resources.size(); ++id) {
    const ResourceKind* kind = linked_->kind(id);
    if (!kind) kind = &own_kinds_.emplace_back(ResourceKind{.name = plan.resources[id].name, .component = plan.resources[id].component});
    kinds_.push_back(kind);
  }
}

std::expected<void, InstantiateFailure> Instance::run_steps() {
  const Plan& plan = linked_->plan();
  std::vector<Extern> args;
  for (const wc::Step& step : plan.steps) {
    if (const auto* instantiation = std::get_if<wc::InstantiateStep>(&step)) {
      args.clear();
      for (const CoreSource& source : instantiation->args) args.push_back(resolve(source));
      auto made = instantiate(store_, linked_->module(instantiation->module), args);
      if (!made) return std::unexpected(std::move(made).error());
      cores_.push_back(*made);
      continue;
    }
    const auto& start = std::get<wc::StartStep>(step);
    if (start.func.kind != wc::FuncSource::Kind::lift) continue;  // one of the host's takes no arguments and gives nothing
    PlanExport as_export{.sort = wc::Sort::func, .func = start.func, .type = plan.lifts[start.func.index].type};
    if (auto result = call(as_export, {}); !result) return std::unexpected(failure_of(std::move(result).error()));
  }
  return {};
}

Extern Instance::resolve(const CoreSource& source) {
  if (source.kind == CoreSource::Kind::canon) return canon(source.from);
  return cores_[source.from]->at(source.extern_kind, source.index);
}

AbiEnv Instance::env(uint32_t component, const wc::AbiOptions& options) {
  AbiEnv env{this, component, nullptr, nullptr, options.encoding};
  if (options.memory) env.memory = resolve(*options.memory).memory;
  if (options.realloc) env.realloc = core_func(*options.realloc);
  return env;
}

const abi::Func* Instance::canon(uint32_t number) {
  Canon& canon = canons_[number];
  if (canon.plan) return &canon.func;
  canon.plan = &linked_->plan().canons[number];
  canon.instance = this;
  canon.env = env(canon.plan->component, canon.plan->options);
  if (canon.plan->op == wc::def::CanonOp::lower && canon.plan->callee.kind == wc::FuncSource::Kind::import)
    canon.host = linked_->import(canon.plan->callee.index);
  if (canon.plan->resource != wc::no_type) canon.kind = kinds_[canon.plan->resource];
  canon.func.type = linked_->canon_type(number);
  canon.func.entry = entry_of(canon);
  canon.func.body = &canon;
  return &canon.func;
}

void Instance::drop_handles() {
  for (ComponentState& state : states_) {
    for (Handle& handle : state.handles.all())
      if (handle.kind && handle.is_own && handle.kind->destroy) handle.kind->destroy(handle.rep);
    state.handles.clear();
  }
}

abi::Trap Instance::drop(abi::Thread& thread, const ResourceKind* kind, uint64_t rep) {
  if (!kind) return abi::Trap::none;
  if (kind->destroy) return kind->destroy(rep), abi::Trap::none;
  for (ResourceId id = 0; id < kinds_.size(); ++id) {
    if (kinds_[id] != kind || !linked_->plan().resources[id].destructor) continue;
    const abi::Func* const destructor = core_func(*linked_->plan().resources[id].destructor);
    abi::Slot values[1];
    values[0].u64 = rep;
    return call_slots(thread, *destructor, values);
  }
  return abi::Trap::none;
}

ValueResult Instance::call(const PlanExport& func, std::span<const Value> args) {
  Entered entered(store_);
  const auto refuse = [](std::string what) {
    CallFailure failure;
    failure.trap = abi::Trap::host_error;
    failure.error = Error{ErrorKind::invalid, std::move(what), ""};
    return std::unexpected(std::move(failure));
  };
  if (entered.failed()) return refuse("no stack could be had for the guest");
  if (func.sort != wc::Sort::func || func.func.kind != wc::FuncSource::Kind::lift) return refuse("this export is not a function of the component's own");
  if (linked_->plan().types.func(func.type).params.size() != args.size()) return refuse("the count of arguments is wrong");
  Value result;
  const abi::Trap trap = call_lift(entered.thread(), func.func.index, args, result);
  if (trap != abi::Trap::none) return std::unexpected(take_failure(entered.thread(), trap));
  return result;
}

// CanonicalABI.md, canon lift: arguments go in by the callee's realloc, the result comes out, post-return cleans up.
abi::Trap Instance::call_lift(abi::Thread& thread, uint32_t number, std::span<const Value> args, Value& result) {
  const Plan& plan = linked_->plan();
  const wc::Lift& lift = plan.lifts[number];
  const wc::FuncType& type = plan.types.func(lift.type);
  ComponentState& state = states_[lift.component];
  const AbiEnv env = this->env(lift.component, lift.options);
  Task task;
  Lower to(thread, env, &task);
  if (lift.options.is_async) return to.fail("async functions can't be called yet"), to.trap();
  if (failed_) return to.fail("the component trapped before and can't be entered again"), to.trap();
  if (state.entered) return to.fail("cannot enter component instance: it is already running"), to.trap();

  struct Entering {  // a trap leaves it entered for good
    ComponentState& state;
    bool& failed;
    bool done = false;
    Entering(ComponentState& state, bool& failed) : state(state), failed(failed) { state.entered = true; }
    ~Entering() { (done ? state.entered : failed) = !done; }
  } entering(state, failed_);

  abi::Slot values[wc::flat_params_max + 1] = {};
  lower_params(to, plan.types, type, args, values);
  if (to.failed()) return to.trap();
  if (const abi::Trap trap = call_slots(thread, *core_func(lift.callee), values); trap != abi::Trap::none) return trap;
  const abi::Slot first = values[0];
  {
    Lift from(thread, env);
    if (type.result_in_memory) {
      const wc::Type& of = plan.types[type.result];
      if (from.at(first.u32, of.size, of.align)) result = load(from, plan.types, type.result, first.u32);
    } else if (type.result != wc::no_type) {
      const abi::Slot* at = values;
      result = lift_flat(from, plan.types, type.result, at);
    }
    if (from.failed()) return from.trap();
  }
  if (task.borrows > 0) return to.fail("borrow handles still remain at the end of the call"), to.trap();
  if (lift.options.post_return) {
    state.may_leave = false;
    values[0] = first;
    if (const abi::Trap trap = call_slots(thread, *core_func(*lift.options.post_return), values); trap != abi::Trap::none) return trap;
    state.may_leave = true;
  }
  entering.done = true;
  return abi::Trap::none;
}

}  // namespace wherry::runtime::component
