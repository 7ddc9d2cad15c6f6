// The same as plugins.cc through the C API: three tenants' plug-ins, each in a store of its own with its own limits.
//   plugins_c greeter.wat primes.wat hostile.wat
#include <stdio.h>
#include <stdlib.h>

#include <wherry/wherry.h>

typedef struct {
  const char* name;
  wasm_store_t* store;
  wasm_instance_t* instance;
  wasm_func_t* work;
  wasm_memory_t* memory;  // null if it exports none
} tenant_t;

static bool read_file(const char* path, wasm_byte_vec_t* out) {
  FILE* file = fopen(path, "rb");
  if (!file) return false;
  fseek(file, 0, SEEK_END);
  wasm_byte_vec_new_uninitialized(out, (size_t)ftell(file));
  rewind(file);
  const bool read = fread(out->data, 1, out->size, file) == out->size;
  fclose(file);
  return read;
}

// `host.log`: the plug-in passes a range of its memory, which is checked before it is read.
static wasm_trap_t* log_text(void* env, const wasm_val_vec_t* args, wasm_val_vec_t* results) {
  tenant_t* tenant = env;
  (void)results;
  const uint64_t address = (uint32_t)args->data[0].of.i32, count = (uint32_t)args->data[1].of.i32;
  if (!tenant->memory || address + count > wasm_memory_data_size(tenant->memory)) {
    wasm_message_t message;
    wasm_name_new_from_string_nt(&message, "log: the text is outside of the plug-in's memory");
    wasm_trap_t* trap = wasm_trap_new(tenant->store, &message);
    wasm_name_delete(&message);
    return trap;
  }
  printf("  [%s] %.*s\n", tenant->name, (int)count, wasm_memory_data(tenant->memory) + address);
  return NULL;
}

// Keeps the exports that the example uses: the function `work` and the memory.
static void take_exports(tenant_t* tenant) {
  wasm_extern_vec_t exports;
  wasm_instance_exports(tenant->instance, &exports);
  for (size_t i = 0; i < exports.size; i++) {
    wasm_func_t* func = wasm_extern_as_func(exports.data[i]);
    wasm_memory_t* memory = wasm_extern_as_memory(exports.data[i]);
    if (func) tenant->work = wasm_func_copy(func);
    if (memory) tenant->memory = wasm_memory_copy(memory);
  }
  wasm_extern_vec_delete(&exports);
}

static bool load(wasm_engine_t* engine, tenant_t* tenant, const char* path) {
  wherry_limits_t limits;
  wherry_limits_default(&limits);
  limits.memory_bytes_max = 8 << 20;
  limits.instances_max = 1;
  tenant->store = wherry_store_new_with_limits(engine, &limits);

  wasm_byte_vec_t bytes;
  if (!read_file(path, &bytes)) return fprintf(stderr, "%s: can't be read\n", path), false;
  wasm_module_t* module = wasm_module_new(tenant->store, &bytes);
  wasm_byte_vec_delete(&bytes);
  if (!module) return fprintf(stderr, "%s: %s\n", path, wherry_error_message()), false;

  wasm_functype_t* type = wasm_functype_new_2_0(wasm_valtype_new_i32(), wasm_valtype_new_i32());
  wasm_func_t* log = wasm_func_new_with_env(tenant->store, type, log_text, tenant, NULL);
  wasm_functype_delete(type);
  wasm_extern_t* items[] = {wasm_func_as_extern(log)};
  const wasm_extern_vec_t imports = WASM_ARRAY_VEC(items);
  tenant->instance = wasm_instance_new(tenant->store, module, &imports, NULL);
  wasm_func_delete(log);
  wasm_module_delete(module);
  if (!tenant->instance) return fprintf(stderr, "%s: %s\n", path, wherry_error_message()), false;
  take_exports(tenant);
  return tenant->work != NULL;
}

static void call(tenant_t* tenant, int32_t input) {
  wherry_store_set_deadline_ms(tenant->store, 200, 0);
  wasm_val_t arg[] = {WASM_I32_VAL(input)}, result[] = {WASM_INIT_VAL};
  const wasm_val_vec_t args = WASM_ARRAY_VEC(arg);
  wasm_val_vec_t results = WASM_ARRAY_VEC(result);
  wasm_trap_t* trap = wasm_func_call(tenant->work, &args, &results);
  if (!trap) {
    printf("%s(%d) = %d\n", tenant->name, input, result[0].of.i32);
    return;
  }
  wasm_message_t message;
  wasm_trap_message(trap, &message);
  printf("%s(%d) was stopped: %s\n", tenant->name, input, message.data);
  wasm_name_delete(&message);
  wasm_trap_delete(trap);
}

static void end(tenant_t* tenant) {
  if (tenant->work) wasm_func_delete(tenant->work);
  if (tenant->memory) wasm_memory_delete(tenant->memory);
  if (tenant->instance) wasm_instance_delete(tenant->instance);
  wasm_store_delete(tenant->store);
}

int main(int argc, char** argv) {
  if (argc != 4) return fprintf(stderr, "usage: plugins_c greeter.wat primes.wat hostile.wat\n"), 2;
  wasm_engine_t* engine = wasm_engine_new();
  tenant_t tenants[] = {{.name = "greeter"}, {.name = "primes"}, {.name = "hostile"}};
  int status = 0;
  for (int i = 0; i < 3; i++) {
    if (!load(engine, &tenants[i], argv[i + 1])) status = 1;
  }
  for (int32_t round = 0; status == 0 && round < 5; round++) {
    call(&tenants[2], round);
    call(&tenants[0], 10);
    call(&tenants[1], 1000);
  }
  for (int i = 0; i < 3; i++) end(&tenants[i]);
  wasm_engine_delete(engine);
  return status;
}
