// Configurations, engines, stores, and the text of the last error.
#include "base/config.h"
#include "capi/internal.h"
#include "wasm/text/assemble.h"

using namespace wherry;

namespace wherry::capi {
namespace {

// The API reports by null; this is where the words are kept meanwhile, one a thread.
thread_local std::string last_error;

}  // namespace

bool fail(std::string text) {
  last_error = std::move(text);
  return false;
}
bool fail(const Error& error) { return fail(error.where.empty() ? error.what : error.what + " (" + error.where + ")"); }
void clear_error() { last_error.clear(); }

std::string to_string(const wasm_byte_vec_t& bytes) { return {bytes.data, bytes.size}; }
void give_bytes(wasm_byte_vec_t* out, std::string_view bytes) { wasm_byte_vec_new(out, bytes.size(), bytes.data()); }

}  // namespace wherry::capi

const char* wherry_version(void) { return "wherry " WHERRY_VERSION; }
const char* wherry_error_message(void) { return capi::last_error.c_str(); }

bool wherry_wat_to_wasm(const wasm_byte_vec_t* text, wasm_byte_vec_t* out) {
  wasm_byte_vec_new_empty(out);
  const auto bytes = wasm::text::assemble({text->data, text->size}, {}, {});
  if (!bytes) return capi::fail(bytes.error());
  capi::give_bytes(out, {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  return true;
}

wasm_config_t* wasm_config_new(void) { return new wasm_config_t; }
void wasm_config_delete(wasm_config_t* config) { delete config; }

bool wherry_config_disable_feature(wasm_config_t* config, const char* name) {
  const auto feature = wasm::feature_named(name);
  if (!feature) return capi::fail(std::string("there is no feature called ") + name);
  config->settings.features.disable(*feature);
  return true;
}
void wherry_config_set_metered(wasm_config_t* config, bool metered) { config->settings.code.metered = metered; }
void wherry_config_set_deterministic(wasm_config_t* config, bool deterministic) { config->settings.code.deterministic = deterministic; }
void wherry_config_set_stack_bytes(wasm_config_t* config, uint64_t bytes) { config->settings.value_stack_bytes = size_t(bytes); }

wasm_engine_t* wasm_engine_new(void) { return wasm_engine_new_with_config(wasm_config_new()); }
wasm_engine_t* wasm_engine_new_with_config(wasm_config_t* config) {
  const std::unique_ptr<wasm_config_t> owned(config);
  return new wasm_engine_t{std::make_shared<engine::Engine>(config->settings)};
}
void wasm_engine_delete(wasm_engine_t* engine) { delete engine; }

wasm_store_t::wasm_store_t(std::shared_ptr<engine::Engine> shared, const runtime::StoreLimits& limits)
    : engine(std::move(shared)), store(std::make_unique<engine::Store>(engine->shared(), limits)) {
  store->data = this;
}
wasm_store_t::~wasm_store_t() {
  pending.reset();
  foreign.clear();
  store.reset();
  for (const auto& [object, info] : infos) {
    if (info.finalizer) info.finalizer(info.info);
  }
}

wasm_store_t* wasm_store_new(wasm_engine_t* engine) { return new wasm_store_t(engine->engine, engine->engine->settings().store); }
void wasm_store_delete(wasm_store_t* store) { delete store; }

void wherry_limits_default(wherry_limits_t* out) {
  const runtime::StoreLimits limits;
  *out = {limits.memory_bytes_max, limits.table_elements_max, limits.gc_heap_bytes_max, limits.instances_max};
}
wasm_store_t* wherry_store_new_with_limits(wasm_engine_t* engine, const wherry_limits_t* given) {
  runtime::StoreLimits limits = engine->engine->settings().store;
  limits.memory_bytes_max = given->memory_bytes_max;
  limits.table_elements_max = given->table_elements_max;
  limits.gc_heap_bytes_max = given->heap_bytes_max;
  limits.instances_max = given->instances_max;
  return new wasm_store_t(engine->engine, limits);
}

void wherry_store_set_fuel(wasm_store_t* store, uint64_t fuel) { store->store->set_fuel(int64_t(std::min<uint64_t>(fuel, INT64_MAX))); }
uint64_t wherry_store_fuel(const wasm_store_t* store) { return uint64_t(std::max<int64_t>(store->store->fuel(), 0)); }

void wherry_store_set_deadline_ms(wasm_store_t* store, uint64_t wall_ms, uint64_t cpu_ms) {
  const auto ns = [](uint64_t ms) { return ms == 0 || ms > uint64_t(INT64_MAX / sys::ns_per_ms) ? INT64_MAX : int64_t(ms) * sys::ns_per_ms; };
  runtime::Deadline deadline;
  if (ns(wall_ms) != INT64_MAX) deadline.wall = sys::now() + ns(wall_ms);
  deadline.cpu_ns = ns(cpu_ms);
  store->store->set_deadline(deadline);
}
void wherry_store_interrupt(wasm_store_t* store) { store->store->interrupt(); }
