#include "runtime/backtrace.h"

#include <fmt/format.h>

#include "runtime/host_func.h"
#include "runtime/instance.h"
#include "wasm/decode/names.h"
#include "wasm/dwarf/line_table.h"

namespace wherry::runtime {
namespace {

std::string function_name(const Module& module, uint32_t index) {
  const std::string_view name = module.names().function(index);
  if (!name.empty()) return std::string(name);
  for (const wasm::Export& item : module.wasm().exports) {
    if (item.kind == wasm::ExternKind::func && item.index == index) return std::string(item.name);
  }
  return {};
}

Frame resolve(const abi::TraceFrame& raw) {
  Frame frame;
  frame.function_index = raw.function;
  if (!raw.vm) {
    frame.is_host = true;
    if (raw.offset) frame.function = reinterpret_cast<const HostFunc*>(raw.offset)->name();
    return frame;
  }
  const Module& module = Instance::of(*raw.vm).module();
  frame.module = module.names().module();
  frame.function = function_name(module, raw.function);
  frame.offset = raw.offset;
  if (const auto source = module.lines().find(raw.offset)) {
    frame.file = source->file;
    frame.line = source->line;
    frame.column = source->column;
  }
  return frame;
}

// Names come from the module: what could steer a terminal is not shown.
std::string printable(std::string text) {
  for (char& c : text) {
    if (uint8_t(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

}  // namespace

Backtrace::Backtrace(const std::vector<abi::TraceFrame>& trace) {
  for (const abi::TraceFrame& raw : trace) frames_.push_back(resolve(raw));
}

std::string Backtrace::to_text() const {
  std::string text;
  for (size_t i = 0; i < frames_.size(); ++i) {
    const Frame& frame = frames_[i];
    std::string name = printable(frame.function.empty() ? fmt::format("function {}", frame.function_index) : frame.function);
    if (frame.is_host) {
      text += fmt::format("  {:>3}: host function {}\n", i, printable(frame.function));
      continue;
    }
    if (!frame.module.empty()) name = printable(frame.module) + '!' + name;
    text += fmt::format("  {:>3}: {:#8x} {}", i, frame.offset, name);
    if (!frame.file.empty()) {
      text += fmt::format("\n       at {}:{}", printable(frame.file), frame.line);
      if (frame.column != 0) text += fmt::format(":{}", frame.column);
    }
    text += '\n';
  }
  return text;
}

}  // namespace wherry::runtime
