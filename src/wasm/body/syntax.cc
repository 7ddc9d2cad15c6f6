#include "wasm/body/syntax.h"

#include "wasm/body/walk.h"
#include "wasm/errors.h"

namespace wherry::wasm::body {
namespace {

class Syntax : public Ignore {
 public:
  Syntax(Reader& in, const Limits& limits) : in_(in), limits_(limits) {}

  bool ended() const { return ended_; }
  const Expression& found() const { return found_; }

  void block(const BlockType&) { open(Block::plain); }
  void loop(const BlockType&) { open(Block::plain); }
  void if_(const BlockType&) { open(Block::if_); }
  void try_table(const TryTable&) { open(Block::plain); }
  void else_(None) {
    if (blocks_.empty() || blocks_.back() != Block::if_) {
      in_.fail(error::malformed(in_.marked(), "another instruction", "an else without its if"));
    } else {
      blocks_.back() = Block::plain;
    }
  }
  void end(None) {
    if (blocks_.empty()) {
      ended_ = true;
    } else {
      blocks_.pop_back();
    }
  }

  void memory_init(const MemoryInit&) { found_.uses_data_count = true; }
  void data_drop(Data) { found_.uses_data_count = true; }
  void array_new_data(const TypeData&) { found_.uses_data_count = true; }
  void array_init_data(const TypeData&) { found_.uses_data_count = true; }

 private:
  enum class Block : uint8_t { plain, if_ };

  void open(Block block) {
    if (blocks_.size() >= limits_.block_depth_max) {
      in_.fail(error::too_many(in_.marked(), "nested blocks", blocks_.size() + 1, limits_.block_depth_max));
    } else {
      blocks_.push_back(block);
    }
  }

  Reader& in_;
  const Limits& limits_;
  std::vector<Block> blocks_;
  bool ended_ = false;
  Expression found_;
};

}  // namespace

Expression read_expression(Reader& in, Scratch& scratch, const Limits& limits) {
  Syntax syntax(in, limits);
  while (!in.failed() && !syntax.ended()) step(in, syntax, scratch);
  return syntax.found();
}

void read_locals(Reader& in, std::vector<LocalRun>& runs) {
  runs.clear();
  const size_t start = in.offset();
  const uint32_t count = in.count("local declarations", UINT32_MAX);
  uint64_t total = 0;
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const uint32_t run = in.u32("a number of locals");
    total += run;
    runs.push_back({run, in.val_type("a local's type")});
  }
  if (total > UINT32_MAX) in.fail(error::malformed(start, "fewer than 4294967296 locals", "more"));
}

}  // namespace wherry::wasm::body
