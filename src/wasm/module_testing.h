// Builds modules for tests, byte by byte as a reader of the specification would.
#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

namespace wherry::wasm::testing {

using Bytes = std::vector<uint8_t>;

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Bytes u32(uint32_t value) {
  Bytes bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(uint8_t(value | 0x80));
  bytes.push_back(uint8_t(value));
  return bytes;
}

inline Bytes name(std::string_view text) { return u32(uint32_t(text.size())) + Bytes(text.begin(), text.end()); }

inline Bytes section(uint8_t id, const Bytes& content) { return Bytes{id} + u32(uint32_t(content.size())) + content; }

inline Bytes vec(std::initializer_list<Bytes> items) {
  Bytes bytes = u32(uint32_t(items.size()));
  for (const Bytes& item : items) bytes = bytes + item;
  return bytes;
}

inline Bytes module(std::initializer_list<Bytes> sections) {
  Bytes bytes{0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00};
  for (const Bytes& section : sections) bytes = bytes + section;
  return bytes;
}

// A body without its size: `locals` (declarations, counted) and instructions; the final `end` is added.
inline Bytes body(const Bytes& instructions, std::initializer_list<Bytes> locals = {}) {
  const Bytes content = vec(locals) + instructions + Bytes{0x0B};
  return u32(uint32_t(content.size())) + content;
}

// One function of `type` (a whole entry of the type section) with `instructions`, and any other sections before code.
inline Bytes function_module(const Bytes& type, const Bytes& instructions, std::initializer_list<Bytes> locals = {}, const Bytes& between = {}) {
  return module({section(1, vec({type})), section(3, vec({{0x00}})), between, section(10, vec({body(instructions, locals)}))});
}

inline std::shared_ptr<const Bytes> shared(Bytes bytes) { return std::make_shared<const Bytes>(std::move(bytes)); }

}  // namespace wherry::wasm::testing
