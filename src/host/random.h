// Random bytes for guests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wherry::host {

class Random {
 public:
  virtual ~Random() = default;
  virtual void secure(std::span<std::byte> into) = 0;  // nobody can guess them
  virtual uint64_t insecure() = 0;                     // for hash tables and the like
};

class SystemRandom final : public Random {
 public:
  void secure(std::span<std::byte> into) override;
  uint64_t insecure() override;
};

// The same bytes every time, for tests.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void secure(std::span<std::byte> into) override;
  uint64_t insecure() override;

 private:
  uint64_t state_;
};

}  // namespace wherry::host
