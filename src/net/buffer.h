// Bytes that came and were not used yet. The memory is a block from a pool while there are any, and goes back when a
// connection idles, so that thousands of idle connections cost next to nothing.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace wherry::net {

// Blocks of one size for the connections of one loop.
class BlockPool {
 public:
  static constexpr size_t block_bytes = 16 * 1024;
  using Block = std::unique_ptr<std::byte[]>;

  Block take() {
    if (kept_.empty()) return std::make_unique_for_overwrite<std::byte[]>(block_bytes);
    Block block = std::move(kept_.back());
    kept_.pop_back();
    return block;
  }
  void give(Block block) {
    if (kept_.size() < kept_max) kept_.push_back(std::move(block));
  }

 private:
  static constexpr size_t kept_max = 128;
  std::vector<Block> kept_;
};

class Buffer {
 public:
  explicit Buffer(BlockPool& pool) : pool_(pool) {}
  ~Buffer() { release(); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  bool empty() const { return begin_ == end_; }
  size_t size() const { return end_ - begin_; }
  std::string_view view() const { return {reinterpret_cast<const char*>(block_.get()) + begin_, size()}; }

  void consume(size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Where to put more: at least one byte. Grows when it is full.
  std::span<std::byte> room() {
    if (block_ == nullptr) {
      block_ = pool_.take();
      capacity_ = BlockPool::block_bytes;
    }
    if (end_ == capacity_) make_room();
    return {block_.get() + end_, capacity_ - end_};
  }
  void added(size_t bytes) { end_ += bytes; }

  // Gives the memory back if it holds nothing.
  void release() {
    if (!empty() || block_ == nullptr) return;
    if (capacity_ == BlockPool::block_bytes) pool_.give(std::move(block_));
    block_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  void make_room() {
    if (begin_ > 0) {
      std::memmove(block_.get(), block_.get() + begin_, size());
    } else {
      BlockPool::Block larger = std::make_unique_for_overwrite<std::byte[]>(capacity_ * 2);
      std::memcpy(larger.get(), block_.get(), size());
      if (capacity_ == BlockPool::block_bytes) pool_.give(std::move(block_));
      block_ = std::move(larger);
      capacity_ *= 2;
    }
    end_ = size();
    begin_ = 0;
  }

  BlockPool& pool_;
  BlockPool::Block block_;
  size_t capacity_ = 0;
  size_t begin_ = 0, end_ = 0;
};

}  // namespace wherry::net
