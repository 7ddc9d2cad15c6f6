#include "runtime/gc_heap.h"

#include <gtest/gtest.h>

namespace wherry::runtime {
namespace {

using abi::GcRef;
using abi::TypeInfo;

// A list cell {next, other} and arrays of references and of bytes.
struct Types {
  uint32_t refs[2] = {8, 12};
  TypeInfo cell{}, ref_array{}, bytes{}, external{};
  const TypeInfo* table[4] = {&cell, &ref_array, &bytes, &external};
  Types() {
    cell.kind = TypeInfo::Kind::struct_, cell.id = 0, cell.object_bytes = 16, cell.ref_offsets = refs, cell.ref_count = 2;
    ref_array.kind = TypeInfo::Kind::array, ref_array.id = 1, ref_array.object_bytes = 8, ref_array.elements_are_refs = true;
    bytes.kind = TypeInfo::Kind::array, bytes.id = 2, bytes.object_bytes = 8;
    external.kind = TypeInfo::Kind::external, external.id = 3;
  }
};

class GcHeapTest : public testing::Test {
 protected:
  GcRef cell() { return heap.allocate(types.cell, 0, 16); }
  GcRef* fields(GcRef ref) { return reinterpret_cast<GcRef*>(heap.base() + ref + 8); }
  void collect(std::initializer_list<GcRef> roots) {
    heap.begin_marking();
    for (const GcRef root : roots) heap.mark(root);
    heap.sweep();
  }

  Types types;
  GcHeap heap{16 << 20, types.table};
};

TEST_F(GcHeapTest, keeps_what_a_root_reaches_and_frees_the_rest) {
  const GcRef a = cell(), b = cell(), lost = cell();
  fields(a)[0] = b;
  collect({a});
  EXPECT_TRUE(heap.is_object(a));
  EXPECT_TRUE(heap.is_object(b));
  EXPECT_FALSE(heap.is_object(lost));
}

TEST_F(GcHeapTest, collects_cycles) {
  const GcRef a = cell(), b = cell();
  fields(a)[0] = b;
  fields(b)[0] = a;
  collect({});
  EXPECT_EQ(heap.object_count(), 0u);
}

TEST_F(GcHeapTest, marks_a_list_of_a_hundred_thousand_without_recursion) {
  GcRef head = 0;
  for (int i = 0; i < 100'000; ++i) {
    const GcRef next = cell();
    fields(next)[1] = head;
    head = next;
  }
  collect({head});
  EXPECT_EQ(heap.object_count(), 100'000u);
}

TEST_F(GcHeapTest, new_objects_are_zero_though_their_room_was_used_before) {
  for (int i = 0; i < 10'000; ++i) fields(cell())[0] = fields(cell())[1] = 0xAAAAAAAA;
  collect({});
  for (int i = 0; i < 10'000; ++i) {
    const GcRef ref = cell();
    ASSERT_EQ(fields(ref)[0], 0u);
    ASSERT_EQ(fields(ref)[1], 0u);
  }
}

TEST_F(GcHeapTest, a_budget_that_is_used_up_gives_null_and_comes_back_after_a_collection) {
  GcRef last = 0;
  int count = 0;
  while (const GcRef ref = heap.allocate(types.bytes, 1 << 20, (1 << 20) + 8)) last = ref, ++count;
  EXPECT_GE(count, 14);
  collect({last});
  EXPECT_EQ(heap.object_count(), 1u);
  EXPECT_NE(heap.allocate(types.bytes, 1 << 20, (1 << 20) + 8), 0u);
}

TEST_F(GcHeapTest, elements_of_large_arrays_are_traced) {
  const uint32_t length = 100'000;
  const GcRef array = heap.allocate(types.ref_array, length, 8 + 4 * uint64_t(length));
  const GcRef inside = cell();
  fields(array)[length - 1] = inside;
  collect({array});
  EXPECT_TRUE(heap.is_object(inside));
}

TEST_F(GcHeapTest, a_slot_that_happens_to_hold_a_reference_keeps_the_object) {
  const GcRef a = cell();
  abi::Slot slots[3]{};
  slots[0].u64 = 0xDEAD'BEEF'0000'0000 | a;
  slots[1].u64 = a + 8;  // not an object's start
  slots[2].u64 = UINT64_MAX;
  heap.begin_marking();
  heap.mark_conservatively(slots);
  heap.sweep();
  EXPECT_TRUE(heap.is_object(a));
  EXPECT_EQ(heap.object_count(), 1u);
}

TEST_F(GcHeapTest, reports_external_objects_that_die_once) {
  std::vector<uint64_t> dead;
  heap.on_dead_external = [&](uint64_t value) { dead.push_back(value); };
  GcRef refs[2];
  for (uint64_t i = 0; i < 2; ++i) {
    refs[i] = heap.allocate(types.external, 0, 16);
    std::memcpy(heap.base() + refs[i] + 8, &i, 8);
  }
  collect({refs[0]});
  EXPECT_EQ(dead, std::vector<uint64_t>{1});
  heap.reset(0);
  EXPECT_EQ(dead, (std::vector<uint64_t>{1, 0}));
}

TEST_F(GcHeapTest, a_reset_heap_is_like_a_new_one) {
  for (int i = 0; i < 100'000; ++i) cell();
  heap.reset(64 * 1024);
  EXPECT_EQ(heap.object_count(), 0u);
  EXPECT_EQ(heap.live_bytes(), 0u);
  EXPECT_TRUE(heap.is_object(cell()));
}

}  // namespace
}  // namespace wherry::runtime
