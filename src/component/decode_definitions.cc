// Instances, aliases, canonical functions, start, imports and exports (Binary.md).
#include <fmt/format.h>

#include "component/decoder.h"
#include "component/errors.h"
#include "wasm/errors.h"

namespace wherry::component {
namespace {

struct CanonRow {
  uint8_t code;
  def::CanonOp op;
  const char* immediates;
};

constexpr CanonRow canon_rows[] = {
#define CANON(code, name, text, immediates, signature) {code, def::CanonOp::name, immediates},
#include "component/canon.def"
#undef CANON
};

std::optional<Sort> core_sort(uint8_t code) {
  switch (code) {
    case 0x00: return Sort::core_func;
    case 0x01: return Sort::core_table;
    case 0x02: return Sort::core_memory;
    case 0x03: return Sort::core_global;
    case 0x04: return Sort::core_tag;
    case 0x10: return Sort::core_type;
    case 0x11: return Sort::core_module;
    case 0x12: return Sort::core_instance;
  }
  return std::nullopt;
}

}  // namespace

bool Decoder::flag(Reader& in, const char* expected) {
  const uint8_t value = in.byte(expected);
  if (value > 1) malformed_byte(in, expected, value);
  return value == 1;
}

Sort Decoder::sort(Reader& in, bool core) {
  uint8_t code = in.byte("a sort");
  if (core || code == 0x00) {
    if (!core) code = in.byte("a core sort");
    if (const auto sort = core_sort(code)) return *sort;
    malformed_byte(in, "a core sort", code);
    return Sort::core_func;
  }
  constexpr Sort sorts[] = {Sort::func, Sort::value, Sort::type, Sort::component, Sort::instance};
  if (code >= 1 && code <= 5) return sorts[code - 1];
  malformed_byte(in, "a sort", code);
  return Sort::func;
}

def::CoreInstance Decoder::core_instance(Reader& in) {
  def::CoreInstance result;
  const uint8_t form = in.byte("a core instance");
  if (form > 1) return malformed_byte(in, "a core instance", form), result;
  if (form == 0) result.module = in.u32("a core module index");
  const uint32_t count = in.count(form == 0 ? "arguments" : "exports", limits_.items_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const std::string_view item = name(in, "a name");
    if (form == 0) {
      const uint8_t instance = in.byte("the sort core instance");
      if (instance != 0x12) malformed_byte(in, "the sort core instance", instance);
      result.items.push_back({item, Sort::core_instance, in.u32("a core instance index")});
    } else {
      const Sort kind = sort(in, true);
      result.items.push_back({item, kind, in.u32("an index")});
    }
  }
  return result;
}

def::Instance Decoder::instance(Reader& in) {
  def::Instance result;
  const uint8_t form = in.byte("an instance");
  if (form > 1) return malformed_byte(in, "an instance", form), result;
  if (form == 0) result.component = in.u32("a component index");
  const uint32_t count = in.count(form == 0 ? "arguments" : "exports", limits_.items_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    def::ExternName item;
    if (form == 0) item.name = name(in, "a name");
    else item = extern_name(in);
    const Sort kind = sort(in, false);
    result.items.push_back({item.name, kind, in.u32("an index")});
    result.names.push_back(item);
  }
  return result;
}

def::Alias Decoder::alias(Reader& in) {
  def::Alias result{};
  const size_t sort_offset = in.offset();
  result.sort = sort(in, false);
  const uint8_t target = in.byte("an alias's target");
  if (target > 2) return malformed_byte(in, "an alias's target", target), result;
  result.target = def::Alias::Target(target);
  result.from = in.u32(target == 2 ? "a count of scopes" : "an instance index");
  if (target == 2) {
    result.index = in.u32("an index");
    const bool may_be_outer = result.sort == Sort::core_module || result.sort == Sort::core_type ||
                              result.sort == Sort::type || result.sort == Sort::component;
    if (!may_be_outer && !in.failed())
      in.fail(wasm::error::malformed(sort_offset, "a type, module or component to alias from an outer scope", sort_text(result.sort)));
  } else {
    result.name = name(in, "an export's name");
  }
  return result;
}

def::Canon Decoder::canon(Reader& in) {
  def::Canon result{};
  const uint8_t code = in.byte("a canonical function");
  for (const CanonRow& row : canon_rows) {
    if (row.code != code) continue;
    result.op = row.op;
    if (row.op != def::CanonOp::lift && row.op != def::CanonOp::lower) {
      canon_immediates(in, row.immediates, result);
      return result;
    }
    const uint8_t zero = in.byte("the sort func");
    if (zero != 0) malformed_byte(in, "the sort func", zero);
    result.index = in.u32("a function index");
    result.options = canon_options(in);
    if (row.op == def::CanonOp::lift) result.second = in.u32("a type index");
    return result;
  }
  malformed_byte(in, "a canonical function", code);
  return result;
}

void Decoder::canon_immediates(Reader& in, const char* immediates, def::Canon& canon) {
  uint32_t* next = &canon.index;
  for (const char* at = immediates; *at && !in.failed(); ++at) {
    switch (*at) {
      case 'i':
        *next = in.u32("an index");
        next = &canon.second;
        break;
      case 'x': {
        const uint8_t type = in.byte("i32 or i64");
        if (type != 0x7F && type != 0x7E) malformed_byte(in, "i32 or i64", type);
        canon.index = type;
        next = &canon.second;
        break;
      }
      case 'f': canon.flag = flag(in, "a flag (0 or 1)"); break;
      case 'o': canon.options = canon_options(in); break;
      case 'r': canon.result = result_list(in); break;
    }
  }
}

def::CanonOptions Decoder::canon_options(Reader& in) {
  def::CanonOptions options;
  const uint32_t count = in.count("options", 16);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const size_t offset = in.offset();
    const uint8_t code = in.byte("an option");
    const auto once = [&](bool is_new) {
      if (!is_new && !in.failed()) in.fail(error::invalid(offset, "an option of a canonical function is given twice"));
    };
    switch (code) {
      case 0: case 1: case 2:
        once(!options.has_encoding);
        options.has_encoding = true;
        options.encoding = def::StringEncoding(code);
        break;
      case 3: once(!options.memory); options.memory = in.u32("a memory index"); break;
      case 4: once(!options.realloc); options.realloc = in.u32("a function index"); break;
      case 5: once(!options.post_return); options.post_return = in.u32("a function index"); break;
      case 6: once(!options.is_async); options.is_async = true; break;
      case 7: once(!options.callback); options.callback = in.u32("a function index"); break;
      default: malformed_byte(in, "an option of a canonical function", code);
    }
  }
  return options;
}

def::Start Decoder::start(Reader& in) {
  def::Start result{};
  result.func = in.u32("a function index");
  const uint32_t count = in.count("arguments", limits_.params_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) result.args.push_back(in.u32("a value index"));
  result.result_count = in.u32("a count of results");
  return result;
}

def::Import Decoder::import(Reader& in) {
  const def::ExternName imported = extern_name(in);
  return {imported, extern_type(in)};
}

def::Export Decoder::export_(Reader& in) {
  def::Export result{};
  result.name = extern_name(in);
  result.sort = sort(in, false);
  result.index = in.u32("an index");
  if (flag(in, "0 or 1 before an export's type")) result.type = extern_type(in);
  return result;
}

}  // namespace wherry::component
