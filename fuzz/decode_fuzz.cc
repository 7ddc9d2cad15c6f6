// links: wasm/decode wasm/validate
// Any bytes through decoder, body syntax, name section and validator. Beyond not crashing: what the validator accepts has
// well-formed bodies, is accepted by any number of threads, and with more features than it needs.
#include <cstdlib>

#include "wasm/decode/decode.h"
#include "wasm/decode/names.h"
#include "wasm/validate/validate.h"

namespace {

using namespace wherry;
using namespace wherry::wasm;

// Small enough that no input takes long, large enough that real modules pass.
Limits limits() {
  Limits limits;
  limits.operands_max = 100'000;
  limits.block_depth_max = 1'000;
  limits.element_segments_max = 100'000;
  return limits;
}

void must(bool holds) {
  if (!holds) std::abort();
}

// Features that the input itself chooses, so that runs are repeatable.
Features some_features(const std::vector<uint8_t>& bytes) {
  Features features;
  const uint32_t off = bytes.size() < 12 ? 0 : bytes[bytes.size() - 1] * 0x01010101u ^ bytes[bytes.size() / 2] * 0x00010001u;
#define FEATURE(name, text, adds) \
  if (off >> unsigned(Feature::name) & 1) features.disable(Feature::name);
#include "wasm/feature.def"
  return features;
}

bool is_valid(const std::shared_ptr<const std::vector<uint8_t>>& bytes, Features features, unsigned threads) {
  auto module = decode::decode(bytes, features, limits());
  return module && validate::validate(*std::move(module), features, limits(), threads);
}

void read_names(const Module& module) {
  const decode::Names names(module);
  for (uint32_t i = 0; i < 8; ++i) {
    names.function(i);
    names.within(decode::NamedWithin::local, i, i);
    names.of(decode::Named::tag, i);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto bytes = std::make_shared<const std::vector<uint8_t>>(data, data + size);
  auto module = decode::decode(bytes, {}, limits());
  const Features features = some_features(*bytes);
  const bool some_valid = is_valid(bytes, features, 1);
  if (!module) {
    must(!some_valid);
    return 0;
  }
  read_names(*module);
  const bool well_formed = decode::check_bodies(*module, limits()).has_value();
  const auto valid = validate::validate(*std::move(module), {}, limits());
  must(!valid || well_formed);
  must(!some_valid || valid);
  if (size % 64 == 0) must(is_valid(bytes, {}, 3) == valid.has_value());
  return 0;
}
