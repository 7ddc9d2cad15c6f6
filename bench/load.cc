// links: wasm/decode wasm/validate
// bench_load [--threads N] [FILE...]: how fast core modules are decoded and validated, those inside of components too.
// A line a module: the best of several rounds, in MB/s over the whole module and over its bodies alone; one thread is
// measured in its own CPU time, several by the clock on the wall. Without files it takes $WHERRY_GUESTS (default
// ../shared/guests) with one thread and with two.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "wasm/decode/decode.h"
#include "wasm/reader.h"
#include "wasm/validate/validate.h"

namespace {

using namespace wherry;
using Bytes = std::shared_ptr<const std::vector<uint8_t>>;

constexpr double seconds_min = 1.0;         // of repetition, for each figure
constexpr size_t module_bytes_min = 50'000;  // smaller ones (adapters inside of components) say nothing, nor do mere data

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::make_shared<const std::vector<uint8_t>>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

[[noreturn]] void give_up(const std::string& name, const Error& error) {
  fmt::print(stderr, "{}: {} {}\n", name, error.what, error.where);
  std::exit(1);
}

// A core module: all of a file, or a section of a component.
struct Part {
  size_t begin, size;
};

std::vector<Part> modules_of(const Bytes& bytes) {
  constexpr uint8_t core_module_section = 1;
  constexpr size_t preamble_bytes = 8;
  if (bytes->size() < preamble_bytes || (*bytes)[6] == 0) return {{0, bytes->size()}};
  std::vector<Part> parts;
  wasm::Reader in(std::span(*bytes).subspan(preamble_bytes), preamble_bytes);
  while (!in.done()) {
    const uint8_t id = in.byte("a section id");
    const uint32_t size = in.u32("a size");
    if (id == core_module_section && size >= module_bytes_min) parts.push_back({in.offset(), size});
    in.bytes(size, "a section");
  }
  return parts;
}

// The shortest of the rounds that fit into seconds_min.
template <typename Stage>
double best_seconds(Stage&& stage) {
  double best = 1e9, total = 0;
  while (total < seconds_min) {
    const double seconds = stage();
    best = std::min(best, seconds);
    total += seconds;
  }
  return best;
}

double now_seconds(unsigned threads) {
  if (threads == 1) return double(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void measure(const std::string& name, const Bytes& bytes, Part part, unsigned threads) {
  const auto decoded = [&] {
    auto module = wasm::decode::decode_part(bytes, part.begin, part.size, {}, {});
    if (!module) give_up(name, module.error());
    return *std::move(module);
  };
  size_t bodies = 0;
  for (const auto& function : decoded().functions) bodies += function.body.bytes.size();
  if (bodies < module_bytes_min) return;
  const double decoding = best_seconds([&] {
    const double start = now_seconds(threads);
    decoded();
    return now_seconds(threads) - start;
  });
  const double validation = best_seconds([&] {
    auto module = decoded();
    const double start = now_seconds(threads);
    const auto valid = wasm::validate::validate(std::move(module), {}, {}, threads);
    const double seconds = now_seconds(threads) - start;
    if (!valid) give_up(name, valid.error());
    return seconds;
  });
  const double both = decoding + validation, megabytes = double(part.size) / 1e6;
  fmt::print("{:22} {:7.2f} MB, {} thread{}: decode {:7.3f} ms, validate {:8.3f} ms, together {:6.1f} MB/s ({:.1f} by bodies)\n", name, megabytes,
             threads, threads == 1 ? " " : "s", decoding * 1e3, validation * 1e3, megabytes / both, double(bodies) / 1e6 / both);
}

void measure_file(const std::string& path, unsigned threads) {
  const Bytes bytes = read_file(path);
  for (const Part part : modules_of(bytes)) measure(std::filesystem::path(path).filename(), bytes, part, threads);
}

// The names of all guests in order; none if there is no such folder.
std::vector<std::string> guests() {
  const char* folder = std::getenv("WHERRY_GUESTS");
  std::vector<std::string> paths;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(folder ? folder : "../shared/guests", missing)) {
    if (entry.path().extension() == ".wasm" && entry.file_size() >= module_bytes_min) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned threads = 0;
  std::vector<std::string> paths;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
      threads = unsigned(std::atoi(argv[++i]));
    } else {
      paths.push_back(argv[i]);
    }
  }
  if (paths.empty()) paths = guests();
  if (paths.empty()) {
    fmt::print(stderr, "usage: bench_load [--threads N] FILE...\n");
    return 2;
  }
  for (const std::string& path : paths) {
    for (const unsigned count : {1u, 2u}) {
      if (threads == 0 || count == 1) measure_file(path, threads ? threads : count);
    }
  }
}
