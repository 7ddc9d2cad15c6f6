// References and values: their ways between the API and guests, and what embedders attach to objects.
#include <cstring>

#include "capi/internal.h"

using namespace wherry;

namespace wherry::capi {

std::optional<Value> into_ref(wasm_store_t& store, const wasm_ref_t* ref, wasm::ValType type) {
  const bool is_func = store.is_func(type);
  if (!ref) {
    if (!type.nullable()) return std::nullopt;
    return is_func ? Value::null_func() : Value::null_ref();
  }
  if (is_func) {
    const auto* func = dynamic_cast<const wasm_func_t*>(ref);
    if (!func) return std::nullopt;
    const auto given = wasm::ValType::reference({int32_t(func->func->type)}, false);
    return store.types().matches(given, type) ? std::optional(Value(func->func)) : std::nullopt;
  }
  if (const auto* object = dynamic_cast<const ObjectRef*>(ref)) return object->value;
  if (!store.types().matches(wasm::ValType::reference(wasm::heap::extern_, false), type)) return std::nullopt;
  // Anything else goes as a host object: guests can keep it and give it back.
  const uint64_t number = ref->kind == RefKind::foreign ? static_cast<const wasm_foreign_t*>(ref)->number : store.next_foreign++;
  if (!store.foreign.contains(number)) store.foreign.emplace(number, ref->copy());
  const abi::GcRef external = store.store->make_external(number);
  if (external == 0) return fail("the budget of the garbage-collected heap is used up"), std::nullopt;
  return store.store->value(external);
}

wasm_ref_t* from_ref(wasm_store_t& store, const Value& value, wasm::ValType) {
  if (value.is_null()) return nullptr;
  if (value.kind() == Value::Kind::func) return new wasm_func_t(&store, value.func());
  if (const auto number = store.store->external_value(value.ref())) {
    const auto found = store.foreign.find(*number);
    if (found != store.foreign.end()) return found->second->copy();
  }
  return new ObjectRef(&store, value);
}

std::optional<Value> into(wasm_store_t& store, const wherry_val_t& value, wasm::ValType type) {
  const auto number = [&](wasm_valkind_t kind, Value converted) { return value.kind == kind ? std::optional(converted) : std::nullopt; };
  switch (type.kind()) {
    case wasm::Kind::i32: return number(WASM_I32, value.of.i32);
    case wasm::Kind::i64: return number(WASM_I64, value.of.i64);
    case wasm::Kind::f32: return number(WASM_F32, value.of.f32);
    case wasm::Kind::f64: return number(WASM_F64, value.of.f64);
    case wasm::Kind::v128: {
      std::array<uint8_t, 16> bytes;
      std::memcpy(bytes.data(), value.of.v128, sizeof bytes);
      return number(WHERRY_V128, bytes);
    }
    default: return wasm_valkind_is_ref(value.kind) ? into_ref(store, value.of.ref, type) : std::nullopt;
  }
}

wherry_val_t from(wasm_store_t& store, const Value& value, wasm::ValType type) {
  wherry_val_t out{};
  switch (value.kind()) {
    case Value::Kind::i32: out.kind = WASM_I32, out.of.i32 = value.i32(); break;
    case Value::Kind::i64: out.kind = WASM_I64, out.of.i64 = value.i64(); break;
    case Value::Kind::f32: out.kind = WASM_F32, out.of.f32 = value.f32(); break;
    case Value::Kind::f64: out.kind = WASM_F64, out.of.f64 = value.f64(); break;
    case Value::Kind::v128: out.kind = WHERRY_V128, std::memcpy(out.of.v128, value.v128().data(), 16); break;
    case Value::Kind::func: out.kind = WASM_FUNCREF, out.of.ref = from_ref(store, value, type); break;
    case Value::Kind::ref: out.kind = WASM_EXTERNREF, out.of.ref = from_ref(store, value, type); break;
  }
  return out;
}

wherry_val_t widen(const wasm_val_t& value) {
  wherry_val_t wide{};
  wide.kind = value.kind;
  std::memcpy(&wide.of, &value.of, sizeof value.of);
  return wide;
}

wasm_val_t narrow(const wherry_val_t& value) {
  wasm_val_t narrowed{};
  narrowed.kind = value.kind;
  std::memcpy(&narrowed.of, &value.of, sizeof narrowed.of);
  return narrowed;
}

}  // namespace wherry::capi

void wasm_val_delete(wasm_val_t* value) {
  if (wasm_valkind_is_ref(value->kind)) delete value->of.ref;
  value->of.ref = nullptr;
}
void wasm_val_copy(wasm_val_t* out, const wasm_val_t* value) {
  *out = *value;
  if (wasm_valkind_is_ref(value->kind) && value->of.ref) out->of.ref = value->of.ref->copy();
}

namespace {

capi::HostInfo& info_of(const wasm_ref_t* ref) { return ref->store->infos[ref->identity]; }

void set_info(wasm_ref_t* ref, void* info, void (*finalizer)(void*)) {
  if (!ref->store) return;
  capi::HostInfo& held = info_of(ref);
  if (held.finalizer) held.finalizer(held.info);
  held = {info, finalizer};
}

void* get_info(const wasm_ref_t* ref) {
  if (!ref->store) return nullptr;
  const auto found = ref->store->infos.find(ref->identity);
  return found == ref->store->infos.end() ? nullptr : found->second.info;
}

template <typename Ref>
Ref* copied(const Ref* ref) {
  return static_cast<Ref*>(ref->copy());
}

bool same(const wasm_ref_t* a, const wasm_ref_t* b) { return a == b || (a && b && a->kind == b->kind && a->identity == b->identity); }

}  // namespace

#define WHERRY_REF_BASE(name)                                                                                                      \
  void wasm_##name##_delete(wasm_##name##_t* ref) { delete ref; }                                                                  \
  wasm_##name##_t* wasm_##name##_copy(const wasm_##name##_t* ref) { return copied(ref); }                                          \
  bool wasm_##name##_same(const wasm_##name##_t* a, const wasm_##name##_t* b) { return same(a, b); }                               \
  void* wasm_##name##_get_host_info(const wasm_##name##_t* ref) { return get_info(ref); }                                          \
  void wasm_##name##_set_host_info(wasm_##name##_t* ref, void* info) { set_info(ref, info, nullptr); }                             \
  void wasm_##name##_set_host_info_with_finalizer(wasm_##name##_t* ref, void* info, void (*finalizer)(void*)) { set_info(ref, info, finalizer); }

#define WHERRY_REF(name)                                                                                                           \
  WHERRY_REF_BASE(name)                                                                                                            \
  wasm_ref_t* wasm_##name##_as_ref(wasm_##name##_t* ref) { return ref; }                                                           \
  const wasm_ref_t* wasm_##name##_as_ref_const(const wasm_##name##_t* ref) { return ref; }                                         \
  wasm_##name##_t* wasm_ref_as_##name(wasm_ref_t* ref) { return dynamic_cast<wasm_##name##_t*>(ref); }                             \
  const wasm_##name##_t* wasm_ref_as_##name##_const(const wasm_ref_t* ref) { return dynamic_cast<const wasm_##name##_t*>(ref); }

#define WHERRY_EXTERN(name)                                                                                                        \
  WHERRY_REF(name)                                                                                                                 \
  wasm_extern_t* wasm_##name##_as_extern(wasm_##name##_t* item) { return item; }                                                   \
  const wasm_extern_t* wasm_##name##_as_extern_const(const wasm_##name##_t* item) { return item; }                                 \
  wasm_##name##_t* wasm_extern_as_##name(wasm_extern_t* item) { return dynamic_cast<wasm_##name##_t*>(item); }                     \
  const wasm_##name##_t* wasm_extern_as_##name##_const(const wasm_extern_t* item) { return dynamic_cast<const wasm_##name##_t*>(item); }

WHERRY_REF_BASE(ref)
WHERRY_REF(extern)
WHERRY_REF(trap)
WHERRY_REF(foreign)
WHERRY_REF(module)
WHERRY_REF(instance)
WHERRY_EXTERN(func)
WHERRY_EXTERN(global)
WHERRY_EXTERN(table)
WHERRY_EXTERN(memory)
WHERRY_EXTERN(tag)

wasm_foreign_t* wasm_foreign_new(wasm_store_t* store) { return new wasm_foreign_t(store, store->next_foreign++); }
