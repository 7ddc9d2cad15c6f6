#include "interp/module_code.h"

#include <algorithm>

#include "interp/code.h"
#include "interp/frames.h"
#include "interp/translate.h"

namespace wherry::interp {
namespace {

constexpr size_t chunk_bytes = 256 << 10;

}  // namespace

ModuleCode::ModuleCode(std::shared_ptr<const wasm::ValidModule> module, abi::CodeSettings settings)
    : module_(std::move(module)), settings_(settings) {
  const wasm::Module& m = this->module();
  const size_t count = m.functions.size() - m.imported_functions;
  functions_ = std::make_unique<FuncCode[]>(count);
  for (size_t i = 0; i < count; ++i) {
    functions_[i].index = uint32_t(m.imported_functions + i);
    functions_[i].module = this;
  }
}

abi::Entry ModuleCode::entry() const { return interp::entry; }

// Copies code to where it stays for as long as the module does. The mutex is held.
const uint8_t* ModuleCode::keep(const std::vector<uint8_t>& code) {
  if (code.size() > chunk_left_) {
    const size_t bytes = std::max(chunk_bytes, code.size());
    chunks_.push_back(std::make_unique_for_overwrite<uint64_t[]>((bytes + 7) / 8));
    chunk_at_ = reinterpret_cast<uint8_t*>(chunks_.back().get());
    chunk_left_ = bytes;
  }
  uint8_t* const at = chunk_at_;
  memcpy(at, code.data(), code.size());
  chunk_at_ += code.size();
  chunk_left_ -= code.size();
  return at;
}

void ModuleCode::prepare(FuncCode& function) {
  const std::lock_guard lock(mutex_);
  if (function.code.load(std::memory_order_relaxed)) return;
  Translation translation = translate(*this, function.index);
  function.frame_slots = translation.frame_slots;
  function.header = translation.header;
  function.zero_slots = translation.zero_slots;
  function.param_slots = translation.param_slots;
  function.result_slots = translation.result_slots;
  const uint8_t* const code = keep(translation.code);
  translation.tables.function = &function;
  translated_.emplace(code, std::move(translation.tables));
  function.code.store(code, std::memory_order_release);
}

const FunctionTables* ModuleCode::find(const uint8_t* pc, const uint8_t*& begin) const {
  const std::lock_guard lock(mutex_);
  auto at = translated_.upper_bound(pc);
  if (at == translated_.begin()) return nullptr;
  --at;
  begin = at->first;
  return size_t(pc - begin) < at->second.code_bytes ? &at->second : nullptr;
}

size_t offset_at(const FunctionTables& tables, size_t body_offset, uint32_t position) {
  uint64_t code = 0, body = 0, last = 0;
  for (size_t i = 0; i < tables.offsets.size();) {
    const auto number = [&] {
      uint64_t value = 0;
      for (unsigned shift = 0;; shift += 7) {
        const uint8_t byte = tables.offsets[i++];
        value |= uint64_t(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
      }
    };
    code += number();
    body += number();
    if (code > position) break;
    last = body;
  }
  return body_offset + size_t(last);
}

void prepare(FuncCode& function) { function.module->prepare(function); }

std::shared_ptr<abi::Code> make_code(std::shared_ptr<const wasm::validate::ValidModule> module, abi::CodeSettings settings) {
  return std::make_shared<ModuleCode>(std::move(module), settings);
}

}  // namespace wherry::interp
