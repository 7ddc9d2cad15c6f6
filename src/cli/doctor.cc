// wherry doctor: what this machine offers, and the command that installs what is missing.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "base/config.h"
#include "base/sys/dirty_pages.h"
#include "base/sys/machine.h"
#include "cli/command.h"

namespace wherry::cli {
namespace {

struct Tool {
  const char* program;
  const char* what_for;
  const char* install;
};

constexpr Tool tools[] = {
    {"clang-19", "guests in C and C++", "apt-get install clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32"},
    {"wasm-ld-19", "linking guests", "apt-get install lld-19"},
    {"rustc", "guests in Rust", "apt-get install rustc-web cargo-web libstd-rust-web-dev rust-web-src"},
    {"go", "guests in Go", "apt-get install golang"},
    {"node", "guests in JavaScript", "apt-get install npm && npm install -g node@20"},
    {"python3", "guests in Python", "apt-get install python3"},
};

void line(const char* name, std::string_view value) { std::printf("%-22s %.*s\n", name, int(value.size()), value.data()); }

int doctor() {
  const sys::Machine machine = sys::machine();
  std::printf("wherry %s\n\nMachine\n", WHERRY_VERSION);
  line("  kernel", machine.kernel);
  line("  processor", fmt::format("{}, {} cores, {} bits", machine.processor, std::thread::hardware_concurrency(), sizeof(void*) * 8));
  line("  page size", fmt::format("{} bytes", sys::page_bytes()));
  line("  openat2", machine.has_openat2 ? "yes" : "no: paths are walked step by step");
  std::printf("\nResetting instances\n");
  const sys::DirtyWay best = sys::DirtyPages::best();
  for (const sys::DirtyWay way : {sys::DirtyWay::scan, sys::DirtyWay::pagemap, sys::DirtyWay::all}) {
    const bool works = sys::DirtyPages(way).works();
    line(fmt::format("  {}", sys::to_text(way)).c_str(), way == best ? "chosen" : works ? "works" : "not on this machine");
  }
  std::printf("\nToolchains\n");
  for (const Tool& tool : tools) {
    const std::string path = sys::find_program(tool.program);
    line(fmt::format("  {}", tool.program).c_str(), path.empty() ? fmt::format("missing ({}): {}", tool.what_for, tool.install) : path);
  }
  return std::fflush(stdout) == 0 ? success : refused;
}

}  // namespace

Runner declare_doctor(CLI::App&) { return doctor; }

}  // namespace wherry::cli
