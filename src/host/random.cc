#include "host/random.h"

#include "base/sys/random.h"

namespace wherry::host {

void SystemRandom::secure(std::span<std::byte> into) { sys::fill_random(into); }

uint64_t SystemRandom::insecure() {
  uint64_t value = 0;
  secure(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

void SeededRandom::secure(std::span<std::byte> into) {
  for (std::byte& byte : into) byte = static_cast<std::byte>(insecure() >> 56);
}

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
uint64_t SeededRandom::insecure() {
  uint64_t mixed = state_ += 0x9E3779B97F4A7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  return mixed ^ (mixed >> 31);
}

}  // namespace wherry::host
