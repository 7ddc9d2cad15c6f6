// links: wasm/decode wasm/validate
// bench_load [--threads N] FILE...: how fast modules are decoded and validated. Prints one line a file and stage:
// the best of several rounds, in MB/s over the whole file and over the bodies alone.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "wasm/decode/decode.h"
#include "wasm/validate/validate.h"

namespace {

using namespace wherry;
using Bytes = std::shared_ptr<const std::vector<uint8_t>>;
using Clock = std::chrono::steady_clock;

constexpr double seconds_min = 1.0;  // of repetition, for each line

Bytes read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return std::make_shared<const std::vector<uint8_t>>(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

wasm::Module decode_or_exit(const char* path, const Bytes& bytes) {
  auto module = wasm::decode::decode(bytes, {}, {});
  if (module) return *std::move(module);
  fmt::print(stderr, "{}: {} {}\n", path, module.error().what, module.error().where);
  std::exit(1);
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

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void measure(const char* path, unsigned threads) {
  const Bytes bytes = read_file(path);
  size_t bodies = 0;
  for (const auto& function : decode_or_exit(path, bytes).functions) bodies += function.body.bytes.size();
  const double decoding = best_seconds([&] {
    const auto start = Clock::now();
    decode_or_exit(path, bytes);
    return seconds_since(start);
  });
  const double validation = best_seconds([&] {
    auto module = decode_or_exit(path, bytes);
    const auto start = Clock::now();
    auto valid = wasm::validate::validate(std::move(module), {}, {}, threads);
    const double seconds = seconds_since(start);
    if (!valid) {
      fmt::print(stderr, "{}: {} {}\n", path, valid.error().what, valid.error().where);
      std::exit(1);
    }
    return seconds;
  });
  const double mb = double(bytes->size()) / 1e6, body_mb = double(bodies) / 1e6;
  fmt::print("{:40} {:8.2f} MB {:8.2f} MB of bodies {:2} threads  decode {:8.3f} ms  validate {:8.3f} ms  both {:8.1f} MB/s  bodies {:8.1f} MB/s\n",
             path, mb, body_mb, threads, decoding * 1e3, validation * 1e3, mb / (decoding + validation), body_mb / (decoding + validation));
}

}  // namespace

int main(int argc, char** argv) {
  unsigned threads = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--threads") == 0 && i + 1 < argc) {
      threads = unsigned(std::atoi(argv[++i]));
    } else {
      measure(argv[i], threads);
    }
  }
}
