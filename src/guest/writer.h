// Writes a component's binary (component model, Binary.md), a definition a section, and keeps count of the index spaces.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wherry::guest {

class Bytes {
 public:
  Bytes& byte(uint8_t value) { return data_.push_back(value), *this; }
  Bytes& u32(uint64_t value);  // LEB128
  Bytes& s33(int64_t value);
  Bytes& name(std::string_view text);
  Bytes& raw(std::span<const uint8_t> bytes) { return data_.insert(data_.end(), bytes.begin(), bytes.end()), *this; }
  Bytes& raw(const Bytes& other) { return raw(std::span(other.data_)); }
  // As a vector of bytes: its size, then it.
  Bytes& sized(const Bytes& other) { return u32(other.data_.size()).raw(other); }
  size_t size() const { return data_.size(); }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_.data()), data_.size()}; }
  std::vector<uint8_t> take() && { return std::move(data_); }
  const std::vector<uint8_t>& data() const { return data_; }

 private:
  std::vector<uint8_t> data_;
};

// Codes of sorts.
inline constexpr uint8_t core_func = 0x00, core_table = 0x01, core_memory = 0x02;

struct CoreItem {
  std::string name;
  uint8_t sort;  // core
  uint32_t index;
};

struct CanonOptions {
  std::optional<uint32_t> memory, realloc, post_return;
  bool has_strings = false;
};

class ComponentWriter {
 public:
  ComponentWriter();
  std::vector<uint8_t> take() && { return std::move(out_).take(); }

  // Each gives the index of what it defines.
  uint32_t core_module(std::span<const uint8_t> module);
  uint32_t core_instantiate(uint32_t module, const std::vector<std::pair<std::string, uint32_t>>& args);
  uint32_t core_instance(const std::vector<CoreItem>& exports);
  uint32_t alias_core(uint8_t sort, uint32_t instance, std::string_view name);
  uint32_t type(const Bytes& type);
  uint32_t import_instance(std::string_view name, uint32_t type);
  uint32_t import_func(std::string_view name, uint32_t type);
  uint32_t alias_type(uint32_t instance, std::string_view name);
  uint32_t alias_func(uint32_t instance, std::string_view name);
  uint32_t lower(uint32_t func, const CanonOptions& options);   // a core function
  uint32_t resource_drop(uint32_t type);                        // a core function
  uint32_t lift(uint32_t core_func, uint32_t type, const CanonOptions& options);
  uint32_t instance(const std::vector<std::pair<std::string, uint32_t>>& funcs);
  void export_instance(std::string_view name, uint32_t instance);
  void export_func(std::string_view name, uint32_t func);

 private:
  void section(uint8_t id, const Bytes& definition);  // a vector of one
  Bytes out_;
  uint32_t core_modules_ = 0, core_instances_ = 0, types_ = 0, instances_ = 0, funcs_ = 0;
  uint32_t core_[5] = {};
};

}  // namespace wherry::guest
