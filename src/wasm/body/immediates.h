// What can stand after an opcode, and how it is read (core specification 5.4).
// Small strong types, so that a label can't be taken for a local. Spans live until the next instruction is read.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "wasm/reader.h"

namespace wherry::wasm::body {

struct None {};
// No value, one value type, or a type index (5.4.1).
struct BlockType {
  enum class Form : uint8_t { empty, value, index } form = Form::empty;
  ValType value;
  uint32_t index = 0;
};
struct Label { uint32_t depth; };
struct BrTable { std::span<const uint32_t> labels; uint32_t otherwise; };
struct Func { uint32_t index; };
struct Type { uint32_t index; };
struct Field { uint32_t type, field; };
struct Local { uint32_t index; };
struct Global { uint32_t index; };
struct Table { uint32_t index; };
struct Memory { uint32_t index; };
struct Tag { uint32_t index; };
struct Data { uint32_t index; };
struct Elem { uint32_t index; };
struct CallIndirect { uint32_t type, table; };
struct MemoryInit { uint32_t data, memory; };
struct MemoryCopy { uint32_t to, from; };
struct TableInit { uint32_t elem, table; };
struct TableCopy { uint32_t to, from; };
struct TypeCount { uint32_t type, count; };
struct TypeData { uint32_t type, data; };
struct TypeElem { uint32_t type, elem; };
struct TypeType { uint32_t to, from; };
struct Heap { HeapType type; };
struct BrOnCast { uint32_t depth; ValType from, to; };
struct SelectTypes { std::span<const ValType> types; };
struct S32 { int32_t value; };
struct S64 { int64_t value; };
struct F32 { uint32_t bits; };
struct F64 { uint64_t bits; };
struct V128 { std::array<uint8_t, 16> bytes; };
struct Shuffle { std::array<uint8_t, 16> lanes; };
template <unsigned count>
struct Lane {
  static constexpr unsigned lanes_of = count;
  uint8_t index;
};

struct Memarg { uint32_t align_log2; uint32_t memory; uint64_t offset; };
// A memory access of 1 << bytes_log2 bytes: what its alignment may be at most.
template <unsigned bytes_log2>
struct Mem : Memarg { static constexpr unsigned natural = bytes_log2; };
template <unsigned bytes_log2>
struct MemLane : Mem<bytes_log2> { uint8_t lane; };

enum class CatchKind : uint8_t { tag = 0, tag_ref = 1, all = 2, all_ref = 3 };
struct Catch { CatchKind kind; uint32_t tag; uint32_t depth; };  // depth counts from outside the try_table
struct TryTable { BlockType type; std::span<const Catch> catches; };

// Memory that an instruction's lists are read into, reused from one to the next.
struct Scratch {
  std::vector<uint32_t> labels;
  std::vector<ValType> types;
  std::vector<Catch> catches;
};

Memarg read_memarg_slow(Reader& in);
inline Memarg read_memarg(Reader& in) {
  if (in.peek() >= 0x40 || in.done()) [[unlikely]] return read_memarg_slow(in);
  const uint32_t align_log2 = in.byte("an alignment");
  return {align_log2, 0, in.u64("an offset")};
}
BlockType read_block_type(Reader& in, Scratch&);
BrTable read_br_table(Reader& in, Scratch& scratch);
TryTable read_try_table(Reader& in, Scratch& scratch);
SelectTypes read_select_types(Reader& in, Scratch& scratch);
BrOnCast read_br_on_cast(Reader& in, Scratch&);
V128 read_v128(Reader& in, Scratch&);
Shuffle read_shuffle(Reader& in, Scratch&);
None read_zero_byte(Reader& in, Scratch&);

inline None read_none(Reader&, Scratch&) { return {}; }
inline Label read_label(Reader& in, Scratch&) { return {in.u32("a label")}; }
inline Func read_func(Reader& in, Scratch&) { return {in.u32("a function index")}; }
inline Type read_type(Reader& in, Scratch&) { return {in.u32("a type index")}; }
inline Local read_local(Reader& in, Scratch&) { return {in.u32("a local index")}; }
inline Global read_global(Reader& in, Scratch&) { return {in.u32("a global index")}; }
inline Table read_table(Reader& in, Scratch&) { return {in.u32("a table index")}; }
inline Memory read_memory(Reader& in, Scratch&) { return {in.u32("a memory index")}; }
inline Tag read_tag(Reader& in, Scratch&) { return {in.u32("a tag index")}; }
inline Data read_data(Reader& in, Scratch&) { return {in.u32("a data segment index")}; }
inline Elem read_elem(Reader& in, Scratch&) { return {in.u32("an element segment index")}; }
inline Heap read_heap_type(Reader& in, Scratch&) { return {in.heap_type("a heap type")}; }
inline S32 read_s32(Reader& in, Scratch&) { return {in.s32("an i32 constant")}; }
inline S64 read_s64(Reader& in, Scratch&) { return {in.s64("an i64 constant")}; }
inline F32 read_f32(Reader& in, Scratch&) { return {in.fixed_u32("an f32 constant")}; }
inline F64 read_f64(Reader& in, Scratch&) { return {in.fixed_u64("an f64 constant")}; }

// Two indices, read in the order in which they stand.
template <typename Pair>
Pair read_pair(Reader& in, const char* first, const char* second) {
  const uint32_t a = in.u32(first);
  return {a, in.u32(second)};
}
inline Field read_field(Reader& in, Scratch&) { return read_pair<Field>(in, "a type index", "a field index"); }
inline CallIndirect read_call_indirect(Reader& in, Scratch&) { return read_pair<CallIndirect>(in, "a type index", "a table index"); }
inline MemoryInit read_memory_init(Reader& in, Scratch&) { return read_pair<MemoryInit>(in, "a data segment index", "a memory index"); }
inline MemoryCopy read_memory_copy(Reader& in, Scratch&) { return read_pair<MemoryCopy>(in, "a memory index", "a memory index"); }
inline TableInit read_table_init(Reader& in, Scratch&) { return read_pair<TableInit>(in, "an element segment index", "a table index"); }
inline TableCopy read_table_copy(Reader& in, Scratch&) { return read_pair<TableCopy>(in, "a table index", "a table index"); }
inline TypeCount read_type_count(Reader& in, Scratch&) { return read_pair<TypeCount>(in, "a type index", "a count"); }
inline TypeData read_type_data(Reader& in, Scratch&) { return read_pair<TypeData>(in, "a type index", "a data segment index"); }
inline TypeElem read_type_elem(Reader& in, Scratch&) { return read_pair<TypeElem>(in, "a type index", "an element segment index"); }
inline TypeType read_type_type(Reader& in, Scratch&) { return read_pair<TypeType>(in, "a type index", "a type index"); }

template <unsigned count>
Lane<count> read_lane(Reader& in) { return {in.byte("a lane index")}; }
inline Lane<16> read_lane16(Reader& in, Scratch&) { return read_lane<16>(in); }
inline Lane<8> read_lane8(Reader& in, Scratch&) { return read_lane<8>(in); }
inline Lane<4> read_lane4(Reader& in, Scratch&) { return read_lane<4>(in); }
inline Lane<2> read_lane2(Reader& in, Scratch&) { return read_lane<2>(in); }

template <unsigned bytes_log2>
MemLane<bytes_log2> read_mem_lane(Reader& in) {
  const Memarg memarg = read_memarg(in);
  return {{memarg}, in.byte("a lane index")};
}
inline Mem<0> read_mem8(Reader& in, Scratch&) { return {read_memarg(in)}; }
inline Mem<1> read_mem16(Reader& in, Scratch&) { return {read_memarg(in)}; }
inline Mem<2> read_mem32(Reader& in, Scratch&) { return {read_memarg(in)}; }
inline Mem<3> read_mem64(Reader& in, Scratch&) { return {read_memarg(in)}; }
inline Mem<4> read_mem128(Reader& in, Scratch&) { return {read_memarg(in)}; }
inline MemLane<0> read_mem8_lane(Reader& in, Scratch&) { return read_mem_lane<0>(in); }
inline MemLane<1> read_mem16_lane(Reader& in, Scratch&) { return read_mem_lane<1>(in); }
inline MemLane<2> read_mem32_lane(Reader& in, Scratch&) { return read_mem_lane<2>(in); }
inline MemLane<3> read_mem64_lane(Reader& in, Scratch&) { return read_mem_lane<3>(in); }

}  // namespace wherry::wasm::body
