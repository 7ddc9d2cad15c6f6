// The values of scripts: arguments, which are constants, and expected results, which may be patterns.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wasm/text/cursor.h"
#include "wasm/types.h"

namespace wherry::wast {

// What a reference refers to, as far as scripts can tell.
enum class RefKind : uint8_t { null, func, extern_, host, i31, struct_, array, exn, eq, any };

// A value that goes into guest code or came out of it.
struct Value {
  wasm::Kind kind = wasm::Kind::i32;  // i32, i64, f32, f64, v128 or ref
  std::array<uint8_t, 16> bytes{};    // little endian; of a number the first 4 or 8
  RefKind ref = RefKind::null;
  wasm::HeapType heap = wasm::heap::any;  // of a null argument
  uint32_t number = 0;                // of an extern or host reference: which one the script calls by this number

  uint64_t bits(size_t at = 0, size_t size = 8) const {
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i) value |= uint64_t(bytes[at + i]) << (8 * i);
    return value;
  }
};

enum class NanPattern : uint8_t { none, canonical, arithmetic };

// A result that an assertion asks for.
struct Expected {
  Value value;
  bool any_number = false;           // a reference without a number, or a null of any type
  unsigned lanes = 1, lane_bytes = 0;  // how floats lie in `value`, for the patterns
  std::array<NanPattern, 4> nans{};    // by lane
  std::vector<Expected> either;      // not empty: any of these will do
  std::string text;                  // as the script has it
};

// `(i32.const 1)`, `(ref.null func)`, …
Result<Value> read_value(wasm::text::Cursor& cursor);
Result<Expected> read_expected(wasm::text::Cursor& cursor);

bool matches(const Value& value, const Expected& expected);
std::string to_text(const Value& value);

}  // namespace wherry::wast
