#include "guest/writer.h"

namespace wherry::guest {
namespace {

enum Section : uint8_t { core_module_section = 1, core_instance_section = 2, instance_section = 5, alias_section = 6, type_section = 7, canon_section = 8, import_section = 10, export_section = 11 };
constexpr uint8_t func_sort = 0x01, type_sort = 0x03, instance_sort = 0x05, core_sort = 0x00, core_instance_sort = 0x12;

void write_options(Bytes& out, const CanonOptions& options) {
  out.u32(uint32_t(options.has_strings) + options.memory.has_value() + options.realloc.has_value() + options.post_return.has_value());
  if (options.has_strings) out.byte(0x00);  // UTF-8
  if (options.memory) out.byte(0x03).u32(*options.memory);
  if (options.realloc) out.byte(0x04).u32(*options.realloc);
  if (options.post_return) out.byte(0x05).u32(*options.post_return);
}

}  // namespace

Bytes& Bytes::u32(uint64_t value) {
  for (; value >= 0x80; value >>= 7) data_.push_back(uint8_t(value) | 0x80);
  return byte(uint8_t(value));
}

Bytes& Bytes::s33(int64_t value) {
  for (;; value >>= 7) {
    const bool is_last = (value >> 6) == 0 || (value >> 6) == -1;
    data_.push_back(uint8_t(value & 0x7F) | (is_last ? 0 : 0x80));
    if (is_last) return *this;
  }
}

Bytes& Bytes::name(std::string_view text) {
  u32(text.size());
  data_.insert(data_.end(), text.begin(), text.end());
  return *this;
}

ComponentWriter::ComponentWriter() {
  constexpr uint8_t preamble[] = {0x00, 'a', 's', 'm', 0x0D, 0x00, 0x01, 0x00};
  out_.raw(preamble);
}

void ComponentWriter::section(uint8_t id, const Bytes& definition) {
  Bytes content;
  content.u32(1).raw(definition);
  out_.byte(id).sized(content);
}

uint32_t ComponentWriter::core_module(std::span<const uint8_t> module) {
  out_.byte(core_module_section).u32(module.size()).raw(module);
  return core_modules_++;
}

uint32_t ComponentWriter::core_instantiate(uint32_t module, const std::vector<std::pair<std::string, uint32_t>>& args) {
  Bytes out;
  out.byte(0x00).u32(module).u32(args.size());
  for (const auto& [name, instance] : args) out.name(name).byte(core_instance_sort).u32(instance);
  section(core_instance_section, out);
  return core_instances_++;
}

uint32_t ComponentWriter::core_instance(const std::vector<CoreItem>& exports) {
  Bytes out;
  out.byte(0x01).u32(exports.size());
  for (const CoreItem& item : exports) out.name(item.name).byte(item.sort).u32(item.index);
  section(core_instance_section, out);
  return core_instances_++;
}

uint32_t ComponentWriter::alias_core(uint8_t sort, uint32_t instance, std::string_view name) {
  Bytes out;
  out.byte(core_sort).byte(sort).byte(0x01).u32(instance).name(name);
  section(alias_section, out);
  return core_[sort]++;
}

uint32_t ComponentWriter::type(const Bytes& type) {
  section(type_section, type);
  return types_++;
}

uint32_t ComponentWriter::import_instance(std::string_view name, uint32_t type) {
  Bytes out;
  out.byte(0x00).name(name).byte(0x05).u32(type);
  section(import_section, out);
  return instances_++;
}

uint32_t ComponentWriter::import_func(std::string_view name, uint32_t type) {
  Bytes out;
  out.byte(0x00).name(name).byte(0x01).u32(type);
  section(import_section, out);
  return funcs_++;
}

uint32_t ComponentWriter::alias_type(uint32_t instance, std::string_view name) {
  Bytes out;
  out.byte(type_sort).byte(0x00).u32(instance).name(name);
  section(alias_section, out);
  return types_++;
}

uint32_t ComponentWriter::alias_func(uint32_t instance, std::string_view name) {
  Bytes out;
  out.byte(func_sort).byte(0x00).u32(instance).name(name);
  section(alias_section, out);
  return funcs_++;
}

uint32_t ComponentWriter::lower(uint32_t func, const CanonOptions& options) {
  Bytes out;
  out.byte(0x01).byte(0x00).u32(func);
  write_options(out, options);
  section(canon_section, out);
  return core_[core_func]++;
}

uint32_t ComponentWriter::resource_drop(uint32_t type) {
  Bytes out;
  out.byte(0x03).u32(type);
  section(canon_section, out);
  return core_[core_func]++;
}

uint32_t ComponentWriter::lift(uint32_t core, uint32_t type, const CanonOptions& options) {
  Bytes out;
  out.byte(0x00).byte(0x00).u32(core);
  write_options(out, options);
  out.u32(type);
  section(canon_section, out);
  return funcs_++;
}

uint32_t ComponentWriter::instance(const std::vector<std::pair<std::string, uint32_t>>& funcs) {
  Bytes out;
  out.byte(0x01).u32(funcs.size());
  for (const auto& [name, index] : funcs) out.byte(0x00).name(name).byte(func_sort).u32(index);
  section(instance_section, out);
  return instances_++;
}

void ComponentWriter::export_instance(std::string_view name, uint32_t instance) {
  Bytes out;
  out.byte(0x00).name(name).byte(instance_sort).u32(instance).byte(0x00);
  section(export_section, out);
  ++instances_;
}

void ComponentWriter::export_func(std::string_view name, uint32_t func) {
  Bytes out;
  out.byte(0x00).name(name).byte(func_sort).u32(func).byte(0x00);
  section(export_section, out);
  ++funcs_;
}

}  // namespace wherry::guest
