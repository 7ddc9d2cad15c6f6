// The name section (core specification 7.4.1, and the extended-name-section proposal): what people call the parts of a
// module. For messages only, so it never fails: what can't be read has no name. Borrows the module's bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "wasm/module.h"

namespace wherry::wasm::decode {

// What has names; the values are the subsections' ids.
enum class Named : uint8_t { function = 1, type = 4, table = 5, memory = 6, global = 7, element = 8, data = 9, tag = 11 };
// What has names within something else that is named.
enum class NamedWithin : uint8_t { local = 2, label = 3, field = 10 };

class Names {
 public:
  Names() = default;
  // Reads the first custom section called "name", if there is one. Locals, labels and fields are only looked up when
  // somebody asks, so this costs time in the number of named functions, not of locals.
  explicit Names(const Module& module);

  // Each is empty where there is no name.
  std::string_view module() const { return module_; }
  std::string_view function(uint32_t index) const { return of(Named::function, index); }
  std::string_view of(Named space, uint32_t index) const;
  std::string_view within(NamedWithin space, uint32_t outer, uint32_t index) const;
  // All local (or label, or field) names of one function (or type), in order.
  struct Entry {
    uint32_t index;
    std::string_view name;
  };
  std::vector<Entry> all_within(NamedWithin space, uint32_t outer) const;
  const std::vector<Entry>& all(Named space) const { return direct_[size_t(space)]; }

 private:
  struct Group {
    uint32_t outer;
    Span entries;
  };
  static constexpr size_t ids = 12;

  std::string_view module_;
  std::array<std::vector<Entry>, ids> direct_;    // by subsection id, sorted by index
  std::array<std::vector<Group>, ids> indirect_;  // the same, with unread entries
};

}  // namespace wherry::wasm::decode
