// Flags that several commands share, and how their words are read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace CLI {
class App;
}

namespace wherry::cli {

// "64MiB", "1G", "65536": bytes. K, M, G and their iB forms are powers of 1024.
Result<uint64_t> parse_bytes(const std::string& text);
// "5s", "250ms", "2m", "1h"; a plain number is seconds. Nanoseconds.
Result<int64_t> parse_duration(const std::string& text);

// --disable, --tier: what modules may be and what runs them.
struct EngineFlags {
  std::string tier = "auto";
  std::vector<std::string> disabled;

  void declare(CLI::App& app);
  Result<engine::Settings> settings() const;
};

// --fuel, --timeout, --max-memory: what a guest may use.
struct LimitFlags {
  std::optional<uint64_t> fuel;
  std::string timeout, memory_max;

  void declare(CLI::App& app);
  Result<void> apply(engine::Settings& settings) const;
  Result<void> apply(runtime::Store& store) const;
};

}  // namespace wherry::cli
