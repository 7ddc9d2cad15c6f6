// The identifiers under which a module's parts are printed: their names from the name section, made unique.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "wasm/decode/names.h"

namespace wherry::wasm::text {

// `text` as a string literal, quotes included: printable UTF-8 as it is if `is_utf8`, else only ASCII.
std::string quoted(std::string_view text, bool is_utf8);

// `$name`, quoted where that is needed.
std::string identifier(std::string_view name);

// One index space.
class IdentifierSpace {
 public:
  // Names in order of their index.
  void add(uint32_t index, std::string_view name);
  // "$name", or the number where there is no name.
  std::string ref(uint32_t index) const;
  // What stands behind the keyword of a definition: " $name", with a @name where the identifier is not the name itself.
  std::string definition(uint32_t index) const;
  std::string_view id(uint32_t index) const;  // empty: none

 private:
  struct Entry {
    uint32_t index;
    std::string id;          // with the `$`
    std::string annotation;  // " (@name …)", or empty
  };
  const Entry* find(uint32_t index) const;
  std::vector<Entry> entries_;
  std::unordered_set<std::string> used_;
};

class Identifiers {
 public:
  explicit Identifiers(const Module& module);

  std::string_view module() const { return names_.module(); }
  const IdentifierSpace& operator[](decode::Named space) const { return spaces_[size_t(space)]; }
  IdentifierSpace within(decode::NamedWithin space, uint32_t outer) const;
  // The fields of a type; kept, for instructions ask again and again.
  const IdentifierSpace& fields(uint32_t type) const;

 private:
  decode::Names names_;
  std::array<IdentifierSpace, 12> spaces_;
  mutable std::unordered_map<uint32_t, IdentifierSpace> fields_;
};

}  // namespace wherry::wasm::text
