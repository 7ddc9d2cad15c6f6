// The peer of the `start` and `density` benchmarks: wasmtime's pooling allocator through its C API, the same module, the same
// rounds. The library comes from the PyPI package `wasmtime`; it is loaded at run time, so nothing of it is needed to build.
//   cc -O2 wasmtime_start.c -ldl -lpthread -o wasmtime_start
//   wasmtime_start LIBRARY WAT start PAGES ROUNDS THREADS KEEP_RESIDENT_BYTES   -> "median_us p99_us"
//   wasmtime_start LIBRARY WAT density COUNT PAGES KEEP_RESIDENT_BYTES          -> "instances bytes_each"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct { size_t size; uint8_t* data; } bytes_t;
typedef struct { uint64_t store; void* item; } func_t;
typedef struct { uint8_t kind; union { func_t func; struct { uint64_t words[3]; } other; } of; } extern_t;
typedef struct { uint64_t store; size_t item; } instance_t;
typedef union { int32_t i32; uint8_t v128[16]; } raw_t;

static void* library;
static void* need(const char* name) {
  void* found = dlsym(library, name);
  if (!found) { fprintf(stderr, "wasmtime_start: the library has no %s\n", name); exit(1); }
  return found;
}
#define CALL(result, name, parameters) ((result(*) parameters)need(name))

// The entry points on the measured path, looked up once.
static void* (*store_new)(void*, void*, void*);
static void (*store_delete)(void*);
static void* (*store_context)(void*);
static void* (*instantiate)(const void*, void*, instance_t*, void**);
static bool (*export_get)(void*, const instance_t*, const char*, size_t, extern_t*);
static void* (*call)(void*, const func_t*, raw_t*, size_t, void**);

static void* engine;
static void* pre;
static int pages, rounds;

static double now_us(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e6 + t.tv_nsec / 1e3; }
static int ascending(const void* a, const void* b) { const double d = *(const double*)a - *(const double*)b; return (d > 0) - (d < 0); }
static void fail(const char* what) { fprintf(stderr, "wasmtime_start: %s\n", what); exit(1); }

static void make_pre(const char* wat, unsigned count, size_t keep_resident) {
  void* config = CALL(void*, "wasm_config_new", (void))();
  void* pool = CALL(void*, "wasmtime_pooling_allocation_config_new", (void))();
  CALL(void, "wasmtime_pooling_allocation_config_total_core_instances_set", (void*, uint32_t))(pool, count);
  CALL(void, "wasmtime_pooling_allocation_config_total_memories_set", (void*, uint32_t))(pool, count);
  CALL(void, "wasmtime_pooling_allocation_config_total_tables_set", (void*, uint32_t))(pool, count);
  CALL(void, "wasmtime_pooling_allocation_config_linear_memory_keep_resident_set", (void*, size_t))(pool, keep_resident);
  if (keep_resident) CALL(void, "wasmtime_pooling_allocation_config_table_keep_resident_set", (void*, size_t))(pool, 8192);
  CALL(void, "wasmtime_pooling_allocation_strategy_set", (void*, void*))(config, pool);
  engine = CALL(void*, "wasm_engine_new_with_config", (void*))(config);

  FILE* file = fopen(wat, "rb");
  static char text[1 << 20];
  if (!file) fail("can't read the module");
  const size_t size = fread(text, 1, sizeof text, file);
  bytes_t wasm;
  if (CALL(void*, "wasmtime_wat2wasm", (const char*, size_t, bytes_t*))(text, size, &wasm)) fail("can't assemble the module");
  void* module;
  if (CALL(void*, "wasmtime_module_new", (void*, const uint8_t*, size_t, void**))(engine, wasm.data, wasm.size, &module)) fail("can't compile the module");
  void* linker = CALL(void*, "wasmtime_linker_new", (void*))(engine);
  if (CALL(void*, "wasmtime_linker_instantiate_pre", (void*, const void*, void**))(linker, module, &pre)) fail("can't link the module");
}

// Instantiates and calls; the store is the caller's to delete. Null when there is no room for another.
static void* start(void) {
  void* store = store_new(engine, NULL, NULL);
  void* context = store_context(store);
  instance_t instance;
  void* trap = NULL;
  if (instantiate(pre, context, &instance, &trap) || trap) return NULL;
  extern_t touch;
  if (!export_get(context, &instance, "touch", 5, &touch)) fail("no export `touch`");
  raw_t values[1] = {{.i32 = pages}};
  if (call(context, &touch.of.func, values, 1, &trap) || trap) fail("`touch` failed");
  return store;
}

static void* measure(void* times) {
  double* us = times;
  for (int i = 0; i < rounds; i++) {
    const double begin = now_us();
    void* store = start();
    if (!store) fail("can't instantiate");
    store_delete(store);
    us[i] = now_us() - begin;
  }
  return NULL;
}

static size_t resident_bytes(void) {  // with page tables
  FILE* status = fopen("/proc/self/status", "r");
  char line[256];
  size_t kib = 0, value;
  while (fgets(line, sizeof line, status)) if (sscanf(line, "VmRSS: %zu", &value) == 1 || sscanf(line, "VmPTE: %zu", &value) == 1) kib += value;
  fclose(status);
  return kib * 1024;
}

int main(int argc, char** argv) {
  if (argc < 6) fail("see the head of the source for the arguments");
  library = dlopen(argv[1], RTLD_NOW);
  if (!library) fail(dlerror());
  store_new = need("wasmtime_store_new"), store_delete = need("wasmtime_store_delete"), store_context = need("wasmtime_store_context");
  instantiate = need("wasmtime_instance_pre_instantiate"), export_get = need("wasmtime_instance_export_get"), call = need("wasmtime_func_call_unchecked");
  if (!strcmp(argv[3], "start") && argc == 8) {
    pages = atoi(argv[4]), rounds = atoi(argv[5]);
    const int threads = atoi(argv[6]);
    make_pre(argv[2], 100, strtoull(argv[7], NULL, 0));
    double* us = malloc(sizeof(double) * rounds * threads);
    pthread_t ids[16];
    for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, measure, us + i * rounds);
    for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
    qsort(us, rounds * threads, sizeof *us, ascending);
    printf("%.2f %.2f\n", us[rounds * threads / 2], us[(size_t)(rounds * threads) * 99 / 100]);
    return 0;
  }
  if (!strcmp(argv[3], "density") && argc == 7) {
    const int count = atoi(argv[4]);
    pages = atoi(argv[5]);
    make_pre(argv[2], count, strtoull(argv[6], NULL, 0));
    const size_t before = resident_bytes();
    int live = 0;
    while (live < count && start()) live++;
    printf("%d %zu\n", live, (resident_bytes() - before) / (live ? live : 1));
    return 0;
  }
  fail("see the head of the source for the arguments");
}
