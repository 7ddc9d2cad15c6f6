#include "runtime/component/interface.h"

#include <fmt/format.h>

#include <charconv>

namespace wherry::runtime::component {
namespace {

namespace wc = wherry::component;

struct Version {
  uint32_t major = 0, minor = 0, patch = 0;
  std::string_view pre;
  bool is_valid = false;
};

Version parse_version(std::string_view text) {
  Version version;
  if (const size_t plus = text.find('+'); plus != text.npos) text = text.substr(0, plus);
  if (const size_t dash = text.find('-'); dash != text.npos) {
    version.pre = text.substr(dash + 1);
    text = text.substr(0, dash);
  }
  const char* at = text.data();
  const char* const end = at + text.size();
  for (uint32_t* const part : {&version.major, &version.minor, &version.patch}) {
    const auto read = std::from_chars(at, end, *part);
    if (read.ec != std::errc()) return version;
    at = read.ptr;
    if (part != &version.patch && (at == end || *at++ != '.')) return version;
  }
  version.is_valid = at == end;
  return version;
}

bool matches(const TypeDesc& offered, wc::TypeId wanted, const wc::Types& types, std::span<const ResourceKind* const> kinds) {
  if (wanted == wc::no_type) return false;
  const wc::Type& type = types[wanted];
  if (type.form != offered.form) return false;
  if (offered.resource) return type.resource < kinds.size() && kinds[type.resource] == offered.resource;
  if (type.parts.size() != offered.parts.size()) return false;
  for (size_t i = 0; i < type.parts.size(); ++i) {
    const wc::Part& part = type.parts[i];
    const PartDesc& with = offered.parts[i];
    if (part.name != with.name || (part.type == wc::no_type) != (with.type == nullptr)) return false;
    if (with.type && !matches(*with.type, part.type, types, kinds)) return false;
  }
  return true;
}

void append_text(std::string& out, const TypeDesc& type) {
  if (type.resource) {
    out += fmt::format("{}<{}>", form_text(type.form), type.resource->name);
    return;
  }
  out += form_text(type.form);
  if (type.parts.empty()) return;
  const bool has_labels = type.form == Form::record || type.form == Form::variant || type.form == Form::enum_ || type.form == Form::flags;
  out += has_labels ? " { " : "<";
  bool first = true;
  for (const PartDesc& part : type.parts) {
    if (type.form == Form::option && !part.type) continue;
    if (!first) out += ", ";
    first = false;
    if (has_labels) out += part.name;
    if (has_labels && part.type) out += type.form == Form::record ? ": " : "(";
    if (part.type) append_text(out, *part.type);
    else if (!has_labels) out += "_";
    if (type.form == Form::variant && part.type) out += ")";
  }
  out += has_labels ? " }" : ">";
}

}  // namespace

InterfaceName split_name(std::string_view name) {
  const size_t at = name.find('@');
  return at == name.npos ? InterfaceName{name, {}} : InterfaceName{name.substr(0, at), name.substr(at + 1)};
}

// Semver: below 1.0 the minor number is what breaks, and below 0.1 every number; pre-releases fit only themselves.
// Within what is compatible anything up to the newest known will do.
bool provides(const HostInterface& interface, std::string_view name) {
  const auto [path, version] = split_name(name);
  if (path != interface.name) return false;
  if (version == interface.newest || version == interface.oldest) return true;
  const Version wanted = parse_version(version), newest = parse_version(interface.newest), oldest = parse_version(interface.oldest);
  if (!wanted.is_valid || !wanted.pre.empty() || !newest.pre.empty()) return false;
  if (wanted.major != newest.major || wanted.minor < oldest.minor || wanted.minor > newest.minor) return false;
  if (wanted.major == 0 && wanted.minor != newest.minor) return false;
  return wanted.minor < newest.minor || wanted.patch <= newest.patch;
}

std::string versions_text(const HostInterface& interface) {
  if (interface.oldest == interface.newest) return std::string(interface.newest);
  return fmt::format("{} to {}", interface.oldest, interface.newest);
}

bool matches(const FuncDesc& offered, const wc::FuncType& wanted, const wc::Types& types, std::span<const ResourceKind* const> kinds) {
  if (wanted.is_async || offered.params.size() != wanted.params.size()) return false;
  for (size_t i = 0; i < offered.params.size(); ++i)
    if (!matches(*offered.params[i], wanted.params[i].type, types, kinds)) return false;
  if (!offered.result) return wanted.result == wc::no_type;
  return matches(*offered.result, wanted.result, types, kinds);
}

std::string to_text(const FuncDesc& type) {
  std::string out = "func(";
  for (size_t i = 0; i < type.params.size(); ++i) {
    if (i) out += ", ";
    append_text(out, *type.params[i]);
  }
  out += ")";
  if (type.result) {
    out += " -> ";
    append_text(out, *type.result);
  }
  return out;
}

}  // namespace wherry::runtime::component
