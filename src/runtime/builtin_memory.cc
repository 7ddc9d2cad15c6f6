// Bulk operations on memories (core specification 4.6.9 … 4.6.12), and waiting on shared ones.
#include <algorithm>
#include <cstring>

#include "runtime/builtin_functions.h"
#include "runtime/wait_queues.h"

namespace wherry::runtime::builtin {
namespace {

// Between two looks at the interrupt flag: about a millisecond's work.
constexpr uint64_t chunk_bytes = 8 << 20;

size_t size_of(const MemoryVm& memory) { return memory.bytes.load(std::memory_order_acquire); }

template <typename Part>
Trap in_chunks(Thread& thread, uint64_t count, Part part) {
  for (uint64_t done = 0; done < count;) {
    const uint64_t size = std::min(chunk_bytes, count - done);
    part(done, size);
    done += size;
    if (done == count) break;
    const Trap trap = asked_to_stop(thread);
    if (trap != Trap::none) return trap;
  }
  return Trap::none;
}

}  // namespace

uint64_t memory_grow(Thread&, Vm& vm, uint32_t memory, uint64_t delta_pages) { return Instance::of(vm).memory(memory)->grow(delta_pages); }

Trap memory_init(Thread& thread, Vm& vm, uint32_t data, uint32_t memory, uint64_t to, uint64_t from, uint64_t count) {
  const auto source = Instance::of(vm).data_segment(data);
  const MemoryVm& target = *vm.memories[memory];
  if (!within(from, count, source.size()) || !within(to, count, size_of(target))) return Trap::memory_out_of_bounds;
  return in_chunks(thread, count, [&](uint64_t done, uint64_t size) { std::memcpy(target.base + to + done, source.data() + from + done, size_t(size)); });
}

Trap memory_copy(Thread& thread, Vm& vm, uint32_t to_memory, uint32_t from_memory, uint64_t to, uint64_t from, uint64_t count) {
  const MemoryVm& target = *vm.memories[to_memory];
  const MemoryVm& source = *vm.memories[from_memory];
  if (!within(from, count, size_of(source)) || !within(to, count, size_of(target))) return Trap::memory_out_of_bounds;
  uint8_t* const target_at = target.base + to;
  const uint8_t* const source_at = source.base + from;
  const bool backwards = target_at > source_at && target_at < source_at + count;
  return in_chunks(thread, count, [&](uint64_t done, uint64_t size) {
    const uint64_t offset = backwards ? count - done - size : done;
    std::memmove(target_at + offset, source_at + offset, size_t(size));
  });
}

Trap memory_fill(Thread& thread, Vm& vm, uint32_t memory, uint64_t to, uint8_t value, uint64_t count) {
  const MemoryVm& target = *vm.memories[memory];
  if (!within(to, count, size_of(target))) return Trap::memory_out_of_bounds;
  return in_chunks(thread, count, [&](uint64_t done, uint64_t size) { std::memset(target.base + to + done, value, size_t(size)); });
}

void data_drop(Thread&, Vm& vm, uint32_t data) { Instance::of(vm).drop_data(data); }

namespace {

Trap check_atomic(const MemoryVm& memory, uint64_t address, uint32_t bytes) {
  if (address % bytes != 0) return Trap::unaligned_atomic;
  return within(address, bytes, size_of(memory)) ? Trap::none : Trap::memory_out_of_bounds;
}

template <typename Int>
Trap wait(Thread& thread, Vm& vm, uint32_t memory, uint64_t address, Int expected, int64_t timeout_ns, uint32_t* result) {
  const MemoryVm& shared = *vm.memories[memory];
  const Trap trap = check_atomic(shared, address, sizeof(Int));
  if (trap != Trap::none) return trap;
  if (!shared.is_shared) return Trap::expected_shared_memory;
  const auto is_equal = [&] { return __atomic_load_n(reinterpret_cast<const Int*>(shared.base + address), __ATOMIC_SEQ_CST) == expected; };
  const auto is_interrupted = [&] { return thread.store->interrupt.load(std::memory_order_relaxed) != 0; };
  const sys::Instant until = timeout_ns < 0 ? sys::Instant::never() : sys::now() + timeout_ns;
  WaitQueues& queues = Instance::of(vm).memory(memory)->body()->queues();
  for (;;) {
    const auto outcome = queues.wait(address, is_equal, until, is_interrupted);
    if (outcome != WaitQueues::Outcome::interrupted) return *result = uint32_t(outcome), Trap::none;
    const Trap asked = poll(thread);
    if (asked != Trap::none) return asked;
  }
}

}  // namespace

Trap atomic_notify(Thread&, Vm& vm, uint32_t memory, uint64_t address, uint32_t count, uint32_t* result) {
  const MemoryVm& shared = *vm.memories[memory];
  const Trap trap = check_atomic(shared, address, 4);
  if (trap != Trap::none) return trap;
  *result = shared.is_shared ? Instance::of(vm).memory(memory)->body()->queues().notify(address, count) : 0;
  return Trap::none;
}

Trap atomic_wait32(Thread& thread, Vm& vm, uint32_t memory, uint64_t address, uint32_t expected, int64_t timeout_ns, uint32_t* result) {
  return wait(thread, vm, memory, address, expected, timeout_ns, result);
}

Trap atomic_wait64(Thread& thread, Vm& vm, uint32_t memory, uint64_t address, uint64_t expected, int64_t timeout_ns, uint32_t* result) {
  return wait(thread, vm, memory, address, expected, timeout_ns, result);
}

}  // namespace wherry::runtime::builtin
