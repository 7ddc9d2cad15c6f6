// What the identifiers of one module stand for, and its types: what all parts of the assembler share.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "wasm/features.h"
#include "wasm/limits.h"
#include "wasm/text/byte_writer.h"
#include "wasm/text/cursor.h"

namespace wherry::wasm::text {

// One index space (core specification 6.3.5): identifiers without the `$`, and the names that go into the name section.
struct IndexSpace {
  explicit IndexSpace(const char* thing) : thing(thing) {}

  const char* thing;  // for error messages: "func"
  std::unordered_map<std::string_view, uint32_t> ids;
  std::vector<std::string_view> names;  // by index; empty: none

  uint32_t count() const { return uint32_t(names.size()); }
};

struct TypeEntry {
  SubType type;
  IndexSpace fields{"field"};
};

// A name and the index that it names, as name sections list them.
struct NamedIndex {
  uint32_t index;
  std::string_view name;
};

class Scope {
 public:
  Scope(const Tokens& tokens, Features features, const Limits& limits)
      : features(features), limits(limits), tokens_(tokens), taken_(tokens.annotations.size()) {}

  Features features;
  const Limits& limits;

  IndexSpace types{"type"}, functions{"func"}, tables{"table"}, memories{"memory"},
      globals{"global"}, tags{"tag"}, elements{"elem segment"}, data{"data segment"};
  std::vector<TypeEntry> type_entries;
  std::vector<RecGroup> groups;
  bool uses_data_count = false;  // some instruction names a data segment (5.5.16)

  // Takes the identifier at the cursor, if there is one: empty if not.
  std::string_view take_id(Cursor& cursor);
  // Takes an identifier and a @name, if they are there, and adds an entry to `space`.
  Result<uint32_t> define(IndexSpace& space, Cursor& cursor);
  // An index, as a number or an identifier of `space`.
  Result<uint32_t> index(const IndexSpace& space, Cursor& cursor) const;
  static bool at_index(const Cursor& cursor) { return cursor.is(TokenKind::number) || cursor.is(TokenKind::id); }
  // The @name that stands before the cursor's token, empty if there is none.
  Result<std::string_view> take_name(const Cursor& cursor);

  // The annotations of `kind` before the cursor's token; once taken they count as well placed.
  std::vector<const Annotation*> take_annotations(AnnotationKind kind, const Cursor& cursor);
  // An error if one between the tokens `begin` and `end`, both included, was not taken.
  Result<void> all_taken(size_t begin, size_t end) const;

  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  // The index of the function type, which is added behind all others if there is none like it (6.4.6).
  uint32_t implicit_type(const SubType& type);
  // To be called for each group of types once it is read, in order.
  void enter_group(RecGroup group);

 private:
  const Tokens& tokens_;
  std::vector<bool> taken_;
  std::deque<std::string> kept_;
  std::unordered_map<std::string, uint32_t> function_types_;  // by encoding
};

// The bytes of a composite type with its subtype declaration (5.3.9).
void write_sub_type(ByteWriter& out, const SubType& type);

}  // namespace wherry::wasm::text
