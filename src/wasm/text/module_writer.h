// Reads the fields of one module (core specification 6.6) in two passes, first what they define, then what they say,
// and writes the sections of the binary format.
#pragma once

#include <map>

#include "wasm/module.h"
#include "wasm/text/expression_writer.h"
#include "wasm/text/name_section.h"

namespace wherry::wasm::text {

class ModuleWriter {
 public:
  ModuleWriter(Cursor& cursor, std::string_view name, Features features, const Limits& limits)
      : cursor_(cursor), scope_(cursor.tokens(), features, limits) {
    names_.module = name;
  }

  // From the cursor to the end of its list, which is not consumed.
  Result<std::vector<uint8_t>> run();

 private:
  // A section that is a vector of items.
  struct Section {
    uint32_t count = 0;
    ByteWriter items;
    ByteWriter& add() {
      ++count;
      return items;
    }
  };
  struct InlineImport {
    std::string module, name;
  };
  struct Custom {
    std::string name, content;
  };
  // Before (false) or after (true) the place-th section of the file, counted in the order in which they stand there.
  using Placement = std::pair<size_t, bool>;

  // First pass.
  Result<void> define_fields();
  Result<void> define_field();
  Result<void> define_type();
  Result<void> define_rec();
  Result<void> define_import();
  Result<void> define_entity(ExternKind kind);
  void define_inline_segment();
  Result<void> read_types();
  Result<void> read_type(uint32_t index);

  // Second pass.
  Result<void> write_fields();
  Result<void> write_field();
  Result<void> import_field();
  Result<void> export_field();
  Result<void> function_field();
  Result<void> function_body(uint32_t function, const TypeUse& use, std::vector<NamedLocal> locals);
  void name_locals(uint32_t function, std::span<const NamedLocal> locals);
  Result<void> table_field();
  Result<void> memory_field();
  Result<void> global_field();
  Result<void> tag_field();
  Result<void> start_field();
  Result<void> element_field();
  Result<void> data_field();
  Result<void> custom_annotations();
  Result<void> custom_annotation(const Annotation& annotation);
  Result<Placement> custom_placement(Cursor& cursor);

  // The identifier (defined already), inline exports, and an inline import, if there is one (6.6.4 and on).
  Result<std::optional<InlineImport>> head(ExternKind kind, uint32_t index);
  void write_import(const InlineImport& import, ExternKind kind, const ByteWriter& type);
  Result<std::string> utf8_name(std::string_view what);
  IndexSpace& space(ExternKind kind);
  Result<ExternKind> extern_kind();
  Result<void> skip_id(IndexSpace& space);
  Result<void> expression(ByteWriter& out);  // to the end of the list, with `end`
  Result<void> offset(ByteWriter& out);      // `(offset …)` or one folded instruction, with `end`

  struct ElementList {
    ValType type = types::funcref;
    bool uses_expressions = false;
    Section items;
  };
  Result<void> element_items(ElementList& list);
  Result<void> element_indices(ElementList& list);
  Result<ElementList> element_list(bool may_be_bare);
  Result<ElementList> inline_elements(ValType type);
  void write_element(SegmentMode mode, uint32_t table, const ByteWriter& at, const ElementList& list);
  Result<void> inline_data(uint32_t memory, MemoryType type);
  void write_data(SegmentMode mode, uint32_t memory, const ByteWriter& at, std::string_view bytes);

  std::vector<uint8_t> finish();
  void write_section(ByteWriter& out, uint8_t id, const ByteWriter& content);
  void write_named(ByteWriter& out, std::string_view name, const ByteWriter& content);
  void write_custom(ByteWriter& out, Placement placement);
  Section type_section() const;
  ByteWriter hint_section() const;

  Cursor& cursor_;
  Scope scope_;
  Section imports_, functions_, tables_, memories_, globals_, exports_, elements_, code_, data_, tags_;
  std::vector<size_t> type_at_;  // by type: the token behind its identifier
  std::optional<uint32_t> start_;
  bool has_definitions_ = false;  // behind which no import may stand
  // How many of each kind the second pass has met.
  uint32_t next_type_ = 0, next_entity_[5] = {};
  std::map<Placement, std::vector<Custom>> customs_;
  Names names_;
  struct FunctionHints {
    uint32_t function;
    std::vector<BranchHint> hints;
  };
  std::vector<FunctionHints> hints_;
};

}  // namespace wherry::wasm::text
