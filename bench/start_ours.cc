// links: engine runtime interp wasm/text base/sys
// bench_start_ours [--rounds N] [--way scan|pagemap|all] [--wat FILE]: what a warm instance costs: take, call, give back (which resets
// it). A line a number of dirty pages, one core busy and then all: median and 99th percentile in microseconds.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "base/sys/clock.h"
#include "engine/engine.h"
#include "runtime/pool.h"

namespace {

using namespace wherry;

struct Options {
  int rounds = 20'000;
  sys::DirtyWay way = sys::DirtyPages::best();
  std::string wat = "bench/guests/touch.wat";
};

struct Figures {
  double median_us = 0, p99_us = 0;
};

[[noreturn]] void fail(const std::string& text) {
  std::fprintf(stderr, "bench_start_ours: %s\n", text.c_str());
  std::exit(1);
}

// One core's work: its own pool, used again and again.
Figures measure(engine::Engine& engine, const engine::ModulePtr& module, const Options& options, int pages) {
  runtime::PoolSettings settings;
  settings.way = options.way;
  auto pool = runtime::Pool::make(engine.shared(), [&](runtime::Store& store) { return runtime::instantiate(store, module, {}); }, settings);
  if (!pool) fail(pool.error().error.what);
  std::vector<double> us;
  us.reserve(size_t(options.rounds));
  const int warm_up = 200;
  for (int i = -warm_up; i < options.rounds; ++i) {
    const sys::Instant begin = sys::now();
    const auto slot = (*pool)->take();
    if (!slot) fail(slot.error().error.what);
    abi::Slot values[1] = {{.u64 = uint64_t(pages)}};
    const auto called = runtime::call_slots((*slot)->store(), *(*slot)->instance().find_func("touch"), values);
    if (!called) fail(runtime::to_text(called.error()));
    (*pool)->give(*slot);
    if (i >= 0) us.push_back(double(sys::now() - begin) / 1000);
  }
  std::sort(us.begin(), us.end());
  return {us[us.size() / 2], us[us.size() * 99 / 100]};
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--rounds") options.rounds = std::max(100, std::atoi(value.c_str()));
    if (name == "--wat") options.wat = value;
    for (const sys::DirtyWay way : {sys::DirtyWay::scan, sys::DirtyWay::pagemap, sys::DirtyWay::all}) {
      if (name == "--way" && value == sys::to_text(way)) options.way = way;
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(argc, argv);
  std::ifstream file(options.wat, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  engine::Engine engine;
  const auto module = engine.load_text(text);
  if (!module) fail(options.wat + ": " + engine::to_text(module.error()));
  std::printf("take, call, give back; 1 MiB memory; reset by %s; %d rounds\n", std::string(sys::to_text(options.way)).c_str(), options.rounds);
  std::printf("%8s %8s %12s %10s\n", "cores", "pages", "median us", "p99 us");
  const unsigned all = std::max(1u, std::thread::hardware_concurrency());
  for (const unsigned cores : {1u, all}) {
    for (const int pages : {0, 1, 4, 16, 64}) {
      std::vector<Figures> figures(cores);
      std::vector<std::thread> threads;
      for (unsigned i = 0; i < cores; ++i) threads.emplace_back([&, i] { figures[i] = measure(engine, *module, options, pages); });
      for (std::thread& thread : threads) thread.join();
      const auto worst = *std::max_element(figures.begin(), figures.end(), [](const Figures& a, const Figures& b) { return a.median_us < b.median_us; });
      std::printf("%8u %8d %12.2f %10.2f\n", cores, pages, worst.median_us, worst.p99_us);
      std::fflush(stdout);
    }
    if (all == 1) break;
  }
}
