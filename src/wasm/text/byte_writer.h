// Writes the binary format: integers, names, sections (core specification 5.2).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "wasm/types.h"

namespace wherry::wasm::text {

class ByteWriter {
 public:
  void byte(uint8_t value) { bytes_.push_back(value); }
  void u32(uint32_t value) { u64(value); }
  void u64(uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(uint8_t(value) | 0x80);
    byte(uint8_t(value));
  }
  void s64(int64_t value) {
    for (; value < -64 || value > 63; value >>= 7) byte(uint8_t(value & 0x7F) | 0x80);
    byte(uint8_t(value & 0x7F));
  }
  template <typename Int>
  void fixed(Int value) {  // little endian
    for (unsigned i = 0; i < sizeof(Int); ++i) byte(uint8_t(uint64_t(value) >> (8 * i)));
  }
  void append(std::span<const uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void append(const ByteWriter& other) { append(std::span(other.bytes_)); }
  // A vector of bytes: its size, then they.
  void sized(const ByteWriter& other) {
    u64(other.size());
    append(other);
  }
  void name(std::string_view text) {
    u64(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }

  void heap_type(HeapType type) { s64(type.value); }
  void val_type(ValType type);
  void field_type(const FieldType& type) {
    val_type(type.type);
    byte(type.is_mutable);
  }
  // An opcode as opcode.def writes it.
  void opcode(uint32_t code) {
    if (code <= 0xFF) return byte(uint8_t(code));
    byte(uint8_t(code >> 16));
    u32(code & 0xFFFF);
  }

  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  void truncate(size_t size) { bytes_.resize(size); }
  std::span<const uint8_t> from(size_t begin) const { return std::span(bytes_).subspan(begin); }
  std::vector<uint8_t> take() && { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

// Nullable references to abstract heap types have the heap type's own code as a short form (5.3.4).
inline void ByteWriter::val_type(ValType type) {
  if (!type.is_ref()) return byte(uint8_t(type.kind()));
  if (type.nullable() && !type.heap().is_index()) return heap_type(type.heap());
  byte(uint8_t(type.kind()));
  heap_type(type.heap());
}

}  // namespace wherry::wasm::text
