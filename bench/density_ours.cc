// links: engine runtime interp wasm/text base/sys
// bench_density_ours [--count N] [--pages N] [--most N] [--wat FILE]: what idle instances cost in memory. `count` instances live at
// once, each with `pages` pages touched; prints what each takes beyond those pages, page tables included. Then goes on until
// `most` instances or the first refusal, and says how many fit.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/sys/dirty_pages.h"
#include "engine/engine.h"
#include "runtime/pool.h"

namespace {

using namespace wherry;

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "bench_density_ours: %s\n", text.c_str());
  std::exit(1);
}

// Resident memory and page tables of this process.
size_t used_bytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  size_t kib = 0;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:") || line.starts_with("VmPTE:") || line.starts_with("VmSwap:")) kib += size_t(std::atoll(line.c_str() + line.find(':') + 1));
  }
  return kib * 1024;
}

}  // namespace

int main(int argc, char** argv) {
  size_t count = 10'000, pages = 4, most = 30'000;
  std::string wat = "bench/guests/touch.wat";
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--count") count = size_t(std::atoll(argv[i + 1]));
    if (name == "--pages") pages = size_t(std::atoll(argv[i + 1]));
    if (name == "--most") most = size_t(std::atoll(argv[i + 1]));
    if (name == "--wat") wat = argv[i + 1];
  }
  std::ifstream file(wat, std::ios::binary);
  engine::Engine engine;
  const auto module = engine.load_text(std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
  if (!module) fail(wat + ": " + engine::to_text(module.error()));
  runtime::PoolSettings settings;
  settings.way = sys::DirtyPages::best();
  auto pool = runtime::Pool::make(engine.shared(), [&](runtime::Store& store) { return runtime::instantiate(store, *module, {}); }, settings);
  if (!pool) fail(pool.error().error.what);

  std::vector<runtime::Pool::Slot*> taken;
  taken.reserve(std::max(count, most));
  const auto add = [&](size_t touched) {
    const auto slot = (*pool)->take();
    if (!slot) return false;
    abi::Slot values[1] = {{.u64 = touched}};
    if (!runtime::call_slots((*slot)->store(), *(*slot)->instance().find_func("touch"), values)) return false;
    taken.push_back(*slot);
    return true;
  };
  if (!add(pages)) fail("no first instance");
  const size_t before = used_bytes();
  for (size_t i = 0; i < count; ++i) {
    if (!add(pages)) fail("ends after " + std::to_string(i) + " instances");
  }
  const double each = double(used_bytes() - before) / double(count);
  // The page that holds the module's data is touched as well: it is the instance's own.
  std::printf("%zu idle instances, %zu pages touched: %.0f bytes each, %.0f beyond those pages\n", count, pages, each, each - double(pages * sys::page_bytes()));
  while (taken.size() < most && add(0)) {
  }
  std::printf("%zu instances fit%s\n", taken.size(), taken.size() == most ? " (stopped there)" : "");
  for (runtime::Pool::Slot* slot : taken) (*pool)->give(slot);
}
