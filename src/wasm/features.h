// Which features of WebAssembly are on. A value; `Features{}` has all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wherry::wasm {

enum class Feature : uint8_t {
  core,  // WebAssembly 1.0; can't be switched off
#define FEATURE(name, text, adds) name,
#include "wasm/feature.def"
};

class Features {
 public:
  constexpr bool has(Feature feature) const { return !(off_ >> unsigned(feature) & 1); }
  constexpr void disable(Feature feature) { off_ |= uint32_t(1) << unsigned(feature); }
  constexpr void enable(Feature feature) { off_ &= ~(uint32_t(1) << unsigned(feature)); }
  friend constexpr bool operator==(Features, Features) = default;

 private:
  uint32_t off_ = 0;
};

constexpr std::string_view feature_text(Feature feature) {
  switch (feature) {
    case Feature::core: return "core";
#define FEATURE(name, text, adds) \
  case Feature::name: return text;
#include "wasm/feature.def"
  }
  return "";
}

// The feature called `text` ("tail-call"), if there is one.
constexpr std::optional<Feature> feature_named(std::string_view text) {
#define FEATURE(name, feature_text, adds) \
  if (text == feature_text) return Feature::name;
#include "wasm/feature.def"
  return std::nullopt;
}

}  // namespace wherry::wasm
