// The C++ face of Wherry (C++20): owning types over the C API, so that it works with every compiler and standard library.
//
//   wherry::Engine engine;
//   auto module = engine.module(text_or_bytes);          // Result<Module>
//   wherry::Store store(engine, {.memory_bytes_max = 16 << 20});
//   auto instance = store.instantiate(*module, {imports...});
//   auto add = instance->func("add").typed<int32_t(int32_t, int32_t)>();
//   auto sum = (*add)(1, 2);                             // Result<int32_t>
//
// Nothing throws: what can go wrong gives a Result, which holds the value or a Failure with its text and, where guest code
// ended it, the Trap. A store and what belongs to it is used by one thread at a time and must outlive its objects.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <wherry/wherry.h>

namespace wherry {

namespace detail {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* held) const { release(held); }
};
template <typename T, auto release>
using Owned = std::unique_ptr<T, Release<release>>;

inline std::string taken(wasm_byte_vec_t bytes) {
  std::string text(bytes.data, bytes.size);
  wasm_byte_vec_delete(&bytes);
  if (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

template <typename T>
constexpr wasm_valkind_t kind_of() {
  if constexpr (std::is_same_v<T, int32_t> || std::is_same_v<T, uint32_t>) return WASM_I32;
  else if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t>) return WASM_I64;
  else if constexpr (std::is_same_v<T, float>) return WASM_F32;
  else {
    static_assert(std::is_same_v<T, double>, "typed functions take and give 32- and 64-bit integers, float and double");
    return WASM_F64;
  }
}

template <typename T>
T get(const wherry_slot_t& slot) {
  if constexpr (kind_of<T>() == WASM_I32) return T(slot.i32);
  else if constexpr (kind_of<T>() == WASM_I64) return T(slot.i64);
  else if constexpr (kind_of<T>() == WASM_F32) return slot.f32;
  else return slot.f64;
}

template <typename T>
wherry_slot_t slot(T value) {
  wherry_slot_t slot{};
  if constexpr (kind_of<T>() == WASM_I32) slot.i32 = int32_t(value);
  else if constexpr (kind_of<T>() == WASM_I64) slot.i64 = int64_t(value);
  else if constexpr (kind_of<T>() == WASM_F32) slot.f32 = value;
  else slot.f64 = value;
  return slot;
}

// A function type as lists of kinds.
template <typename Result>
struct ResultOf {
  static constexpr std::array<wasm_valkind_t, 1> kinds{kind_of<Result>()};
  static Result load(const wherry_slot_t* slots) { return get<Result>(slots[0]); }
};
template <>
struct ResultOf<void> {
  static constexpr std::array<wasm_valkind_t, 0> kinds{};
};
template <typename... Results>
struct ResultOf<std::tuple<Results...>> {
  static constexpr std::array<wasm_valkind_t, sizeof...(Results)> kinds{kind_of<Results>()...};
  static std::tuple<Results...> load(const wherry_slot_t* slots) { return std::tuple<Results...>{get<Results>(*slots++)...}; }
};

}  // namespace detail

// Why guest code ended. Copies are cheap.
class Trap {
 public:
  explicit Trap(wasm_trap_t* trap) : trap_(trap, wasm_trap_delete) {}
  wherry_trap_kind_t kind() const { return wherry_trap_kind(trap_.get()); }
  std::string message() const {
    wasm_message_t message;
    wasm_trap_message(trap_.get(), &message);
    return detail::taken(message);
  }
  // With the backtrace, a frame a line.
  std::string text() const {
    wasm_message_t text;
    wherry_trap_text(trap_.get(), &text);
    return detail::taken(text);
  }
  const wasm_trap_t* get() const { return trap_.get(); }

 private:
  std::shared_ptr<wasm_trap_t> trap_;
};

struct Failure {
  std::string message;
  std::optional<Trap> trap;  // set where guest code ran and ended
};

template <typename T>
class [[nodiscard]] Result {
  using Held = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

 public:
  Result(Held value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : held_(std::in_place_index<1>, std::move(failure)) {}
  explicit operator bool() const { return held_.index() == 0; }
  Held& operator*() & { return std::get<0>(held_); }
  Held&& operator*() && { return std::get<0>(std::move(held_)); }
  const Held& operator*() const& { return std::get<0>(held_); }
  Held* operator->() { return &std::get<0>(held_); }
  const Failure& failure() const { return std::get<1>(held_); }

 private:
  std::variant<Held, Failure> held_;
};

namespace detail {
inline Failure last_failure() { return {wherry_error_message(), std::nullopt}; }
inline Failure failure(wasm_trap_t* raw) {
  Trap trap(raw);
  return {trap.message(), trap};
}
}  // namespace detail

using Limits = wherry_limits_t;
inline Limits default_limits() {
  Limits limits;
  wherry_limits_default(&limits);
  return limits;
}

struct Config {
  std::vector<std::string> disabled_features;
  bool metered = false;        // stores have fuel
  bool deterministic = false;
  uint64_t stack_bytes = 0;    // 0: the default
};

class Module {
 public:
  explicit Module(wasm_shared_module_t* shared) : shared_(shared, wasm_shared_module_delete) {}
  const wasm_shared_module_t* get() const { return shared_.get(); }

 private:
  std::shared_ptr<wasm_shared_module_t> shared_;
};

// Compiles modules; shared by stores and threads.
class Engine {
 public:
  Engine() : engine_(wasm_engine_new()) {}
  static Result<Engine> make(const Config& config) {
    detail::Owned<wasm_config_t, wasm_config_delete> raw(wasm_config_new());
    for (const std::string& feature : config.disabled_features) {
      if (!wherry_config_disable_feature(raw.get(), feature.c_str())) return detail::last_failure();
    }
    wherry_config_set_metered(raw.get(), config.metered);
    wherry_config_set_deterministic(raw.get(), config.deterministic);
    if (config.stack_bytes) wherry_config_set_stack_bytes(raw.get(), config.stack_bytes);
    return Engine(wasm_engine_new_with_config(raw.release()));
  }
  // From the binary or the text format.
  Result<Module> module(std::string_view bytes) const {
    detail::Owned<wasm_store_t, wasm_store_delete> store(wasm_store_new(engine_.get()));
    const wasm_byte_vec_t given{bytes.size(), const_cast<char*>(bytes.data())};
    detail::Owned<wasm_module_t, wasm_module_delete> module(wasm_module_new(store.get(), &given));
    if (!module) return detail::last_failure();
    return Module(wasm_module_share(module.get()));
  }
  wasm_engine_t* get() const { return engine_.get(); }

 private:
  explicit Engine(wasm_engine_t* engine) : engine_(engine) {}
  detail::Owned<wasm_engine_t, wasm_engine_delete> engine_;
};

template <typename Signature>
class TypedFunc;

class Func {
 public:
  explicit Func(wasm_func_t* func) : func_(func, wasm_func_delete) {}

  // The function with its type checked once, for calls without checks.
  template <typename Signature>
  Result<TypedFunc<Signature>> typed() const;

  // The general way: any values. The results are the caller's.
  Result<std::vector<wherry_val_t>> call(std::span<const wherry_val_t> args) const {
    std::vector<wherry_val_t> results(wasm_func_result_arity(func_.get()));
    if (wasm_trap_t* trap = wherry_func_call(func_.get(), args.data(), args.size(), results.data(), results.size())) return detail::failure(trap);
    return results;
  }
  wasm_func_t* get() const { return func_.get(); }

 private:
  std::shared_ptr<wasm_func_t> func_;
};

// `R(Args...)`: integers of 32 and 64 bits, float, double; R may be void or a std::tuple for several results.
template <typename R, typename... Args>
class TypedFunc<R(Args...)> {
 public:
  explicit TypedFunc(Func func) : func_(std::move(func)) {}

  Result<R> operator()(Args... args) const {
    constexpr size_t room = std::max({sizeof...(Args), detail::ResultOf<R>::kinds.size(), size_t(1)});
    std::array<wherry_slot_t, room> slots{detail::slot(args)...};
    if (wasm_trap_t* trap = wherry_func_call_slots(func_.get(), slots.data())) return detail::failure(trap);
    if constexpr (std::is_void_v<R>) return std::monostate();
    else return detail::ResultOf<R>::load(slots.data());
  }

 private:
  Func func_;
};

template <typename Signature>
struct SignatureKinds;
template <typename R, typename... Args>
struct SignatureKinds<R(Args...)> {
  static constexpr std::array<wasm_valkind_t, sizeof...(Args)> params{detail::kind_of<Args>()...};
  static constexpr auto results = detail::ResultOf<R>::kinds;
};

template <typename Signature>
Result<TypedFunc<Signature>> Func::typed() const {
  using Kinds = SignatureKinds<Signature>;
  if (!wherry_func_is_numeric(func_.get(), Kinds::params.data(), Kinds::params.size(), Kinds::results.data(), Kinds::results.size())) return detail::last_failure();
  return TypedFunc<Signature>(*this);
}

// A linear memory. The span is valid until guest code runs.
class Memory {
 public:
  explicit Memory(wasm_memory_t* memory) : memory_(memory, wasm_memory_delete) {}
  std::span<uint8_t> bytes() const { return {reinterpret_cast<uint8_t*>(wasm_memory_data(memory_.get())), wasm_memory_data_size(memory_.get())}; }
  uint64_t pages() const { return wherry_memory_size(memory_.get()); }
  bool grow(uint64_t delta_pages) const { return wherry_memory_grow(memory_.get(), delta_pages); }
  // `count` bytes at `address` as text, or nothing when they aren't all inside.
  std::optional<std::string_view> text(uint64_t address, uint64_t count) const {
    const auto all = bytes();
    if (address > all.size() || count > all.size() - address) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(all.data()) + address, size_t(count));
  }

 private:
  std::shared_ptr<wasm_memory_t> memory_;
};

class Instance {
 public:
  Instance(wasm_instance_t* instance, const Module& module, wasm_store_t* store) : instance_(instance, wasm_instance_delete), module_(module), store_(store) {}

  // The export of that name; nothing if there is none, or of another kind.
  std::optional<Func> func(std::string_view name) const {
    wasm_extern_t* item = find(name);
    wasm_func_t* found = item ? wasm_extern_as_func(item) : nullptr;
    auto func = found ? std::optional(Func(wasm_func_copy(found))) : std::nullopt;
    if (item) wasm_extern_delete(item);
    return func;
  }
  std::optional<Memory> memory(std::string_view name = "memory") const {
    wasm_extern_t* item = find(name);
    wasm_memory_t* found = item ? wasm_extern_as_memory(item) : nullptr;
    auto memory = found ? std::optional(Memory(wasm_memory_copy(found))) : std::nullopt;
    if (item) wasm_extern_delete(item);
    return memory;
  }
  // func(name) with its type, in one step.
  template <typename Signature>
  Result<TypedFunc<Signature>> typed(std::string_view name) const {
    const auto found = func(name);
    if (!found) return Failure{"there is no exported function \"" + std::string(name) + "\"", std::nullopt};
    return found->template typed<Signature>();
  }
  wasm_instance_t* get() const { return instance_.get(); }

 private:
  wasm_extern_t* find(std::string_view name) const {
    detail::Owned<wasm_module_t, wasm_module_delete> module(wasm_module_obtain(store_, module_.get()));
    wasm_exporttype_vec_t types;
    wasm_module_exports(module.get(), &types);
    wasm_extern_vec_t items;
    wasm_instance_exports(instance_.get(), &items);
    wasm_extern_t* found = nullptr;
    for (size_t i = 0; i < types.size && !found; ++i) {
      const wasm_name_t* exported = wasm_exporttype_name(types.data[i]);
      if (std::string_view(exported->data, exported->size) == name) std::swap(found, items.data[i]);
    }
    wasm_exporttype_vec_delete(&types);
    wasm_extern_vec_delete(&items);
    return found;
  }

  std::shared_ptr<wasm_instance_t> instance_;
  Module module_;
  wasm_store_t* store_;
};

// What instances live in, with its limits.
class Store {
 public:
  explicit Store(const Engine& engine) : store_(wasm_store_new(engine.get())) {}
  Store(const Engine& engine, const Limits& limits) : store_(wherry_store_new_with_limits(engine.get(), &limits)) {}

  // Guest code that runs longer ends with a trap. Zero: no deadline.
  void set_deadline(std::chrono::milliseconds wall, std::chrono::milliseconds cpu = {}) {
    wherry_store_set_deadline_ms(store_.get(), uint64_t(wall.count()), uint64_t(cpu.count()));
  }
  void set_fuel(uint64_t fuel) { wherry_store_set_fuel(store_.get(), fuel); }
  uint64_t fuel() const { return wherry_store_fuel(store_.get()); }
  void interrupt() { wherry_store_interrupt(store_.get()); }  // from any thread

  // A host function of C++: `store.func<int32_t(int32_t)>([](int32_t x) { return x + 1; })`.
  // It may return Result<R> to end the guest with a trap.
  template <typename Signature, typename Callable>
  Func func(Callable callable);

  // `imports` in the order in which the module declares them: functions made by this store, or exports of its instances.
  Result<Instance> instantiate(const Module& module, std::span<const Func> imports = {}) {
    detail::Owned<wasm_module_t, wasm_module_delete> obtained(wasm_module_obtain(store_.get(), module.get()));
    if (!obtained) return detail::last_failure();
    std::vector<wasm_extern_t*> items;
    for (const Func& func : imports) items.push_back(wasm_func_as_extern(func.get()));
    const wasm_extern_vec_t given{items.size(), items.data()};
    wasm_trap_t* trap = nullptr;
    wasm_instance_t* instance = wasm_instance_new(store_.get(), obtained.get(), &given, &trap);
    if (trap) return detail::failure(trap);
    if (!instance) return detail::last_failure();
    return Instance(instance, module, store_.get());
  }
  wasm_store_t* get() const { return store_.get(); }

 private:
  template <typename R, typename... Args, typename Callable>
  Func make_func(Callable callable, std::type_identity<R(Args...)>);
  detail::Owned<wasm_store_t, wasm_store_delete> store_;
};

namespace detail {

template <size_t count>
wasm_valtype_vec_t valtypes(const std::array<wasm_valkind_t, count>& kinds) {
  wasm_valtype_vec_t types;
  wasm_valtype_vec_new_uninitialized(&types, count);
  for (size_t i = 0; i < count; ++i) types.data[i] = wasm_valtype_new(kinds[i]);
  return types;
}

template <typename T>
T argument(const wherry_val_t& value) {
  wherry_slot_t slot{};
  static_assert(sizeof(slot) <= sizeof(value.of));
  __builtin_memcpy(&slot, &value.of, sizeof slot);
  return get<T>(slot);
}

template <typename T>
void give(wherry_val_t* out, T value) {
  const wherry_slot_t given = slot(value);
  out->kind = kind_of<T>();
  __builtin_memcpy(&out->of, &given, sizeof given);
}
template <typename... Ts>
void give(wherry_val_t* out, const std::tuple<Ts...>& values) {
  std::apply([&out](const Ts&... each) { (give(out++, each), ...); }, values);
}

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<Result<T>> : std::true_type {};

inline wasm_trap_t* trap_of(wasm_store_t* store, const Failure& failure) {
  if (failure.trap) return wasm_trap_copy(failure.trap->get());
  wasm_message_t message;
  wasm_name_new_from_string_nt(&message, failure.message.c_str());
  wasm_trap_t* trap = wasm_trap_new(store, &message);
  wasm_name_delete(&message);
  return trap;
}

}  // namespace detail

template <typename R, typename... Args, typename Callable>
Func Store::make_func(Callable callable, std::type_identity<R(Args...)>) {
  struct Env {
    Callable callable;
    wasm_store_t* store;
  };
  const auto run = [](void* raw, const wherry_val_t* args, size_t, wherry_val_t* results, size_t) -> wasm_trap_t* {
    Env& env = *static_cast<Env*>(raw);
    const auto call = [&]<size_t... i>(std::index_sequence<i...>) { return env.callable(detail::argument<Args>(args[i])...); };
    using Given = decltype(call(std::index_sequence_for<Args...>()));
    if constexpr (std::is_void_v<Given>) {
      call(std::index_sequence_for<Args...>());
    } else if constexpr (detail::IsResult<Given>::value) {
      const Given given = call(std::index_sequence_for<Args...>());
      if (!given) return detail::trap_of(env.store, given.failure());
      if constexpr (!std::is_void_v<R>) detail::give(results, *given);
    } else {
      detail::give(results, R(call(std::index_sequence_for<Args...>())));
    }
    return nullptr;
  };
  using Kinds = SignatureKinds<R(Args...)>;
  wasm_valtype_vec_t params = detail::valtypes(Kinds::params), results = detail::valtypes(Kinds::results);
  detail::Owned<wasm_functype_t, wasm_functype_delete> type(wasm_functype_new(&params, &results));
  auto* env = new Env{std::move(callable), store_.get()};
  return Func(wherry_func_new(store_.get(), type.get(), run, env, [](void* raw) { delete static_cast<Env*>(raw); }));
}

template <typename Signature, typename Callable>
Func Store::func(Callable callable) {
  return make_func(std::move(callable), std::type_identity<Signature>());
}

}  // namespace wherry
