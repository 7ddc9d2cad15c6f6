// All bodies of a module, by several threads.
#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>

#include <fmt/format.h>

#include "wasm/validate/validator.h"

namespace wherry::wasm::validate {
namespace {

constexpr size_t chunk_bytes_min = 64 << 10;  // a chunk's work is worth the atomic operation that hands it out

// Functions [begin, end), which follow one another in the file.
struct Chunk {
  uint32_t begin, end;
};

std::vector<Chunk> chunks_of(const Module& module) {
  std::vector<Chunk> chunks;
  const auto count = uint32_t(module.functions.size());
  for (uint32_t i = module.imported_functions; i < count;) {
    const uint32_t begin = i;
    for (size_t bytes = 0; i < count && bytes < chunk_bytes_min; ++i) bytes += module.functions[i].body.bytes.size() + 16;
    chunks.push_back({begin, i});
  }
  return chunks;
}

// Chunks are handed out in order, and a worker stops only behind a chunk with an error: so all before the first bad one
// are checked, and its error is the first of the file whatever the number of threads.
class Work {
 public:
  Work(const Context& context, std::vector<uint32_t>& operands_max)
      : context_(context), chunks_(chunks_of(context.module)), errors_(chunks_.size()), operands_max_(operands_max), bad_(chunks_.size()) {}

  size_t chunk_count() const { return chunks_.size(); }

  void run() {
    FunctionValidator validator(context_);
    for (size_t i; (i = next_.fetch_add(1, std::memory_order_relaxed)) < bad_.load(std::memory_order_relaxed);) {
      if (check(validator, i)) continue;
      for (size_t bad = bad_.load(); i < bad && !bad_.compare_exchange_weak(bad, i);) {}
    }
  }

  Result<void> result() && {
    if (bad_ < chunks_.size()) return std::unexpected(*std::move(errors_[bad_]));
    return {};
  }

 private:
  bool check(FunctionValidator& validator, size_t chunk) {
    const Module& module = context_.module;
    for (uint32_t i = chunks_[chunk].begin; i < chunks_[chunk].end; ++i) {
      const Span& body = module.functions[i].body;
      Reader in(body.bytes, body.offset);
      operands_max_[i - module.imported_functions] = validator.check_body(in, i);
      if (!in.failed()) continue;
      errors_[chunk] = in.error().error();
      errors_[chunk]->where += fmt::format(", in function {}", i);
      return false;
    }
    return true;
  }

  const Context& context_;
  const std::vector<Chunk> chunks_;
  std::vector<std::optional<Error>> errors_;
  std::vector<uint32_t>& operands_max_;
  std::atomic<size_t> next_ = 0;
  std::atomic<size_t> bad_;  // the first chunk known to have an error, or their number
};

}  // namespace

Result<void> Validator::bodies(unsigned threads) {
  operands_max_.resize(module_.functions.size() - module_.imported_functions);
  Work work(context_, operands_max_);
  std::vector<std::jthread> helpers;
  const size_t wanted = std::min<size_t>(threads, work.chunk_count());
  try {
    while (helpers.size() + 1 < wanted) helpers.emplace_back([&] { work.run(); });
  } catch (const std::system_error&) {
    // No more threads to be had: those that there are do the work.
  }
  work.run();
  helpers.clear();
  return std::move(work).result();
}

}  // namespace wherry::wasm::validate
