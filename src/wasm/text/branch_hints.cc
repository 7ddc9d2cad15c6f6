#include "wasm/text/branch_hints.h"

#include <algorithm>
#include <set>

#include "wasm/body/syntax.h"
#include "wasm/body/walk.h"

namespace wherry::wasm::text {
namespace {

Error invalid(size_t offset, std::string what) {
  return {ErrorKind::invalid, "branch hint: " + what, "at byte " + std::to_string(offset)};
}

// Where the conditional branches of a body are.
struct Branches : body::Ignore {
  explicit Branches(Reader& in) : in(in) {}
  void if_(const body::BlockType&) { note(); }
  void br_if(const body::Label&) { note(); }
  void note() { offsets.insert(uint32_t(in.marked())); }

  Reader& in;
  std::set<uint32_t> offsets;
};

Result<std::set<uint32_t>> branches(const Function& function) {
  Reader in(function.body.bytes);
  std::vector<body::LocalRun> locals;
  body::read_locals(in, locals);
  Branches visitor(in);
  body::walk(in, visitor);
  if (in.failed()) return in.error();
  return std::move(visitor.offsets);
}

Result<void> read_function(Reader& in, const Module& module, BranchHints& hints) {
  const size_t start = in.offset();
  const uint32_t index = in.u32("a function index");
  const uint32_t count = in.count("branch hints", UINT32_MAX);
  if (in.failed()) return in.error();
  if (index < module.imported_functions || index >= module.functions.size()) {
    return std::unexpected(invalid(start, "not for a function that has a body"));
  }
  const auto targets = TRY(branches(module.functions[index]));
  auto& of_function = hints[index];
  for (uint32_t i = 0; i < count; ++i) {
    const size_t at = in.offset();
    const uint32_t offset = in.u32("an offset"), size = in.u32("a size");
    const uint8_t value = in.byte("a hint");
    if (in.failed()) return in.error();
    if (size != 1 || value > 1) return std::unexpected(invalid(at, "expected one byte, 0 or 1"));
    if (!targets.contains(offset)) return std::unexpected(invalid(at, "not for a conditional branch"));
    if (!of_function.emplace(offset, value).second) return std::unexpected(invalid(at, "more than one for a branch"));
  }
  return {};
}

}  // namespace

Result<BranchHints> read_branch_hints(const Module& module) {
  BranchHints hints;
  for (const CustomSection& section : module.custom) {
    if (section.name != branch_hint_section) continue;
    Reader in(section.content.bytes, section.content.offset);
    const uint32_t functions = in.count("functions with hints", UINT32_MAX);
    for (uint32_t i = 0; i < functions; ++i) TRY(read_function(in, module, hints));
    if (in.failed()) return in.error();
    if (!in.done()) return std::unexpected(invalid(in.offset(), "bytes behind the last one"));
  }
  return hints;
}

}  // namespace wherry::wasm::text
