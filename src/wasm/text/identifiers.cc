#include "wasm/text/identifiers.h"

#include <fmt/format.h>

#include <algorithm>

namespace wherry::wasm::text {
namespace {

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > 0x20 && c < 0x7F && std::string_view("\",;()[]{}").find(c) == std::string_view::npos;
  });
}

}  // namespace

std::string identifier(std::string_view name) {
  return is_plain(name) ? "$" + std::string(name) : "$" + quoted(name, true);
}

std::string quoted(std::string_view text, bool is_utf8) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = uint8_t(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if ((byte >= 0x20 && byte < 0x7F) || (is_utf8 && byte >= 0x80)) {
      out += c;
    } else {
      out += {'\\', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out + '"';
}

void IdentifierSpace::add(uint32_t index, std::string_view name) {
  if (name.empty() || find(index)) return;
  std::string unique(name);
  while (!used_.insert(unique).second) unique += fmt::format("#{}", index);
  entries_.push_back({index, identifier(unique), unique == name ? "" : fmt::format(" (@name {})", quoted(name, true))});
}

const IdentifierSpace::Entry* IdentifierSpace::find(uint32_t index) const {
  const auto found = std::ranges::lower_bound(entries_, index, {}, &Entry::index);
  return found != entries_.end() && found->index == index ? &*found : nullptr;
}

std::string IdentifierSpace::ref(uint32_t index) const {
  const Entry* entry = find(index);
  return entry ? entry->id : std::to_string(index);
}

std::string IdentifierSpace::definition(uint32_t index) const {
  const Entry* entry = find(index);
  return entry ? " " + entry->id + entry->annotation : "";
}

std::string_view IdentifierSpace::id(uint32_t index) const {
  const Entry* entry = find(index);
  return entry ? std::string_view(entry->id) : std::string_view();
}

Identifiers::Identifiers(const Module& module) : names_(module) {
  using decode::Named;
  const std::pair<Named, size_t> counts[] = {
      {Named::function, module.functions.size()}, {Named::type, module.types.count()}, {Named::table, module.tables.size()},
      {Named::memory, module.memories.size()},    {Named::global, module.globals.size()}, {Named::element, module.elements.size()},
      {Named::data, module.data.size()},          {Named::tag, module.tags.size()}};
  for (const auto& [space, count] : counts) {
    for (const auto& entry : names_.all(space)) {
      if (entry.index < count) spaces_[size_t(space)].add(entry.index, entry.name);
    }
  }
}

IdentifierSpace Identifiers::within(decode::NamedWithin space, uint32_t outer) const {
  IdentifierSpace out;
  for (const auto& entry : names_.all_within(space, outer)) out.add(entry.index, entry.name);
  return out;
}

const IdentifierSpace& Identifiers::fields(uint32_t type) const {
  const auto known = fields_.find(type);
  if (known != fields_.end()) return known->second;
  return fields_.emplace(type, within(decode::NamedWithin::field, type)).first->second;
}

}  // namespace wherry::wasm::text
