// wasi:clocks/wall-clock's datetime.
#pragma once

#include "runtime/component/bind.h"

namespace wherry::wasi::p2 {

struct Datetime {
  uint64_t seconds = 0;
  uint32_t nanoseconds = 0;
};

// Of nanoseconds since 1970; what is before is 1970.
inline Datetime datetime(int64_t ns) {
  if (ns < 0) ns = 0;
  return {uint64_t(ns / 1'000'000'000), uint32_t(ns % 1'000'000'000)};
}

}  // namespace wherry::wasi::p2

namespace wherry::runtime::component {
template <>
struct Shape<wasi::p2::Datetime> {
  static constexpr Form form = Form::record;
  static constexpr std::tuple members{&wasi::p2::Datetime::seconds, &wasi::p2::Datetime::nanoseconds};
  static constexpr std::string_view names[] = {"seconds", "nanoseconds"};
};
}  // namespace wherry::runtime::component
