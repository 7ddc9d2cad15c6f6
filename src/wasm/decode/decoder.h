// Private to this room: the state of one decoding, and a member for each section.
#pragma once

#include "wasm/body/syntax.h"
#include "wasm/decode/decode.h"
#include "wasm/reader.h"

namespace wherry::wasm::decode {

class Decoder {
 public:
  Decoder(std::shared_ptr<const std::vector<uint8_t>> bytes, Features features, const Limits& limits)
      : features_(features), limits_(limits) {
    module_.bytes = std::move(bytes);
  }

  // Reads the module in file bytes [begin, begin + size). To be called once.
  Result<Module> run(size_t begin, size_t size);

 private:
  struct Section {
    uint8_t id;
    size_t offset;
    Reader content;
  };

  void preamble(Reader& in);
  void section(Section& section);
  void check_order(Section& section);
  void check_counts(Reader& in);

  // Each reads the content of its section; what is wrong sticks in `in`.
  void custom_section(Reader& in);
  void type_section(Reader& in);
  void import_section(Reader& in);
  void function_section(Reader& in);
  void table_section(Reader& in);
  void memory_section(Reader& in);
  void tag_section(Reader& in);
  void global_section(Reader& in);
  void export_section(Reader& in);
  void start_section(Reader& in);
  void element_section(Reader& in);
  void data_count_section(Reader& in);
  void code_section(Reader& in);
  void data_section(Reader& in);

  void rec_group(Reader& in);
  SubType sub_type(Reader& in);
  void composite_type(Reader& in, SubType& type);
  std::vector<ValType> val_types(Reader& in, const char* things, uint32_t count_max);
  FieldType field_type(Reader& in);
  void import(Reader& in);
  TableType table_type(Reader& in);
  MemoryType memory_type(Reader& in);
  GlobalType global_type(Reader& in);
  Tag tag_type(Reader& in);
  bool mutability(Reader& in);
  ElementSegment element_segment(Reader& in);
  DataSegment data_segment(Reader& in);
  ConstExpr const_expr(Reader& in);
  // The bytes from `begin` (an offset in the file) to where `in` is.
  Span since(size_t begin, const Reader& in) const;

  // Refuses `what` at `offset` when `feature` is off.
  void require(Reader& in, size_t offset, const char* what, Feature feature);
  // Refuses a space of imported and own items that is larger than allowed.
  void check_space(Reader& in, size_t count, const char* things, uint32_t count_max);

  Features features_;
  const Limits& limits_;
  Module module_;
  body::Scratch scratch_;
  uint8_t last_rank_ = 0, last_id_ = 0;
  uint32_t own_functions_ = 0;
  bool has_code_ = false;
  size_t end_ = 0;  // of the module, in the file
};

}  // namespace wherry::wasm::decode
