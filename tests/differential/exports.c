// Runs all exports of modules and says what came of it, for comparison with another engine.
// Reads paths of modules from standard input, a line each. For each module it prints what happened, a line each:
//   refused TEXT | func N: RESULTS | func N: trap | func N: exhausted | memory N: BYTES HASH | global N: VALUE, N the export's number
// and then a line `end`. Functions whose parameters or results are not numbers are left out. NaNs print as nan, whatever their bits.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <wherry/wherry.h>

static const int64_t arguments[] = {0, 1, -1, 0x7fffffff, 42, -0x80000000LL, 3, 1000};

static bool is_number(wasm_valkind_t kind) { return kind <= WASM_F64; }

static bool all_numbers(const wasm_valtype_vec_t* types) {
  for (size_t i = 0; i < types->size; i++) if (!is_number(wasm_valtype_kind(types->data[i]))) return false;
  return true;
}

static wasm_val_t argument(wasm_valkind_t kind, size_t number) {
  const int64_t value = arguments[number % (sizeof arguments / sizeof *arguments)];
  wasm_val_t result = {.kind = kind};
  switch (kind) {
    case WASM_I32: result.of.i32 = (int32_t)value; break;
    case WASM_I64: result.of.i64 = value; break;
    case WASM_F32: result.of.f32 = (float)value; break;
    default: result.of.f64 = (double)value; break;
  }
  return result;
}

static void print_value(const wasm_val_t* value) {
  uint32_t bits32;
  uint64_t bits64;
  switch (value->kind) {
    case WASM_I32: printf(" %" PRId32, value->of.i32); break;
    case WASM_I64: printf(" %" PRId64, value->of.i64); break;
    case WASM_F32:
      memcpy(&bits32, &value->of.f32, 4);
      isnan(value->of.f32) ? printf(" nan") : printf(" f%" PRIx32, bits32);
      break;
    case WASM_F64:
      memcpy(&bits64, &value->of.f64, 8);
      isnan(value->of.f64) ? printf(" nan") : printf(" F%" PRIx64, bits64);
      break;
    default: printf(" ref"); break;
  }
}

static void print_trap(wasm_trap_t* trap) {
  const wherry_trap_kind_t kind = wherry_trap_kind(trap);
  const bool exhausted = kind == WHERRY_TRAP_STACK_OVERFLOW || kind == WHERRY_TRAP_OUT_OF_MEMORY || kind == WHERRY_TRAP_DEADLINE;
  printf(exhausted ? " exhausted" : " trap");
  wasm_trap_delete(trap);
}

static void run_func(const wasm_func_t* func) {
  wasm_functype_t* type = wasm_func_type(func);
  const wasm_valtype_vec_t *params = wasm_functype_params(type), *results = wasm_functype_results(type);
  if (all_numbers(params) && all_numbers(results)) {
    wasm_val_vec_t args, values;
    wasm_val_vec_new_uninitialized(&args, params->size);
    wasm_val_vec_new_uninitialized(&values, results->size);
    for (size_t i = 0; i < params->size; i++) args.data[i] = argument(wasm_valtype_kind(params->data[i]), i);
    wasm_trap_t* trap = wasm_func_call(func, &args, &values);
    if (trap) print_trap(trap);
    for (size_t i = 0; !trap && i < values.size; i++) print_value(&values.data[i]);
    wasm_val_vec_delete(&args);
    wasm_val_vec_delete(&values);
  } else {
    printf(" left out");
  }
  wasm_functype_delete(type);
}

static void print_memory(wasm_memory_t* memory) {
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  const unsigned char* bytes = (const unsigned char*)wasm_memory_data(memory);
  for (size_t i = 0; i < wasm_memory_data_size(memory); i++) hash = (hash ^ bytes[i]) * 1099511628211u;
  printf(" %zu %" PRIx64, wasm_memory_data_size(memory), hash);
}

// All functions first, in order, then what they left behind.
static void run_exports(const wasm_instance_t* instance) {
  wasm_extern_vec_t items;
  wasm_instance_exports(instance, &items);
  for (int functions = 1; functions >= 0; functions--) {
    for (size_t i = 0; i < items.size; i++) {
      wasm_extern_t* item = items.data[i];
      const wasm_externkind_t kind = wasm_extern_kind(item);
      if ((kind == WASM_EXTERN_FUNC) != functions || (kind != WASM_EXTERN_FUNC && kind != WASM_EXTERN_MEMORY && kind != WASM_EXTERN_GLOBAL)) continue;
      printf("%s %zu:", kind == WASM_EXTERN_FUNC ? "func" : kind == WASM_EXTERN_MEMORY ? "memory" : "global", i);
      if (kind == WASM_EXTERN_FUNC) run_func(wasm_extern_as_func(item));
      if (kind == WASM_EXTERN_MEMORY) print_memory(wasm_extern_as_memory(item));
      if (kind == WASM_EXTERN_GLOBAL) {
        wherry_val_t value;
        wherry_global_get(wasm_extern_as_global(item), &value);
        wasm_val_t narrow = {.kind = value.kind};
        if (is_number(value.kind)) memcpy(&narrow.of, &value.of, sizeof narrow.of);
        print_value(&narrow);
        if (wasm_valkind_is_ref(value.kind) && value.of.ref) wasm_ref_delete(value.of.ref);
      }
      printf("\n");
    }
  }
  wasm_extern_vec_delete(&items);
}

static void run_module(wasm_engine_t* engine, const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file) {
    printf("refused can't read %s\n", path);
    return;
  }
  wasm_byte_vec_t bytes;
  fseek(file, 0, SEEK_END);
  wasm_byte_vec_new_uninitialized(&bytes, (size_t)ftell(file));
  rewind(file);
  const size_t size = fread(bytes.data, 1, bytes.size, file);
  fclose(file);
  wasm_store_t* store = wasm_store_new(engine);
  wherry_store_set_deadline_ms(store, 10000, 0);
  wasm_module_t* module = size == bytes.size ? wasm_module_new(store, &bytes) : NULL;
  wasm_byte_vec_delete(&bytes);
  if (!module) {
    printf("refused %s\n", wherry_error_message());
  } else {
    wasm_extern_vec_t none = WASM_EMPTY_VEC;
    wasm_trap_t* trap = NULL;
    wasm_instance_t* instance = wasm_instance_new(store, module, &none, &trap);
    if (instance) run_exports(instance);
    else if (trap) printf("start:"), print_trap(trap), printf("\n");
    else printf("unlinkable %s\n", wherry_error_message());
    if (instance) wasm_instance_delete(instance);
    wasm_module_delete(module);
  }
  wasm_store_delete(store);
}

int main(void) {
  wasm_engine_t* engine = wasm_engine_new();
  char path[4096];
  while (fgets(path, sizeof path, stdin)) {
    path[strcspn(path, "\n")] = 0;
    run_module(engine, path);
    printf("end\n");
    fflush(stdout);
  }
  wasm_engine_delete(engine);
  return 0;
}
