#include "wasm/text/name_section.h"

namespace wherry::wasm::text {
namespace {

void write_subsection(ByteWriter& out, uint8_t id, const ByteWriter& content) {
  if (content.empty()) return;
  out.byte(id);
  out.sized(content);
}

ByteWriter name_map(const std::vector<NamedIndex>& names) {
  ByteWriter out;
  out.u32(uint32_t(names.size()));
  for (const NamedIndex& entry : names) {
    out.u32(entry.index);
    out.name(entry.name);
  }
  return out;
}

std::vector<NamedIndex> named(const IndexSpace& space) {
  std::vector<NamedIndex> names;
  for (uint32_t i = 0; i < space.count(); ++i) {
    if (!space.names[i].empty()) names.push_back({i, space.names[i]});
  }
  return names;
}

ByteWriter space_names(const IndexSpace& space) {
  const auto names = named(space);
  return names.empty() ? ByteWriter() : name_map(names);
}

ByteWriter inner_names(const std::vector<Names::Inner>& list) {
  ByteWriter out;
  if (list.empty()) return out;
  out.u32(uint32_t(list.size()));
  for (const Names::Inner& inner : list) {
    out.u32(inner.outer);
    out.append(name_map(inner.names));
  }
  return out;
}

ByteWriter field_names(const Scope& scope) {
  std::vector<Names::Inner> types;
  for (uint32_t i = 0; i < scope.type_entries.size(); ++i) {
    auto names = named(scope.type_entries[i].fields);
    if (!names.empty()) types.push_back({i, std::move(names)});
  }
  return inner_names(types);
}

}  // namespace

ByteWriter name_section(const Names& names, const Scope& scope) {
  ByteWriter out, module;
  if (!names.module.empty()) module.name(names.module);
  write_subsection(out, 0, module);
  write_subsection(out, 1, space_names(scope.functions));
  write_subsection(out, 2, inner_names(names.locals));
  write_subsection(out, 3, inner_names(names.labels));
  write_subsection(out, 4, space_names(scope.types));
  write_subsection(out, 5, space_names(scope.tables));
  write_subsection(out, 6, space_names(scope.memories));
  write_subsection(out, 7, space_names(scope.globals));
  write_subsection(out, 8, space_names(scope.elements));
  write_subsection(out, 9, space_names(scope.data));
  write_subsection(out, 10, field_names(scope));
  write_subsection(out, 11, space_names(scope.tags));
  return out;
}

}  // namespace wherry::wasm::text
