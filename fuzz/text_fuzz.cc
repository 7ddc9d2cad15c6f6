// links: wasm wasm/decode wasm/body wasm/validate wasm/text
// The text reader on arbitrary text. What it accepts must decode to a module or be refused there, and what the printer
// writes of that module must assemble to a module that prints the same and is valid if the first one was.
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "wasm/decode/decode.h"
#include "wasm/text/assemble.h"
#include "wasm/text/print.h"
#include "wasm/validate/validate.h"

namespace {

using namespace wherry;
using namespace wherry::wasm;

// Small, so that the fuzzer spends its time on shapes, not on sizes.
Limits fuzz_limits() {
  Limits limits;
  limits.module_bytes_max = 1 << 20;
  limits.locals_max = 1000;
  return limits;
}

[[noreturn]] void fail(const char* what, const std::string& detail) {
  std::fprintf(stderr, "%s: %s\n", what, detail.c_str());
  std::abort();
}

Result<Module> decoded(std::vector<uint8_t> bytes, const Limits& limits) {
  return decode::decode(std::make_shared<const std::vector<uint8_t>>(std::move(bytes)), Features{}, limits);
}

void round_trip(const Module& module, const Limits& limits) {
  const auto first = text::print(module, limits);
  if (!first) return;  // a malformed body, or too large
  auto bytes = text::assemble(*first, Features{}, limits);
  if (!bytes) {
    if (bytes.error().kind == ErrorKind::limit) return;
    fail("what was printed doesn't assemble", bytes.error().where + ": " + bytes.error().what + "\n" + *first);
  }
  const auto again = decoded(*std::move(bytes), limits);
  if (!again) fail("what was printed doesn't decode", again.error().what + "\n" + *first);
  const auto second = text::print(*again, limits);
  if (!second || *second != *first) fail("printing isn't stable", *first + "\n" + second.value_or("(nothing)"));
  const bool was_valid = bool(validate::validate(module, Features{}, limits));
  if (was_valid != bool(validate::validate(*again, Features{}, limits))) fail("validity changed", *first);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Limits limits = fuzz_limits();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  auto bytes = input.starts_with(std::string_view("\0asm", 4)) ? Result<std::vector<uint8_t>>(std::vector(data, data + size))
                                                               : text::assemble(input, Features{}, limits);
  if (!bytes) return 0;
  if (const auto module = decoded(*std::move(bytes), limits)) round_trip(*module, limits);
  return 0;
}
