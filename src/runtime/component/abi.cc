#include "runtime/component/abi.h"

#include <fmt/format.h>

#include <memory>

#include "base/utf8.h"
#include "runtime/call.h"
#include "runtime/component/instance.h"
#include "runtime/component/strings.h"

namespace wherry::runtime::component {
namespace {

constexpr uint32_t utf16_tag = 1u << 31;
// What one call may pass in lists and strings: pointers may overlap, so this isn't bounded by the memory's size.
constexpr uint64_t call_bytes_max = 1u << 29;
// CanonicalABI.md, MAX_STRING_BYTE_LENGTH and its like for lists: lengths that both sides can count.
constexpr uint64_t string_bytes_max = (1u << 28) - 1, list_bytes_max = (1u << 28) - 1;

}  // namespace

HandleTable& Crossing::handles() const { return env_.instance->state(env_.component).handles; }

void Crossing::fail(std::string what) {
  if (failed()) return;
  trap_ = abi::Trap::host_error;
  thread_.error = std::make_unique<Error>(Error{ErrorKind::invalid, std::move(what), ""});
}

uint8_t* Crossing::at(uint64_t offset, uint64_t size, uint32_t align) {
  if (failed()) return nullptr;
  if (offset % align != 0) return fail(fmt::format("a pointer ({:#x}) is not aligned to {} bytes", offset, align)), nullptr;
  const size_t memory_bytes = env_.memory ? env_.memory->bytes() : 0;
  if (size > memory_bytes || offset > memory_bytes - size)
    return fail(fmt::format("{} bytes at {:#x} are not inside the memory of {} bytes", size, offset, memory_bytes)), nullptr;
  return env_.memory->base() + offset;
}

Lift::~Lift() {
  HandleTable* table = lent_.empty() ? nullptr : &handles();
  for (const uint32_t index : lent_)
    if (Handle* handle = table->find(index); handle && handle->lends > 0) --handle->lends;
}

bool Lift::charge(uint64_t bytes) {
  bytes_ += bytes;
  if (bytes_ > call_bytes_max) fail(fmt::format("a call passes more than {} bytes", call_bytes_max));
  return !failed();
}

std::string Lift::string(uint32_t pointer, uint32_t length) {
  StringEncoding encoding = env_.encoding;
  bool is_latin1 = false;
  if (encoding == StringEncoding::latin1_utf16) {
    is_latin1 = !(length & utf16_tag);
    length &= ~utf16_tag;
    encoding = StringEncoding::utf16;
  }
  const bool is_wide = encoding == StringEncoding::utf16 && !is_latin1;
  const uint32_t align = env_.encoding == StringEncoding::utf8 ? 1 : 2;
  const uint64_t size = uint64_t(length) * (is_wide ? 2 : 1);
  if (size > string_bytes_max) return fail(fmt::format("a string of {} bytes is too long", size)), "";
  const uint8_t* const from = at(pointer, size, align);
  if (!from || !charge(size)) return "";
  if (is_latin1) return utf8_from_latin1({from, size_t(size)});
  if (is_wide) {
    auto text = utf8_from_utf16({from, size_t(size)});
    if (!text) return fail("a string has a surrogate that stands alone"), "";
    return *std::move(text);
  }
  const std::string_view text(reinterpret_cast<const char*>(from), size_t(size));
  if (!utf8::valid(text)) return fail("a string is not UTF-8"), "";
  return std::string(text);
}

bool Lift::list(uint32_t pointer, uint32_t length, uint32_t size, uint32_t align) {
  const uint64_t total = uint64_t(length) * size;
  if (total > list_bytes_max) return fail(fmt::format("a list of {} bytes is too long", total)), false;
  return at(pointer, total, align) != nullptr && charge(total);
}

char32_t Lift::character(uint32_t code) {
  if (code >= 0x110000 || (code >= 0xD800 && code <= 0xDFFF)) return fail(fmt::format("{:#x} is not a character", code)), 0;
  return code;
}

Handle* Lift::handle(uint32_t index, const ResourceKind* kind) {
  if (failed()) return nullptr;
  Handle* const found = handles().find(index);
  if (!found) return fail(fmt::format("unknown handle index {}", index)), nullptr;
  if (found->kind != kind) return fail(fmt::format("handle index {} used with the wrong type: it is a {}, not a {}", index, found->kind->name, kind ? kind->name : "?")), nullptr;
  return found;
}

uint64_t Lift::own(uint32_t index, const ResourceKind* kind) {
  Handle* const found = handle(index, kind);
  if (!found) return 0;
  if (!found->is_own) return fail(fmt::format("handle {} is only borrowed and can't be given away", index)), 0;
  if (found->lends > 0) return fail(fmt::format("cannot remove owned resource while borrowed (handle {})", index)), 0;
  const uint64_t rep = found->rep;
  handles().remove(index);
  return rep;
}

uint64_t Lift::borrow(uint32_t index, const ResourceKind* kind) {
  Handle* const found = handle(index, kind);
  if (!found) return 0;
  if (found->is_own) {
    ++found->lends;
    lent_.push_back(index);
  }
  return found->rep;
}

// A guest's realloc runs with may_leave off (CanonicalABI.md, canon lower and lift: it must not call out).
uint32_t Lower::reallocate(uint32_t old, uint32_t old_bytes, uint32_t align, uint64_t bytes) {
  if (failed()) return 0;
  if (!env_.realloc) return fail("the canonical function has no realloc"), 0;
  ComponentState& state = env_.instance->state(env_.component);
  const bool could_leave = state.may_leave;
  state.may_leave = false;
  abi::Slot values[4];
  values[0].u32 = old, values[1].u32 = old_bytes, values[2].u32 = align, values[3].u32 = uint32_t(bytes);
  const abi::Trap trap = call_slots(thread_, *env_.realloc, values);
  state.may_leave = could_leave;
  if (trap != abi::Trap::none) return fail(trap), 0;
  const uint32_t pointer = values[0].u32;
  if (pointer % align != 0) return fail(fmt::format("realloc return: result not aligned: {:#x} to {} bytes", pointer, align)), 0;
  if (!at(pointer, bytes)) return fail("realloc return: beyond end of memory"), 0;
  return pointer;
}

uint32_t Lower::allocate(uint64_t bytes, uint32_t align) { return reallocate(0, 0, align, bytes); }

Lower::Placed Lower::bytes(std::span<const uint8_t> bytes) {
  const Placed placed = list(bytes.size(), 1, 1);
  if (!failed() && !bytes.empty()) std::memcpy(env_.memory->base() + placed.pointer, bytes.data(), bytes.size());
  return placed;
}

Lower::Placed Lower::list(size_t count, uint32_t size, uint32_t align) {
  const uint64_t total = uint64_t(count) * size;
  if (count > list_bytes_max || total > list_bytes_max) return fail(fmt::format("a list of {} elements is too long", count)), Placed{};
  return {allocate(total, align), uint32_t(count)};
}

Lower::Placed Lower::string(std::string_view text) {
  if (text.size() > string_bytes_max) return fail(fmt::format("a string of {} bytes is too long", text.size())), Placed{};
  switch (env_.encoding) {
    case StringEncoding::utf8: return bytes({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    case StringEncoding::utf16: return utf16(text);
    case StringEncoding::latin1_utf16: return latin1_or_utf16(text);
  }
  return {};
}

// As CanonicalABI.md, store_utf8_to_utf16: room for the worst case, then shrunk.
Lower::Placed Lower::utf16(std::string_view text) {
  const std::u16string wide = utf16_from_utf8(text);
  const uint64_t worst = 2 * uint64_t(text.size()), needed = 2 * uint64_t(wide.size());
  if (worst > string_bytes_max) return fail("a string is too long for UTF-16"), Placed{};
  uint32_t pointer = allocate(worst, 2);
  if (failed()) return {};
  if (needed > 0) std::memcpy(env_.memory->base() + pointer, wide.data(), needed);
  if (needed < worst) pointer = reallocate(pointer, uint32_t(worst), 2, needed);
  return {pointer, uint32_t(wide.size())};
}

Lower::Placed Lower::latin1_or_utf16(std::string_view text) {
  if (const auto narrow = latin1_from_utf8(text)) {
    uint32_t pointer = allocate(text.size(), 2);
    if (failed()) return {};
    if (!narrow->empty()) std::memcpy(env_.memory->base() + pointer, narrow->data(), narrow->size());
    if (narrow->size() < text.size()) pointer = reallocate(pointer, uint32_t(text.size()), 2, narrow->size());
    return {pointer, uint32_t(narrow->size())};
  }
  Placed placed = utf16(text);
  placed.length |= utf16_tag;
  return placed;
}

uint32_t Lower::own(uint64_t rep, const ResourceKind* kind) {
  if (failed()) return 0;
  const uint32_t index = handles().add({kind, rep, true, 0, nullptr});
  if (index == 0) fail("too many handles");
  return index;
}

// A component that defines the type itself gets what it knows the resource by, no handle.
uint32_t Lower::borrow(uint64_t rep, const ResourceKind* kind) {
  if (failed()) return 0;
  if (kind && !kind->destroy && kind->component == env_.component) return uint32_t(rep);
  const uint32_t index = handles().add({kind, rep, false, 0, task_});
  if (index == 0) return fail("too many handles"), 0;
  if (task_) ++task_->borrows;
  return index;
}

}  // namespace wherry::runtime::component
