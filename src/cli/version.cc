// wherry version: what this build is.
#include <cstdio>
#include <string>

#include "base/config.h"
#include "cli/command.h"
#include "wasm/features.h"

namespace wherry::cli {
namespace {

int version() {
  std::printf("wherry %s\n", WHERRY_VERSION);
  std::string features;
#define FEATURE(name, text, adds) features += std::string(features.empty() ? "" : " ") + text;
#include "wasm/feature.def"
  std::printf("features: %s\ntiers: interp\n", features.c_str());
  return std::fflush(stdout) == 0 ? success : refused;
}

}  // namespace

Runner declare_version(CLI::App&) { return version; }

}  // namespace wherry::cli
