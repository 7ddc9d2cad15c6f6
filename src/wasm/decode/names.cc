#include "wasm/decode/names.h"

#include <algorithm>

#include "wasm/reader.h"

namespace wherry::wasm::decode {
namespace {

constexpr uint8_t module_id = 0;

bool is_direct(uint8_t id) { return id == 1 || (id >= 4 && id <= 9) || id == 11; }
bool is_indirect(uint8_t id) { return id == 2 || id == 3 || id == 10; }

// A name map, as far as it can be read.
std::vector<Names::Entry> read_map(Reader& in) {
  const uint32_t count = in.count("names", UINT32_MAX);
  std::vector<Names::Entry> entries;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t index = in.u32("an index");
    const std::string_view name = in.name("a name", UINT32_MAX);
    if (in.failed()) break;
    entries.push_back({index, name});
  }
  std::ranges::sort(entries, {}, [](const Names::Entry& entry) { return std::pair(entry.index, entry.name.data()); });
  return entries;
}

std::string_view find(const std::vector<Names::Entry>& entries, uint32_t index) {
  const auto found = std::ranges::lower_bound(entries, index, {}, &Names::Entry::index);
  return found != entries.end() && found->index == index ? found->name : std::string_view();
}

void skip_map(Reader& in) {
  const uint32_t count = in.count("names", UINT32_MAX);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    in.u32("an index");
    in.bytes(in.u32("a name"), "a name");
  }
}

}  // namespace

Names::Names(const Module& module) {
  const auto section = std::ranges::find(module.custom, "name", &CustomSection::name);
  if (section == module.custom.end()) return;
  const std::span<const uint8_t> file = *module.bytes;
  Reader in(section->content.bytes, section->content.offset);
  while (!in.done()) {
    const uint8_t id = in.byte("a subsection's id");
    const uint32_t size = in.u32("a subsection's size");
    const size_t offset = in.offset();
    Reader content(in.bytes(size, "a subsection"), offset);
    if (in.failed()) return;
    if (id == module_id) module_ = content.name("a module's name", UINT32_MAX);
    if (is_direct(id) && direct_[id].empty()) direct_[id] = read_map(content);
    if (!is_indirect(id) || !indirect_[id].empty()) continue;
    const uint32_t count = content.count("groups of names", UINT32_MAX);
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t outer = content.u32("an index");
      const size_t begin = content.offset();
      skip_map(content);
      if (content.failed()) break;
      indirect_[id].push_back({outer, {file.subspan(begin, content.offset() - begin), begin}});
    }
    std::ranges::sort(indirect_[id], {}, [](const Group& group) { return std::pair(group.outer, group.entries.offset); });
  }
}

std::string_view Names::of(Named space, uint32_t index) const { return find(direct_[size_t(space)], index); }

std::vector<Names::Entry> Names::all_within(NamedWithin space, uint32_t outer) const {
  const auto& groups = indirect_[size_t(space)];
  const auto found = std::ranges::lower_bound(groups, outer, {}, &Group::outer);
  if (found == groups.end() || found->outer != outer) return {};
  Reader in(found->entries.bytes, found->entries.offset);
  return read_map(in);
}

std::string_view Names::within(NamedWithin space, uint32_t outer, uint32_t index) const { return find(all_within(space, outer), index); }

}  // namespace wherry::wasm::decode
