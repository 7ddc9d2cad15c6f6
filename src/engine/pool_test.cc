// Nothing of one use of an instance may be seen by the next, whatever the guest did, in each way of finding dirty pages.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "engine/engine.h"
#include "runtime/pool.h"

namespace wherry::engine {
namespace {

using runtime::Pool;
using runtime::Value;

// Writes secrets all over its memory, globals, tables and heap, and traps when asked to; `check` is 0 when all is as at first.
constexpr std::string_view secretive = R"((module
  (type $box (struct (field (mut i64)) (field (ref null $box))))
  (memory $m (export "memory") 4 64)
  (memory $n 1 1)
  (global $number (mut i64) (i64.const 5)) (global $vector (mut v128) (v128.const i64x2 1 2))
  (global $object (mut (ref null $box)) (ref.null $box)) (global $func (mut funcref) (ref.func $first))
  (table $t (export "t") 8 100 funcref) (table $o 4 anyref)
  (elem (table $t) (i32.const 2) func $first $second)
  (elem $passive func $second)
  (data (memory $m) (i32.const 1000) "public") (data $late "late")
  (func $first (result i32) (i32.const 1)) (func $second (result i32) (i32.const 2))
  (func $spread (param $secret i64)
    (local $at i32)
    (loop $again
      (i64.store $m (local.get $at) (local.get $secret))
      (local.set $at (i32.add (local.get $at) (i32.const 4096)))
      (br_if $again (i32.lt_u (local.get $at) (i32.mul (memory.size $m) (i32.const 65536))))))
  (func (export "spoil") (param $secret i64) (param $how i32) (local $count i32)
    (drop (memory.grow $m (i32.and (local.get $how) (i32.const 7))))
    (call $spread (local.get $secret))
    (i64.store $n (i32.const 65528) (local.get $secret))
    (global.set $number (local.get $secret)) (global.set $vector (i64x2.splat (local.get $secret)))
    (global.set $func (ref.func $second))
    (local.set $count (i32.const 500))
    (loop $more
      (global.set $object (struct.new $box (local.get $secret) (global.get $object)))
      (br_if $more (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (table.set $o (i32.const 1) (global.get $object))
    (table.set $t (i32.const 2) (ref.func $second)) (drop (table.grow $t (ref.func $second) (i32.const 9)))
    (data.drop $late) (elem.drop $passive)
    (if (i32.and (local.get $how) (i32.const 8)) (then unreachable)))
  (func (export "check") (result i32) (local $at i32) (local $seen i64)
    (if (i32.ne (memory.size $m) (i32.const 4)) (then (return (i32.const 1))))
    (if (i32.ne (i32.load8_u $m (i32.const 1000)) (i32.const 112)) (then (return (i32.const 2))))
    (loop $again
      (if (i32.or (i32.lt_u (local.get $at) (i32.const 1000)) (i32.gt_u (local.get $at) (i32.const 1007)))
        (then (local.set $seen (i64.or (local.get $seen) (i64.load $m (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 262144))))
    (if (i64.ne (local.get $seen) (i64.const 0)) (then (return (i32.const 3))))
    (if (i64.ne (i64.load $n (i32.const 65528)) (i64.const 0)) (then (return (i32.const 4))))
    (if (i64.ne (global.get $number) (i64.const 5)) (then (return (i32.const 5))))
    (if (i64.ne (i64x2.extract_lane 1 (global.get $vector)) (i64.const 2)) (then (return (i32.const 6))))
    (if (i32.eqz (ref.is_null (global.get $object))) (then (return (i32.const 7))))
    (if (i32.eqz (ref.is_null (table.get $o (i32.const 1)))) (then (return (i32.const 8))))
    (if (i32.ne (table.size $t) (i32.const 8)) (then (return (i32.const 9))))
    (if (i32.ne (call_indirect $t (result i32) (i32.const 2)) (i32.const 1)) (then (return (i32.const 10))))
    (if (i32.ne (call_indirect $t (result i32) (i32.const 3)) (i32.const 2)) (then (return (i32.const 11))))
    (memory.init $m $late (i32.const 0) (i32.const 0) (i32.const 4))
    (table.init $t $passive (i32.const 0) (i32.const 0) (i32.const 1))
    (i32.const 0))))";

struct Setup {
  sys::DirtyWay way;
  uint32_t mapped_slots_max;  // 0: the image is copied
};

class PoolTest : public testing::TestWithParam<Setup> {
 protected:
  std::unique_ptr<Pool> make(std::string_view text, uint32_t hot_pages_max = 512) {
    auto module = engine.load_text(text);
    EXPECT_TRUE(module) << (module ? "" : to_text(module.error()));
    runtime::PoolSettings settings;
    settings.way = GetParam().way;
    settings.mapped_slots_max = GetParam().mapped_slots_max;
    settings.hot_pages_max = hot_pages_max;
    auto pool = Pool::make(engine.shared(), [module = *module](runtime::Store& store) { return runtime::instantiate(store, module, {}); }, settings);
    EXPECT_TRUE(pool) << (pool ? "" : pool.error().error.what);
    return pool ? std::move(*pool) : nullptr;
  }
  static runtime::CallResult call(Pool::Slot& slot, std::string_view name, std::vector<Value> params = {}) {
    return runtime::call(slot.store(), *slot.instance().find_func(name), params);
  }
  bool skips() {
    return !sys::DirtyPages(GetParam().way).works();
  }

  Engine engine;
};

int rounds(int quick) {
  const char* text = std::getenv("WHERRY_POOL_ROUNDS");
  return text ? std::atoi(text) : quick;
}

size_t resident_kib() {
  std::ifstream status("/proc/self/statm");
  size_t total = 0, resident = 0;
  status >> total >> resident;
  return resident * sys::page_bytes() / 1024;
}

TEST_P(PoolTest, no_secret_survives_a_reset) {
  if (skips()) GTEST_SKIP() << "this kernel has no such way";
  const auto pool = make(secretive);
  ASSERT_TRUE(pool);
  size_t after_warm_up = 0;
  const int count = rounds(300);
  for (int i = 0; i < count; ++i) {
    const auto slot = pool->take();
    ASSERT_TRUE(slot);
    const auto clean = call(**slot, "check");
    ASSERT_TRUE(clean) << runtime::to_text(clean.error());
    ASSERT_EQ(clean->at(0).i32(), 0) << "use " << i;
    const auto spoiled = call(**slot, "spoil", {Value(int64_t(0x5ECE'7000'0000'0000 + i)), Value(i & 15)});
    ASSERT_EQ(spoiled.has_value(), (i & 8) == 0);
    pool->give(*slot);
    if (i == std::min(64, count / 2)) after_warm_up = resident_kib();
  }
  EXPECT_EQ(pool->slots(), 1u);
  EXPECT_LT(resident_kib(), after_warm_up + 2048) << "it grows";
}

TEST_P(PoolTest, instances_that_live_side_by_side_do_not_see_each_other) {
  if (skips()) GTEST_SKIP() << "this kernel has no such way";
  const auto pool = make(secretive);
  ASSERT_TRUE(pool);
  std::vector<Pool::Slot*> taken;
  for (int i = 0; i < 20; ++i) taken.push_back(*pool->take());
  for (int i = 0; i < 20; i += 2) ASSERT_TRUE(call(*taken[size_t(i)], "spoil", {Value(int64_t(-1)), Value(3)}));
  for (int i = 1; i < 20; i += 2) EXPECT_EQ(call(*taken[size_t(i)], "check")->at(0).i32(), 0);
  for (Pool::Slot* slot : taken) pool->give(slot);
  for (Pool::Slot*& slot : taken) slot = *pool->take();
  for (Pool::Slot* slot : taken) EXPECT_EQ(call(*slot, "check")->at(0).i32(), 0);
  for (Pool::Slot* slot : taken) pool->give(slot);
}

TEST_P(PoolTest, more_pages_than_a_slot_may_keep_are_clean_too) {
  if (skips()) GTEST_SKIP() << "this kernel has no such way";
  const auto pool = make(secretive, 3);
  for (int i = 0; i < 20; ++i) {
    Pool::Slot* slot = *pool->take();
    ASSERT_EQ(call(*slot, "check")->at(0).i32(), 0);
    ASSERT_TRUE(call(*slot, "spoil", {Value(int64_t(-1)), Value(7)}));
    pool->give(slot);
  }
}

TEST_P(PoolTest, what_the_host_added_to_the_store_is_gone) {
  if (skips()) GTEST_SKIP() << "this kernel has no such way";
  const auto pool = make(R"((module (global (export "g") (mut i32) (i32.const 3)) (memory (export "memory") 1)))");
  for (int i = 0; i < 3; ++i) {
    Pool::Slot* slot = *pool->take();
    const auto global = slot->instance().find_export("g");
    EXPECT_EQ(global->global->slots()->i32, 3);
    global->global->slots()->i32 = 1234;
    slot->instance().find_memory("memory")->base()[77] = 1;
    ASSERT_TRUE(slot->store().make_memory({.pages = {.min = 1, .max = 1}}));
    slot->store().data = &i;
    slot->store().interrupt();
    const auto kept = slot->store().value(slot->store().make_external(5));
    pool->give(slot);
    EXPECT_EQ(kept.ref(), 0u);
    Pool::Slot* again = *pool->take();
    EXPECT_EQ(again->store().data, nullptr);
    EXPECT_EQ(again->instance().find_memory("memory")->base()[77], 0);
    EXPECT_EQ(again->store().vm().interrupt.load(), 0u);
    pool->give(again);
  }
}

TEST_P(PoolTest, a_start_function_and_objects_in_the_first_state_work) {
  if (skips()) GTEST_SKIP() << "this kernel has no such way";
  const auto pool = make(R"((module (type $s (struct (field (mut i32))))
    (global $g (ref $s) (struct.new $s (i32.const 9)))
    (memory 1) (func $init (i32.store (i32.const 16) (i32.const 4))) (start $init)
    (func (export "read") (result i32) (i32.add (struct.get $s 0 (global.get $g)) (i32.load (i32.const 16))))
    (func (export "spoil") (struct.set $s 0 (global.get $g) (i32.const 100)) (i32.store (i32.const 16) (i32.const 100)))))");
  for (int i = 0; i < 5; ++i) {
    Pool::Slot* slot = *pool->take();
    EXPECT_EQ(call(*slot, "read")->at(0).i32(), 13);
    EXPECT_TRUE(call(*slot, "spoil"));
    pool->give(slot);
  }
}

TEST_P(PoolTest, shared_memories_are_refused) {
  auto module = engine.load_text("(module (memory 1 1 shared))");
  ASSERT_TRUE(module);
  const auto pool = Pool::make(engine.shared(), [module = *module](runtime::Store& store) { return runtime::instantiate(store, module, {}); }, {});
  EXPECT_FALSE(pool);
}

INSTANTIATE_TEST_SUITE_P(Ways, PoolTest,
                         testing::Values(Setup{sys::DirtyWay::scan, 16}, Setup{sys::DirtyWay::scan, 0}, Setup{sys::DirtyWay::pagemap, 16},
                                         Setup{sys::DirtyWay::pagemap, 0}, Setup{sys::DirtyWay::all, 16}, Setup{sys::DirtyWay::all, 0}),
                         [](const auto& info) {
                           return std::string(sys::to_text(info.param.way)) + (info.param.mapped_slots_max == 0 ? "_copied" : "_mapped");
                         });

}  // namespace
}  // namespace wherry::engine
