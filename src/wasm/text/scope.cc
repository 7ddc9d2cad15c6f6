#include "wasm/text/scope.h"

#include <algorithm>

#include "base/utf8.h"
#include "wasm/text/numbers.h"

namespace wherry::wasm::text {

std::string_view Scope::take_id(Cursor& cursor) {
  if (!cursor.is(TokenKind::id)) return {};
  const std::string_view token = cursor.text(cursor.next());
  if (token[1] != '"') return token.substr(1);
  std::string name;
  (void)read_string(token, 1, &name);  // the lexer has read it already
  return keep(std::move(name));
}

Result<uint32_t> Scope::define(IndexSpace& space, Cursor& cursor) {
  const size_t begin = cursor.peek().begin;
  const std::string_view id = take_id(cursor);
  const std::string_view name = TRY(take_name(cursor));
  const uint32_t index = space.count();
  if (!id.empty() && !space.ids.emplace(id, index).second) {
    return error::duplicate(cursor.tokens().text, begin, space.thing, id);
  }
  space.names.push_back(name.empty() ? id : name);
  return index;
}

Result<uint32_t> Scope::index(const IndexSpace& space, Cursor& cursor) const {
  if (cursor.is(TokenKind::number)) {
    const auto value = parse_unsigned(cursor.text(), UINT32_MAX);
    if (!value) return cursor.expected(std::string("the index of a ") + space.thing);
    cursor.next();
    return uint32_t(*value);
  }
  if (!cursor.is(TokenKind::id)) return cursor.expected(std::string("the index of a ") + space.thing);
  const std::string_view token = cursor.text();
  std::string quoted;
  if (token[1] == '"') TRY(read_string(token, 1, &quoted));
  const auto found = space.ids.find(token[1] == '"' ? std::string_view(quoted) : token.substr(1));
  if (found == space.ids.end()) return error::unknown(cursor.tokens().text, cursor.peek().begin, space.thing, token);
  cursor.next();
  return found->second;
}

Result<std::string_view> Scope::take_name(const Cursor& cursor) {
  std::string_view name;
  for (const Annotation* annotation : take_annotations(AnnotationKind::name, cursor)) {
    if (!name.empty()) return error::invalid(tokens_.text, annotation->begin, "@name annotation: more than one");
    const Tokens contents{tokens_.text, annotation->contents, {}};
    Cursor inner(contents);
    std::string text = TRY(inner.string("a string in the @name annotation"));
    if (!utf8::valid(text)) return error::invalid(tokens_.text, annotation->begin, "@name annotation: malformed UTF-8");
    if (!inner.is(TokenKind::end)) return inner.expected("the end of the @name annotation");
    name = keep(std::move(text));
  }
  return name;
}

std::vector<const Annotation*> Scope::take_annotations(AnnotationKind kind, const Cursor& cursor) {
  std::vector<const Annotation*> found;
  if (!cursor.peek().annotated) return found;
  const auto range = std::ranges::equal_range(tokens_.annotations, uint32_t(cursor.at()), {}, &Annotation::before);
  for (auto annotation = range.begin(); annotation != range.end(); ++annotation) {
    if (annotation->kind != kind) continue;
    taken_[size_t(annotation - tokens_.annotations.begin())] = true;
    found.push_back(&*annotation);
  }
  return found;
}

Result<void> Scope::all_taken(size_t begin, size_t end) const {
  auto annotation = std::ranges::lower_bound(tokens_.annotations, uint32_t(begin), {}, &Annotation::before);
  for (; annotation != tokens_.annotations.end() && annotation->before <= end; ++annotation) {
    if (taken_[size_t(annotation - tokens_.annotations.begin())]) continue;
    return error::invalid(tokens_.text, annotation->begin, "misplaced annotation");
  }
  return {};
}

namespace {

std::string encoding(const SubType& type) {
  ByteWriter out;
  write_sub_type(out, type);
  const auto bytes = out.from(0);
  return {bytes.begin(), bytes.end()};
}

bool is_plain_function(const SubType& type) {
  return type.composite == Composite::func && type.is_final && !type.supertype;
}

}  // namespace

uint32_t Scope::implicit_type(const SubType& type) {
  const auto [found, added] = function_types_.emplace(encoding(type), types.count());
  if (added) {
    groups.push_back({types.count(), 1});
    types.names.emplace_back();
    type_entries.push_back({type});
  }
  return found->second;
}

void Scope::enter_group(RecGroup group) {
  groups.push_back(group);
  if (group.count != 1 || !is_plain_function(type_entries[group.first].type)) return;
  function_types_.emplace(encoding(type_entries[group.first].type), group.first);
}

void write_sub_type(ByteWriter& out, const SubType& type) {
  if (!type.is_final || type.supertype) {
    out.byte(type.is_final ? 0x4F : 0x50);
    out.u32(type.supertype ? 1 : 0);
    if (type.supertype) out.u32(*type.supertype);
  }
  switch (type.composite) {
    case Composite::func:
      out.byte(0x60);
      for (const auto* list : {&type.params, &type.results}) {
        out.u32(uint32_t(list->size()));
        for (const ValType value : *list) out.val_type(value);
      }
      break;
    case Composite::struct_:
      out.byte(0x5F);
      out.u32(uint32_t(type.fields.size()));
      for (const FieldType& field : type.fields) out.field_type(field);
      break;
    case Composite::array:
      out.byte(0x5E);
      out.field_type(type.fields.at(0));
      break;
  }
}

}  // namespace wherry::wasm::text
