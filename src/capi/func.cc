// Functions: the host's for guests to call, and calls of guests.
#include "capi/internal.h"

using namespace wherry;

namespace {

using Values = std::vector<wherry_val_t>;

// A callback of either form, as one taking wide values.
using Callback = std::function<wasm_trap_t*(const wherry_val_t* args, size_t arg_count, wherry_val_t* results, size_t result_count)>;

void drop_refs(Values& values) {
  for (wherry_val_t& value : values) {
    if (wasm_valkind_is_ref(value.kind)) delete value.of.ref;
  }
}

// An env pointer with what ends it.
std::shared_ptr<void> owned(void* env, void (*finalizer)(void*)) {
  return std::shared_ptr<void>(env, [finalizer](void* held) {
    if (finalizer) finalizer(held);
  });
}

Values wide_args(wasm_store_t& store, std::span<const capi::Value> values, const std::vector<wasm::ValType>& types) {
  Values wide;
  for (size_t i = 0; i < values.size(); ++i) wide.push_back(capi::from(store, values[i], types[i]));
  return wide;
}

// Runs a callback as a host function's body.
abi::Trap run(runtime::Caller& caller, wasm_store_t& store, const runtime::FuncType& type, const Callback& callback,
              std::span<const capi::Value> params, std::span<capi::Value> results) {
  Values args = wide_args(store, params, type.params), returned(results.size());
  for (wherry_val_t& value : returned) value.kind = WASM_I32;
  wasm_trap_t* trap = callback(args.data(), args.size(), returned.data(), returned.size());
  drop_refs(args);
  abi::Trap outcome = trap ? capi::raise(caller, store, trap) : abi::Trap::none;
  for (size_t i = 0; !trap && i < results.size(); ++i) {
    const auto value = capi::into(store, returned[i], type.results[i]);
    if (!value) outcome = caller.fail({ErrorKind::invalid, "a host function's result doesn't have the type that it was declared with", ""});
    else results[i] = *value;
  }
  drop_refs(returned);
  return outcome;
}

wasm_func_t* make(wasm_store_t* store, const wasm_functype_t* declared, Callback callback) {
  const runtime::FuncType type = declared->type();
  auto made = runtime::make_host_values_func(
      store->types(), type,
      [store, type, callback = std::move(callback)](runtime::Caller& caller, std::span<const capi::Value> params, std::span<capi::Value> results) {
        return run(caller, *store, type, callback, params, results);
      });
  if (!made) return capi::fail(made.error()), nullptr;
  store->store->keep(*made);
  return new wasm_func_t(store, &(*made)->func());
}

// The standard's callbacks see vectors of the narrow values.
template <typename Call>
Callback narrow_callback(Call call) {
  return [call = std::move(call)](const wherry_val_t* args, size_t arg_count, wherry_val_t* results, size_t result_count) {
    std::vector<wasm_val_t> narrow_args, narrow_results(result_count, wasm_val_t WASM_INIT_VAL);
    for (size_t i = 0; i < arg_count; ++i) narrow_args.push_back(capi::narrow(args[i]));
    const wasm_val_vec_t given{narrow_args.size(), narrow_args.data()};
    wasm_val_vec_t returned{narrow_results.size(), narrow_results.data()};
    wasm_trap_t* trap = call(&given, &returned);
    for (size_t i = 0; i < result_count; ++i) results[i] = capi::widen(narrow_results[i]);
    return trap;
  };
}

wasm_trap_t* refused(wasm_store_t* store, std::string message) {
  auto* trap = new wasm_trap_t(store);
  trap->state->message = trap->state->text = std::move(message);
  return trap;
}

}  // namespace

wasm_func_t* wasm_func_new(wasm_store_t* store, const wasm_functype_t* type, wasm_func_callback_t callback) {
  return make(store, type, narrow_callback(callback));
}

wasm_func_t* wasm_func_new_with_env(wasm_store_t* store, const wasm_functype_t* type, wasm_func_callback_with_env_t callback, void* env,
                                    void (*finalizer)(void*)) {
  return make(store, type, narrow_callback([callback, env = owned(env, finalizer)](const wasm_val_vec_t* args, wasm_val_vec_t* results) {
                return callback(env.get(), args, results);
              }));
}

wasm_func_t* wherry_func_new(wasm_store_t* store, const wasm_functype_t* type, wherry_func_callback_t callback, void* env, void (*finalizer)(void*)) {
  return make(store, type, [callback, env = owned(env, finalizer)](const wherry_val_t* args, size_t arg_count, wherry_val_t* results, size_t result_count) {
    return callback(env.get(), args, arg_count, results, result_count);
  });
}

wasm_functype_t* wasm_func_type(const wasm_func_t* func) {
  const runtime::FuncType type = func->store->types().func_type(func->func->type);
  return new wasm_functype_t(type.params, type.results);
}
size_t wasm_func_param_arity(const wasm_func_t* func) { return func->store->types().func_type(func->func->type).params.size(); }
size_t wasm_func_result_arity(const wasm_func_t* func) { return func->store->types().func_type(func->func->type).results.size(); }

wasm_trap_t* wherry_func_call(const wasm_func_t* func, const wherry_val_t* args, size_t arg_count, wherry_val_t* results, size_t result_count) {
  wasm_store_t& store = *func->store;
  const runtime::FuncType type = store.types().func_type(func->func->type);
  if (arg_count != type.params.size() || result_count != type.results.size()) return refused(&store, "the number of arguments or results is not the function's");
  std::vector<capi::Value> params;
  for (size_t i = 0; i < arg_count; ++i) {
    const auto value = capi::into(store, args[i], type.params[i]);
    if (!value) return refused(&store, "an argument doesn't have the type of the function's parameter");
    params.push_back(*value);
  }
  auto outcome = runtime::call(*store.store, *func->func, params);
  if (!outcome) return capi::make_trap(&store, std::move(outcome).error());
  for (size_t i = 0; i < result_count; ++i) results[i] = capi::from(store, (*outcome)[i], type.results[i]);
  return nullptr;
}

wasm_trap_t* wasm_func_call(const wasm_func_t* func, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  const runtime::FuncType type = func->store->types().func_type(func->func->type);
  for (const auto* types : {&type.params, &type.results}) {
    for (const wasm::ValType value : *types) {
      if (value.is_vector()) return refused(func->store, "the function takes or gives v128: call it with wherry_func_call");
    }
  }
  Values wide_args, wide_results(results ? results->size : 0);
  for (size_t i = 0; args && i < args->size; ++i) wide_args.push_back(capi::widen(args->data[i]));
  wasm_trap_t* trap = wherry_func_call(func, wide_args.data(), wide_args.size(), wide_results.data(), wide_results.size());
  for (size_t i = 0; !trap && i < wide_results.size(); ++i) results->data[i] = capi::narrow(wide_results[i]);
  return trap;
}

bool wherry_func_is_numeric(const wasm_func_t* func, const wasm_valkind_t* params, size_t param_count, const wasm_valkind_t* results, size_t result_count) {
  const runtime::FuncType type = func->store->types().func_type(func->func->type);
  const auto are = [](const std::vector<wasm::ValType>& types, const wasm_valkind_t* kinds, size_t count) {
    if (types.size() != count) return false;
    for (size_t i = 0; i < count; ++i) {
      const wasm_valtype_t type{types[i]};
      if (!types[i].is_num() || wasm_valtype_kind(&type) != kinds[i]) return false;
    }
    return true;
  };
  return (are(type.params, params, param_count) && are(type.results, results, result_count)) || capi::fail("the function doesn't have these parameters and results");
}

wasm_trap_t* wherry_func_call_slots(const wasm_func_t* func, wherry_slot_t* slots) {
  static_assert(sizeof(wherry_slot_t) == sizeof(abi::Slot));
  auto outcome = runtime::call_slots(*func->store->store, *func->func, reinterpret_cast<abi::Slot*>(slots));
  return outcome ? nullptr : capi::make_trap(func->store, std::move(outcome).error());
}
