// The two ends of an HTTP exchange as wasi:http sees them; serve/ puts a connection behind them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace wherry::wasi::p2 {

using FieldList = std::vector<std::pair<std::string, std::string>>;  // in order, names as they were written

class BodySource {
 public:
  virtual ~BodySource() = default;
  // At least one byte, or none at the end. May wait.
  virtual Result<size_t> read(std::span<std::byte> into) = 0;
  virtual bool ready() const = 0;  // read would not wait
  virtual int wait_fd() const = 0;
  virtual FieldList trailers() const = 0;  // once read to the end
};

class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  virtual Result<void> head(uint16_t status, const FieldList& fields) = 0;
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;  // may wait
  virtual Result<void> flush() = 0;
  virtual Result<void> finish(const FieldList& trailers) = 0;
  virtual void abort() = 0;  // the client sees that it is incomplete
};

}  // namespace wherry::wasi::p2
