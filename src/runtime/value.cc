#include "runtime/value.h"

namespace wherry::runtime {

uint32_t RootTable::add(abi::GcRef ref) {
  if (free_.empty()) {
    refs_.push_back(ref);
    return uint32_t(refs_.size() - 1);
  }
  const uint32_t index = free_.back();
  free_.pop_back();
  refs_[index] = ref;
  return index;
}

void RootTable::remove(uint32_t index) {
  refs_[index] = 0;
  free_.push_back(index);
}

Root::Root(std::shared_ptr<RootTable> table, abi::GcRef ref) {
  if (ref == 0 || abi::is_i31(ref)) {
    plain_ = ref;
    return;
  }
  table_ = std::move(table);
  index_ = table_->add(ref);
  generation_ = table_->generation();
}

Root::~Root() {
  if (table_ && table_->generation() == generation_) table_->remove(index_);
}

abi::GcRef Root::get() const {
  if (!table_) return plain_;
  return table_->generation() == generation_ ? (*table_)[index_] : 0;
}

void Value::store(abi::Slot* slots) const {
  slots[0].u64 = 0;
  if (kind_ == Kind::ref) {
    slots[0].ref = ref();
  } else {
    std::memcpy(slots, bytes_.data(), this->slots() * sizeof(abi::Slot));
  }
}

Value Value::load(const abi::Slot* slots, wasm::ValType type, bool is_func, const std::shared_ptr<RootTable>& roots) {
  switch (type.kind()) {
    case wasm::Kind::i32: return Value(slots->i32);
    case wasm::Kind::i64: return Value(slots->i64);
    case wasm::Kind::f32: return Value(slots->f32);
    case wasm::Kind::f64: return Value(slots->f64);
    case wasm::Kind::v128: {
      std::array<uint8_t, 16> bytes;
      std::memcpy(bytes.data(), slots, bytes.size());
      return Value(bytes);
    }
    default: return is_func ? Value(slots->func) : Value(Root(roots, slots->ref));
  }
}

}  // namespace wherry::runtime
