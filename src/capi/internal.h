// What stands behind the C API's opaque types. Handles are small objects of their own that refer to a store's objects;
// what an embedder attaches to an object (host info) lies in the store, by the object's address, so that all handles see it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"
#include "wherry/wherry.h"

namespace wherry::capi {

using runtime::Value;

// The text behind wherry_error_message, of the calling thread. `fail` returns false, for functions that report by null or false.
bool fail(std::string text);
bool fail(const Error& error);
void clear_error();

struct HostInfo {
  void* info = nullptr;
  void (*finalizer)(void*) = nullptr;
};

enum class RefKind : uint8_t { func, global, table, memory, tag, instance, module, trap, foreign, object };

// From and to the standard's vectors and names.
std::string to_string(const wasm_byte_vec_t& bytes);
void give_bytes(wasm_byte_vec_t* out, std::string_view bytes);

}  // namespace wherry::capi

// --- Types: they stand by themselves, in engine terms ---

struct wasm_valtype_t {
  wherry::wasm::ValType type;
};

struct wasm_externtype_t {
  explicit wasm_externtype_t(wasm_externkind_t kind) : kind(kind) {}
  virtual ~wasm_externtype_t() = default;
  virtual wasm_externtype_t* copy() const = 0;
  const wasm_externkind_t kind;
};

struct wasm_functype_t final : wasm_externtype_t {
  wasm_functype_t(const std::vector<wherry::wasm::ValType>& params, const std::vector<wherry::wasm::ValType>& results);
  ~wasm_functype_t() override;
  wasm_externtype_t* copy() const override;
  wherry::runtime::FuncType type() const;
  wasm_valtype_vec_t params, results;
};

struct wasm_globaltype_t final : wasm_externtype_t {
  explicit wasm_globaltype_t(wherry::wasm::GlobalType type) : wasm_externtype_t(WASM_EXTERN_GLOBAL), type(type), content{type.type} {}
  wasm_externtype_t* copy() const override { return new wasm_globaltype_t(type); }
  wherry::wasm::GlobalType type;
  wasm_valtype_t content;
};

struct wasm_tabletype_t final : wasm_externtype_t {
  explicit wasm_tabletype_t(wherry::wasm::TableType type);
  wasm_externtype_t* copy() const override { return new wasm_tabletype_t(type); }
  wherry::wasm::TableType type;
  wasm_valtype_t element;
  wasm_limits_t limits;
};

struct wasm_memorytype_t final : wasm_externtype_t {
  explicit wasm_memorytype_t(wherry::wasm::MemoryType type);
  wasm_externtype_t* copy() const override { return new wasm_memorytype_t(type); }
  wherry::wasm::MemoryType type;
  wasm_limits_t limits;
};

struct wasm_tagtype_t final : wasm_externtype_t {
  explicit wasm_tagtype_t(std::unique_ptr<wasm_functype_t> func) : wasm_externtype_t(WASM_EXTERN_TAG), func(std::move(func)) {}
  wasm_externtype_t* copy() const override;
  std::unique_ptr<wasm_functype_t> func;
};

struct wasm_importtype_t {
  ~wasm_importtype_t();
  wasm_name_t module, name;
  std::unique_ptr<wasm_externtype_t> type;
};

struct wasm_exporttype_t {
  ~wasm_exporttype_t();
  wasm_name_t name;
  std::unique_ptr<wasm_externtype_t> type;
};

// --- Engine and store ---

struct wasm_config_t {
  wherry::engine::Settings settings;
};

struct wasm_engine_t {
  std::shared_ptr<wherry::engine::Engine> engine;
};

struct wasm_ref_t;
struct wasm_trap_t;

struct wasm_store_t {
  explicit wasm_store_t(std::shared_ptr<wherry::engine::Engine> engine, const wherry::runtime::StoreLimits& limits);
  ~wasm_store_t();

  wherry::runtime::TypeRegistry& types() { return engine->types(); }
  bool is_func(wherry::wasm::ValType type) { return type.is_ref() && types().matches(type.heap(), wherry::wasm::heap::func); }

  std::shared_ptr<wherry::engine::Engine> engine;
  std::unordered_map<const void*, wherry::capi::HostInfo> infos;
  // Host objects that guests hold as externref, by the number that the engine keeps for them.
  std::map<uint64_t, std::unique_ptr<wasm_ref_t>> foreign;
  uint64_t next_foreign = 1;
  // What a callback returned, on its way through guest frames to the call that they ran in.
  std::unique_ptr<wasm_trap_t> pending;
  std::vector<wherry::engine::ModulePtr> modules;  // that instances came from
  std::unique_ptr<wherry::engine::Store> store;
};

// --- References ---

struct wasm_ref_t {
  wasm_ref_t(wasm_store_t* store, wherry::capi::RefKind kind, const void* identity) : store(store), kind(kind), identity(identity) {}
  virtual ~wasm_ref_t() = default;
  virtual wasm_ref_t* copy() const = 0;
  wasm_store_t* store;  // null: belongs to none
  wherry::capi::RefKind kind;
  const void* identity;  // the object's address: two handles of one object have the same
};

struct wasm_extern_t : wasm_ref_t {
  using wasm_ref_t::wasm_ref_t;
  virtual wherry::runtime::Extern item() const = 0;
};

#define WHERRY_EXTERN(name, pointer)                                                                                               \
  struct wasm_##name##_t final : wasm_extern_t {                                                                                   \
    wasm_##name##_t(wasm_store_t* store, pointer name) : wasm_extern_t(store, wherry::capi::RefKind::name, name), name(name) {}    \
    wasm_ref_t* copy() const override { return new wasm_##name##_t(store, name); }                                                 \
    wherry::runtime::Extern item() const override { return name; }                                                                 \
    pointer name;                                                                                                                  \
  };
WHERRY_EXTERN(func, const wherry::abi::Func*)
WHERRY_EXTERN(global, wherry::runtime::Global*)
WHERRY_EXTERN(table, wherry::runtime::Table*)
WHERRY_EXTERN(memory, wherry::runtime::Memory*)
WHERRY_EXTERN(tag, const wherry::abi::Tag*)
#undef WHERRY_EXTERN

struct wasm_instance_t final : wasm_ref_t {
  wasm_instance_t(wasm_store_t* store, wherry::runtime::Instance* instance) : wasm_ref_t(store, wherry::capi::RefKind::instance, instance), instance(instance) {}
  wasm_ref_t* copy() const override { return new wasm_instance_t(store, instance); }
  wherry::runtime::Instance* instance;
};

struct wasm_module_t final : wasm_ref_t {
  wasm_module_t(wasm_store_t* store, wherry::engine::ModulePtr module) : wasm_ref_t(store, wherry::capi::RefKind::module, module.get()), module(std::move(module)) {}
  wasm_ref_t* copy() const override { return new wasm_module_t(store, module); }
  wherry::engine::ModulePtr module;
};

struct wasm_shared_module_t {
  wherry::engine::ModulePtr module;
};

struct wasm_foreign_t final : wasm_ref_t {
  wasm_foreign_t(wasm_store_t* store, uint64_t number)
      : wasm_ref_t(store, wherry::capi::RefKind::foreign, reinterpret_cast<const void*>(uintptr_t(number) << 1 | 1)), number(number) {}
  wasm_ref_t* copy() const override { return new wasm_foreign_t(store, number); }
  uint64_t number;
};

namespace wherry::capi {

// A reference to an object of the garbage-collected heap: it can be kept, compared and given back to guests.
struct ObjectRef final : wasm_ref_t {
  ObjectRef(wasm_store_t* store, Value value)
      : wasm_ref_t(store, RefKind::object, reinterpret_cast<const void*>(uintptr_t(value.ref()))), value(std::move(value)) {}
  wasm_ref_t* copy() const override { return new ObjectRef(store, value); }
  Value value;
};

// Values of type `type` (engine terms) from and to the API's. `into` gives nothing when the value doesn't fit the type.
std::optional<Value> into(wasm_store_t& store, const wherry_val_t& value, wasm::ValType type);
wherry_val_t from(wasm_store_t& store, const Value& value, wasm::ValType type);
std::optional<Value> into_ref(wasm_store_t& store, const wasm_ref_t* ref, wasm::ValType type);
wasm_ref_t* from_ref(wasm_store_t& store, const Value& value, wasm::ValType type);
wherry_val_t widen(const wasm_val_t& value);
wasm_val_t narrow(const wherry_val_t& value);

std::unique_ptr<wasm_externtype_t> make_externtype(runtime::TypeRegistry& types, const runtime::ExternType& type);
wasm_extern_t* make_extern(wasm_store_t* store, const runtime::Extern& item);
wasm_trap_t* make_trap(wasm_store_t* store, runtime::CallFailure failure);
// Ends a host function's call with `trap`, which is given.
abi::Trap raise(runtime::Caller& caller, wasm_store_t& store, wasm_trap_t* trap);

}  // namespace wherry::capi

struct wasm_frame_t {
  wasm_store_t* store;
  wherry::runtime::Frame frame;
  std::unique_ptr<wasm_instance_t> instance;  // null: not of an instance
};

struct wasm_trap_t final : wasm_ref_t {
  explicit wasm_trap_t(wasm_store_t* store) : wasm_ref_t(store, wherry::capi::RefKind::trap, this), state(std::make_shared<State>()) { identity = state.get(); }
  wasm_trap_t(const wasm_trap_t&) = default;
  wasm_ref_t* copy() const override { return new wasm_trap_t(*this); }
  struct State {
    std::string message;
    wherry_trap_kind_t kind = WHERRY_TRAP_OTHER;
    wherry::abi::Trap trap = wherry::abi::Trap::host_error;
    std::vector<wherry::runtime::Frame> frames;
    std::string text;  // with the backtrace
    std::optional<wherry::runtime::Value> exception;
  };
  std::shared_ptr<State> state;
};
