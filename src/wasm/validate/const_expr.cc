// Constant expressions (core specification 3.4.15): a few instructions, checked as in a body, all others refused.
#include "wasm/body/walk.h"
#include "wasm/errors.h"
#include "wasm/validate/function.h"

#include <fmt/format.h>

namespace wherry::wasm::validate {
namespace {

constexpr bool is_extended(uint32_t code) { return (code >= 0x6A && code <= 0x6C) || (code >= 0x7C && code <= 0x7E); }

constexpr bool is_constant(uint32_t code) {
  switch (code) {
    case 0x0B:                                        // end
    case 0x23:                                        // global.get
    case 0x41: case 0x42: case 0x43: case 0x44:       // t.const
    case 0xFD000C:                                    // v128.const
    case 0xD0: case 0xD2:                             // ref.null, ref.func
    case 0xFB0000: case 0xFB0001:                     // struct.new
    case 0xFB0006: case 0xFB0007: case 0xFB0008:      // array.new
    case 0xFB001A: case 0xFB001B: case 0xFB001C:      // conversions, ref.i31
      return true;
    default: return is_extended(code);
  }
}

}  // namespace

// A visitor that lets only constant instructions through to the validator.
class ConstValidator {
 public:
  explicit ConstValidator(FunctionValidator& to) : to_(to) {}

#define OP(code, name, text, immediate, signature, fuel, flow, feature)        \
  template <typename Immediate>                                                \
  void name(const Immediate& operand) {                                        \
    if constexpr (is_constant(code)) {                                         \
      if constexpr (is_extended(code)) require(Feature::extended_const, text); \
      to_.name(operand);                                                       \
    } else {                                                                   \
      to_.fail("expected a constant instruction");                             \
    }                                                                          \
  }
#include "wasm/opcode.def"

 private:
  void require(Feature feature, const char* what) {
    if (!to_.context_.features.has(feature)) to_.in_->fail(error::disabled(to_.in_->marked(), fmt::format("{} in a constant expression", what), feature));
  }

  FunctionValidator& to_;
};

void FunctionValidator::check_const(const ConstExpr& expression, Reader& in, ValType expected, uint32_t globals_visible,
                                    std::vector<bool>& referred) {
  start(in, expression.bytes, {0, 0, nullptr, expected, FrameKind::function, false, 0});
  is_const_ = true;
  globals_visible_ = globals_visible;
  referred_ = &referred;
  locals_.clear();
  local_count_ = 0;
  ConstValidator constants(*this);
  while (!in.failed() && !frames_.empty()) {
    if (restricted_) check_features();
    body::step(in, constants, scratch_);
  }
  if (!in.failed() && !in.done()) in.fail(error::malformed(in.offset(), "the end of the expression", "more bytes"));
  is_const_ = false;
  referred_ = nullptr;
}

}  // namespace wherry::wasm::validate
