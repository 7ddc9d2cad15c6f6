#include "cli/flags.h"

#include <charconv>
#include <cmath>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/sys/clock.h"

namespace wherry::cli {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// A number and one of the units; the whole text must be used.
Result<double> parse_with_unit(const std::string& text, std::span<const Unit> units, std::string_view example) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(rest, size_t(end - rest));
  if (error == std::errc() && number >= 0 && std::isfinite(number)) {
    for (const Unit& known : units) {
      if (known.name == unit) return number * known.factor;
    }
  }
  return std::unexpected(Error{ErrorKind::invalid, fmt::format("\"{}\" is not an amount such as {}", text, example), ""});
}

}  // namespace

Result<uint64_t> parse_bytes(const std::string& text) {
  static constexpr Unit units[] = {{"", 1}, {"B", 1}, {"K", 1 << 10}, {"KiB", 1 << 10}, {"M", 1 << 20}, {"MiB", 1 << 20}, {"G", 1 << 30}, {"GiB", 1 << 30}};
  const double bytes = TRY(parse_with_unit(text, units, "64MiB"));
  return bytes >= 0x1p63 ? UINT64_MAX : uint64_t(bytes);
}

Result<int64_t> parse_duration(const std::string& text) {
  static constexpr Unit units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}};
  const double ns = TRY(parse_with_unit(text, units, "5s or 250ms"));
  return ns >= 0x1p63 ? INT64_MAX : int64_t(ns);
}

void EngineFlags::declare(CLI::App& app) {
  app.add_option("--tier", tier, "What runs the code: auto or interp")->check(CLI::IsMember({"auto", "interp"}))->capture_default_str();
  app.add_option("--disable", disabled, "Switch a feature of WebAssembly off (see `wherry version`)")->type_name("FEATURE")->expected(1)->take_all()->allow_extra_args(false);
}

Result<engine::Settings> EngineFlags::settings() const {
  engine::Settings settings;
  for (const std::string& name : disabled) {
    const auto feature = wasm::feature_named(name);
    if (!feature) return std::unexpected(Error{ErrorKind::invalid, fmt::format("--disable {}: there is no such feature; `wherry version` lists them", name), ""});
    settings.features.disable(*feature);
  }
  return settings;
}

void LimitFlags::declare(CLI::App& app) {
  app.add_option("--fuel", fuel, "Units of fuel; the guest ends when they are used up")->type_name("N");
  app.add_option("--timeout", timeout, "How long the guest may run, such as 5s")->type_name("TIME");
  app.add_option("--max-memory", memory_max, "What all memories of the guest may grow to, such as 64MiB")->type_name("SIZE");
}

Result<void> LimitFlags::apply(engine::Settings& settings) const {
  if (!memory_max.empty()) {
    settings.store.memory_bytes_max = TRY(parse_bytes(memory_max));
    settings.store.gc_heap_bytes_max = std::min(settings.store.gc_heap_bytes_max, settings.store.memory_bytes_max);
  }
  settings.code.metered = fuel.has_value();
  return {};
}

Result<void> LimitFlags::apply(runtime::Store& store) const {
  if (fuel) store.set_fuel(int64_t(std::min<uint64_t>(*fuel, INT64_MAX)));
  if (!timeout.empty()) store.set_deadline({.wall = sys::now() + TRY(parse_duration(timeout))});
  return {};
}

}  // namespace wherry::cli
