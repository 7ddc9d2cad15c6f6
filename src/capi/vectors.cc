// The standard's vectors: arrays that own their elements.
#include <cstdlib>

#include "capi/internal.h"

namespace {

// Deleting and copying of an element that is a handle …
#define WHERRY_POINTER(name)                                                                           \
  void drop(wasm_##name##_t* element) { wasm_##name##_delete(element); }                               \
  wasm_##name##_t* duplicate(wasm_##name##_t* element) { return element ? wasm_##name##_copy(element) : nullptr; }
WHERRY_POINTER(valtype)
WHERRY_POINTER(functype)
WHERRY_POINTER(globaltype)
WHERRY_POINTER(tabletype)
WHERRY_POINTER(memorytype)
WHERRY_POINTER(tagtype)
WHERRY_POINTER(externtype)
WHERRY_POINTER(importtype)
WHERRY_POINTER(exporttype)
WHERRY_POINTER(frame)
WHERRY_POINTER(extern)
#undef WHERRY_POINTER
// … and of one that is a value.
void drop(wasm_byte_t) {}
wasm_byte_t duplicate(wasm_byte_t byte) { return byte; }
void drop(wasm_val_t& value) { wasm_val_delete(&value); }
wasm_val_t duplicate(const wasm_val_t& value) {
  wasm_val_t copy;
  wasm_val_copy(&copy, &value);
  return copy;
}

template <typename Vector, typename Element = std::remove_pointer_t<decltype(Vector::data)>>
void allocate(Vector* out, size_t size) {
  out->size = size;
  out->data = size ? new Element[size]() : nullptr;
}

}  // namespace

#define WHERRY_VECTOR(name, pointer)                                                                              \
  void wasm_##name##_vec_new_empty(wasm_##name##_vec_t* out) { allocate(out, 0); }                                \
  void wasm_##name##_vec_new_uninitialized(wasm_##name##_vec_t* out, size_t size) { allocate(out, size); }        \
  void wasm_##name##_vec_new(wasm_##name##_vec_t* out, size_t size, wasm_##name##_t pointer const data[]) {       \
    allocate(out, size);                                                                                          \
    for (size_t i = 0; i < size; ++i) out->data[i] = data[i];                                                     \
  }                                                                                                               \
  void wasm_##name##_vec_copy(wasm_##name##_vec_t* out, const wasm_##name##_vec_t* from) {                        \
    allocate(out, from->size);                                                                                    \
    for (size_t i = 0; i < from->size; ++i) out->data[i] = duplicate(from->data[i]);                              \
  }                                                                                                               \
  void wasm_##name##_vec_delete(wasm_##name##_vec_t* vector) {                                                    \
    for (size_t i = 0; vector->data && i < vector->size; ++i) drop(vector->data[i]);                              \
    delete[] vector->data;                                                                                        \
    allocate(vector, 0);                                                                                          \
  }
WHERRY_VECTOR(byte, )
WHERRY_VECTOR(val, )
WHERRY_VECTOR(valtype, *)
WHERRY_VECTOR(functype, *)
WHERRY_VECTOR(globaltype, *)
WHERRY_VECTOR(tabletype, *)
WHERRY_VECTOR(memorytype, *)
WHERRY_VECTOR(tagtype, *)
WHERRY_VECTOR(externtype, *)
WHERRY_VECTOR(importtype, *)
WHERRY_VECTOR(exporttype, *)
WHERRY_VECTOR(frame, *)
WHERRY_VECTOR(extern, *)
#undef WHERRY_VECTOR
