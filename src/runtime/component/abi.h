// The canonical ABI's basics (CanonicalABI.md): a guest's memory read and written with every pointer checked, strings in
// three encodings, handles. Errors stick: the first is kept, reads give zeros after it, and whoever started asks at the end.
#pragma once

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "component/plan.h"
#include "runtime/component/handles.h"
#include "runtime/memory.h"

namespace wherry::runtime::component {

class Instance;
using wherry::component::def::StringEncoding;

// What a canonical function was made with, resolved.
struct AbiEnv {
  Instance* instance = nullptr;
  uint32_t component = 0;  // whose handles and flags count
  Memory* memory = nullptr;
  const abi::Func* realloc = nullptr;
  StringEncoding encoding = StringEncoding::utf8;
};

// What both directions share.
class Crossing {
 public:
  Crossing(abi::Thread& thread, const AbiEnv& env) : thread_(thread), env_(env) {}

  abi::Thread& thread() const { return thread_; }
  const AbiEnv& env() const { return env_; }
  Instance& instance() const { return *env_.instance; }
  HandleTable& handles() const;

  bool failed() const { return trap_ != abi::Trap::none; }
  abi::Trap trap() const { return trap_; }
  // Ends the call: the guest broke a rule of the canonical ABI; `what` is the whole sentence.
  void fail(std::string what);
  void fail(abi::Trap trap) { if (!failed()) trap_ = trap; }

  // The address of `size` bytes at `offset`, or null (and failed) when they aren't all inside or not aligned.
  uint8_t* at(uint64_t offset, uint64_t size, uint32_t align = 1);

 protected:
  abi::Thread& thread_;
  const AbiEnv& env_;
  abi::Trap trap_ = abi::Trap::none;
};

// From the guest.
class Lift : public Crossing {
 public:
  using Crossing::Crossing;
  ~Lift();  // gives back what was lent

  template <typename T>
  T read(uint32_t offset) {
    T value{};
    if (const uint8_t* from = at(offset, sizeof value)) std::memcpy(&value, from, sizeof value);
    return value;
  }
  std::string string(uint32_t pointer, uint32_t tagged_length);
  // The elements of a list, checked to be inside and aligned; false when they aren't.
  bool list(uint32_t pointer, uint32_t length, uint32_t size, uint32_t align);
  char32_t character(uint32_t code);
  // Takes the handle away from the guest / lends it for the time of the call. 0 after a failure.
  uint64_t own(uint32_t handle, const ResourceKind* kind);
  uint64_t borrow(uint32_t handle, const ResourceKind* kind);

 private:
  Handle* handle(uint32_t index, const ResourceKind* kind);
  bool charge(uint64_t bytes);
  std::vector<uint32_t> lent_;
  uint64_t bytes_ = 0;  // of lists and strings so far
};

// To the guest.
class Lower : public Crossing {
 public:
  Lower(abi::Thread& thread, const AbiEnv& env, Task* task = nullptr) : Crossing(thread, env), task_(task) {}

  template <typename T>
  void write(uint32_t offset, T value) {
    if (uint8_t* to = at(offset, sizeof value)) std::memcpy(to, &value, sizeof value);
  }
  // Guest memory for `bytes`, from its realloc.
  uint32_t allocate(uint64_t bytes, uint32_t align);
  struct Placed { uint32_t pointer = 0, length = 0; };
  Placed string(std::string_view utf8);
  Placed bytes(std::span<const uint8_t> bytes);
  // Room for `count` elements.
  Placed list(size_t count, uint32_t size, uint32_t align);
  uint32_t own(uint64_t rep, const ResourceKind* kind);
  uint32_t borrow(uint64_t rep, const ResourceKind* kind);

 private:
  uint32_t reallocate(uint32_t old, uint32_t old_bytes, uint32_t align, uint64_t bytes);
  Placed utf16(std::string_view utf8);
  Placed latin1_or_utf16(std::string_view utf8);
  Task* task_;  // that borrowed handles belong to
};

}  // namespace wherry::runtime::component
