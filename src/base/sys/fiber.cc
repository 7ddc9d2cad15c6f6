#include "base/sys/fiber.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WHERRY_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define WHERRY_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define WHERRY_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define WHERRY_TSAN 1
#endif

#if WHERRY_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if WHERRY_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace wherry::sys {
namespace {

constinit thread_local Fiber* current_fiber = nullptr;

// Wide enough that a frame of any host function can't step over it.
constexpr size_t guard_bytes = 64 * 1024;

[[noreturn]] void bug(const char* what) {
  std::fprintf(stderr, "wherry: bug in a fiber's use: %s\n", what);
  std::abort();
}

size_t whole_pages(size_t bytes) {
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

// Address sanitizer: what it is told before and after each switch. `dying` frees the fake frames of a stack that is
// left for good.
#if WHERRY_ASAN
void before_switch(void** fake_stack, const void* base, size_t bytes) {
  __sanitizer_start_switch_fiber(fake_stack, base, bytes);
}
void after_switch(void* fake_stack, const void** from_base, size_t* from_bytes) {
  __sanitizer_finish_switch_fiber(fake_stack, from_base, from_bytes);
}
void forget(Stack stack) { __asan_unpoison_memory_region(stack.base, stack.bytes); }
#else
void before_switch(void**, const void*, size_t) {}
void after_switch(void*, const void**, size_t*) {}
void forget(Stack) {}
#endif

#if WHERRY_TSAN
void* tsan_create() { return __tsan_create_fiber(0); }
void tsan_destroy(void* fiber) { __tsan_destroy_fiber(fiber); }
void* tsan_current() { return __tsan_get_current_fiber(); }
void tsan_switch(void* fiber) { __tsan_switch_to_fiber(fiber, 0); }
#else
void* tsan_create() { return nullptr; }
void tsan_destroy(void*) {}
void* tsan_current() { return nullptr; }
void tsan_switch(void*) {}
#endif

void unmap(Stack stack) { munmap(stack.base - guard_bytes, stack.bytes + guard_bytes); }

uintptr_t thread_stack_limit() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* base = nullptr;
  size_t bytes = 0;
  pthread_attr_getstack(&attributes, &base, &bytes);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<uintptr_t>(base);
}

}  // namespace

StackPool::StackPool(size_t stack_bytes, size_t kept_max) : bytes_(whole_pages(stack_bytes)), kept_max_(kept_max) {}

StackPool::~StackPool() {
  if (taken_ != 0) bug("a stack pool ends before its fibers");
  for (Stack stack : kept_) unmap(stack);
}

Result<Stack> StackPool::take() {
  if (!kept_.empty()) {
    const Stack stack = kept_.back();
    kept_.pop_back();
    ++taken_;
    return stack;
  }
  void* region = mmap(nullptr, bytes_ + guard_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (region == MAP_FAILED || mprotect(static_cast<std::byte*>(region) + guard_bytes, bytes_, PROT_READ | PROT_WRITE) != 0) {
    const int number = errno;
    if (region != MAP_FAILED) munmap(region, bytes_ + guard_bytes);
    return std::unexpected(Error{ErrorKind::unavailable,
                                 fmt::format("no memory for another fiber's stack of {} bytes: {}", bytes_, strerror(number)), ""});
  }
  ++taken_;
  return Stack{static_cast<std::byte*>(region) + guard_bytes, bytes_};
}

void StackPool::give(Stack stack) {
  --taken_;
  forget(stack);
  if (kept_.size() < kept_max_) {
    kept_.push_back(stack);
  } else {
    unmap(stack);
  }
}

Result<std::unique_ptr<Fiber>> Fiber::create(StackPool& stacks, Body body, const ContextSwitch& how) {
  const Stack stack = TRY(stacks.take());
  return std::unique_ptr<Fiber>(new Fiber(stacks, stack, std::move(body), how));
}

Fiber::Fiber(StackPool& stacks, Stack stack, Body body, const ContextSwitch& how)
    : stacks_(stacks), stack_(stack), body_(std::move(body)), how_(how), tsan_fiber_(tsan_create()) {
  context_ = how_.make(stack.base + stack.bytes, stack.bytes, enter);
}

Fiber::~Fiber() {
  if (started_ && !done_) bug("a fiber is destroyed while suspended");
  tsan_destroy(tsan_fiber_);
  stacks_.give(stack_);
}

void Fiber::resume() {
  if (done_) bug("a fiber is resumed after its end");
  if (current_fiber == this) bug("a fiber resumes itself");
  started_ = true;
  outer_ = std::exchange(current_fiber, this);
  tsan_resumer_ = tsan_current();
  void* fake_stack = nullptr;
  before_switch(&fake_stack, stack_.base, stack_.bytes);
  tsan_switch(tsan_fiber_);
  const Transfer back = how_.jump(context_, this);
  after_switch(fake_stack, nullptr, nullptr);
  context_ = back.from;
  current_fiber = std::exchange(outer_, nullptr);
}

void Fiber::suspend() {
  if (current_fiber == nullptr) bug("a thread's own stack suspends");
  current_fiber->leave(false);
}

void Fiber::leave(bool for_good) {
  before_switch(for_good ? nullptr : &fake_stack_, resumer_stack_, resumer_stack_bytes_);
  tsan_switch(tsan_resumer_);
  const Transfer back = how_.jump(resumer_, nullptr);
  after_switch(fake_stack_, &resumer_stack_, &resumer_stack_bytes_);
  resumer_ = back.from;
}

// noexcept: what a body throws ends the program here instead of unwinding into nowhere.
void Fiber::enter(Transfer arrived) noexcept {
  Fiber* self = static_cast<Fiber*>(arrived.data);
  after_switch(nullptr, &self->resumer_stack_, &self->resumer_stack_bytes_);
  self->resumer_ = arrived.from;
  self->body_();
  self->body_ = nullptr;  // what it captured goes while the fiber still runs
  self->done_ = true;
  self->leave(true);
  bug("a fiber runs on after its end");
}

Fiber* Fiber::current() { return current_fiber; }

uintptr_t stack_limit() {
  if (current_fiber != nullptr) return reinterpret_cast<uintptr_t>(current_fiber->stack().base);
  static thread_local const uintptr_t limit = thread_stack_limit();
  return limit;
}

}  // namespace wherry::sys
