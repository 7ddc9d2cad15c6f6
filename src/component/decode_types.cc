// The type section and what stands in it (Binary.md, Type Definitions).
#include <fmt/format.h>

#include "component/decoder.h"
#include "component/errors.h"
#include "wasm/errors.h"

namespace wherry::component {
namespace {

bool is_primitive(uint8_t code) { return (code >= 0x73 && code <= 0x7F) || code == 0x64; }

}  // namespace

std::string_view Decoder::name(Reader& in, const char* expected) { return in.name(expected, limits_.name_bytes_max); }

def::Type Decoder::type(Reader& in) {
  const uint8_t code = in.byte("a type");
  switch (code) {
    case 0x3F: return resource_type(in);
    case 0x40: return func_type(in, false);
    case 0x41: return scope_type(in, true);
    case 0x42: return scope_type(in, false);
    case 0x43: return func_type(in, true);
    default: return defined_type(in, code);
  }
}

def::Type Decoder::defined_type(Reader& in, uint8_t code) {
  if (is_primitive(code)) return def::PrimitiveType{Primitive(code)};
  switch (code) {
    case 0x72: return def::Record{labelled(in, "fields", limits_.labels_max)};
    case 0x71: return def::Variant{cases(in)};
    case 0x70: return def::List{val_ref(in, "an element type"), std::nullopt};
    case 0x67: {
      const ValRef element = val_ref(in, "an element type");
      return def::List{element, in.u32("a list's length")};
    }
    case 0x63: {
      const ValRef key = val_ref(in, "a key type");
      return def::Map{key, val_ref(in, "a value type")};
    }
    case 0x6F: {
      def::Tuple tuple;
      const uint32_t count = in.count("types of a tuple", limits_.labels_max);
      for (uint32_t i = 0; i < count && !in.failed(); ++i) tuple.types.push_back(val_ref(in, "a value type"));
      return tuple;
    }
    case 0x6E: return def::Flags{labels(in, "flags", limits_.labels_max)};
    case 0x6D: return def::Enum{labels(in, "cases", limits_.labels_max)};
    case 0x6B: return def::Option{val_ref(in, "a value type")};
    case 0x6A: {
      const auto ok = optional_ref(in);
      return def::ResultType{ok, optional_ref(in)};
    }
    case 0x69: return def::Own{in.u32("a resource type's index")};
    case 0x68: return def::Borrow{in.u32("a resource type's index")};
    case 0x66: return def::Stream{optional_ref(in)};
    case 0x65: return def::Future{optional_ref(in)};
  }
  malformed_byte(in, "a type", code);
  return def::PrimitiveType{Primitive::bool_};
}

// A primitive's code, or a type index as a positive s33.
ValRef Decoder::val_ref(Reader& in, const char* expected) {
  const size_t offset = in.offset();
  const uint8_t code = in.peek();
  if (is_primitive(code)) {
    in.byte(expected);
    return {true, code};
  }
  const int64_t index = in.s33(expected);
  if (index < 0 && !in.failed()) in.fail(wasm::error::malformed_byte(offset, expected, code));
  return {false, uint32_t(index)};
}

std::optional<ValRef> Decoder::optional_ref(Reader& in) {
  const uint8_t present = in.byte("0 or 1");
  if (present > 1) malformed_byte(in, "0 or 1 before an optional type", present);
  if (present == 0 || in.failed()) return std::nullopt;
  return val_ref(in, "a value type");
}

std::vector<def::Labelled> Decoder::labelled(Reader& in, const char* things, uint32_t count_max) {
  std::vector<def::Labelled> result;
  const uint32_t count = in.count(things, count_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view label = name(in, "a label");
    result.push_back({label, val_ref(in, "a value type")});
  }
  return result;
}

std::vector<std::string_view> Decoder::labels(Reader& in, const char* things, uint32_t count_max) {
  std::vector<std::string_view> result;
  const uint32_t count = in.count(things, count_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) result.push_back(name(in, "a label"));
  return result;
}

std::vector<def::Labelled> Decoder::cases(Reader& in) {
  std::vector<def::Labelled> result;
  const uint32_t count = in.count("cases", limits_.labels_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view label = name(in, "a label");
    result.push_back({label, optional_ref(in)});
    const uint8_t refines = in.byte("0 after a case");
    if (refines != 0) malformed_byte(in, "0 after a case", refines);
  }
  return result;
}

std::optional<ValRef> Decoder::result_list(Reader& in) {
  const uint8_t form = in.byte("a result");
  if (form == 0) return val_ref(in, "a result type");
  if (form != 1) {
    malformed_byte(in, "0 or 1 before a result", form);
    return std::nullopt;
  }
  const uint8_t zero = in.byte("0 for no result");
  if (zero != 0) malformed_byte(in, "0 for no result", zero);
  return std::nullopt;
}

def::Func Decoder::func_type(Reader& in, bool is_async) {
  auto params = labelled(in, "parameters", limits_.params_max);
  return {std::move(params), result_list(in), is_async};
}

def::Resource Decoder::resource_type(Reader& in) {
  const uint8_t representation = in.byte("a resource's representation");
  if (representation != 0x7F) malformed_byte(in, "i32 as a resource's representation", representation);
  const uint8_t has_destructor = in.byte("0 or 1");
  if (has_destructor > 1) malformed_byte(in, "0 or 1 before a destructor", has_destructor);
  if (has_destructor == 0 || in.failed()) return {};
  return {in.u32("a destructor")};
}

def::ScopeType Decoder::scope_type(Reader& in, bool is_component) {
  auto declarations = std::make_shared<def::Declarations>();
  if (!too_deep(in)) {
    ++depth_;
    const uint32_t count = in.count("declarations", limits_.definitions_max);
    for (uint32_t i = 0; i < count && !in.failed(); ++i) declarations->list.push_back(declaration(in, is_component));
    --depth_;
  }
  return {is_component, std::move(declarations)};
}

def::Declaration Decoder::declaration(Reader& in, bool is_component) {
  const size_t offset = in.offset();
  const uint8_t code = in.byte("a declaration");
  if (code == 0) return {offset, core_type(in)};
  if (code == 1) return {offset, type(in)};
  if (code == 2) return {offset, alias(in)};
  if (code == 3 && is_component) return {offset, import(in)};
  if (code == 4) {
    const def::ExternName exported = extern_name(in);
    return {offset, def::ExportDeclaration{exported, extern_type(in)}};
  }
  malformed_byte(in, "a declaration", code);
  return {offset, def::Alias{}};
}

def::ExternType Decoder::extern_type(Reader& in) {
  const uint8_t code = in.byte("the sort of an import or export");
  switch (code) {
    case 0x00: {
      const uint8_t module = in.byte("the sort core module");
      if (module != 0x11) malformed_byte(in, "the sort core module", module);
      return {Sort::core_module, in.u32("a core type index")};
    }
    case 0x01: return {Sort::func, in.u32("a type index")};
    case 0x02: {
      def::ExternType value{Sort::value};
      const uint8_t bound = in.byte("a value's bound");
      if (bound == 0) {
        value.value_is_eq = true;
        value.index = in.u32("a value index");
      } else if (bound == 1) {
        value.value = val_ref(in, "a value type");
      } else {
        malformed_byte(in, "a value's bound", bound);
      }
      return value;
    }
    case 0x03: {
      const uint8_t bound = in.byte("a type's bound");
      if (bound == 0) return {Sort::type, in.u32("a type index")};
      if (bound != 1) malformed_byte(in, "a type's bound", bound);
      return {Sort::type, 0, true};
    }
    case 0x04: return {Sort::component, in.u32("a type index")};
    case 0x05: return {Sort::instance, in.u32("a type index")};
  }
  malformed_byte(in, "the sort of an import or export", code);
  return {Sort::func};
}

def::ExternName Decoder::extern_name(Reader& in) {
  def::ExternName result;
  const uint8_t form = in.byte("a name");
  if (form > 2) malformed_byte(in, "a name", form);
  result.name = name(in, "a name");
  if (form != 2) return result;
  const uint32_t count = in.count("attributes of a name", 16);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const uint8_t attribute = in.byte("an attribute of a name");
    std::string_view* const slots[] = {&result.implements, &result.version_suffix, &result.external_id};
    if (attribute > 2) return malformed_byte(in, "an attribute of a name", attribute), result;
    *slots[attribute] = name(in, "an attribute's value");
  }
  return result;
}

}  // namespace wherry::component
