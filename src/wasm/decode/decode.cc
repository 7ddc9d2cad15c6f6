#include "wasm/decode/decode.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "wasm/decode/decoder.h"
#include "wasm/errors.h"

namespace wherry::wasm::decode {
namespace {

enum class Id : uint8_t { custom, type, import, function, table, memory, global, export_, start, element, code, data, data_count, tag };
constexpr uint8_t ids = 14;

// Where each section stands among the others (5.5.2); tag and data count came later and stand in between.
constexpr uint8_t rank[ids] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6};

constexpr const char* names[ids] = {"custom", "type",   "import",  "function", "table", "memory",     "global",
                                    "export", "start",  "element", "code",     "data",  "data count", "tag"};

}  // namespace

void Decoder::require(Reader& in, size_t offset, const char* what, Feature feature) {
  if (!features_.has(feature) && !in.failed()) in.fail(error::disabled(offset, what, feature));
}

void Decoder::check_space(Reader& in, size_t count, const char* things, uint32_t count_max) {
  if (count > count_max) in.fail(error::too_many(in.offset(), things, count, count_max));
}

Span Decoder::since(size_t begin, const Reader& in) const {
  const size_t end = in.failed() ? begin : in.offset();
  return {std::span(*module_.bytes).subspan(begin, end - begin), begin};
}

void Decoder::preamble(Reader& in) {
  const size_t begin = in.offset();
  const auto magic = in.bytes(4, "the magic header \\0asm");
  if (!in.failed() && std::memcmp(magic.data(), "\0asm", 4) != 0) {
    return in.fail(error::malformed(begin, "the magic header \\0asm", "other bytes: this is no WebAssembly module"));
  }
  const uint32_t version = in.fixed_u32("a version");
  if (in.failed() || version == 1) return;
  const bool is_component = version >> 16 == 1;
  in.fail(error::malformed(begin + 4, "version 1 of core modules", is_component ? "a component" : fmt::format("version {:#x}", version)));
}

// Sections but custom ones stand in order, each at most once (5.5.2).
void Decoder::check_order(Section& section) {
  Reader& in = section.content;
  if (section.id >= ids) return in.fail(error::malformed_byte(section.offset, "a section id", section.id));
  if (Id(section.id) == Id::custom) return;
  if (rank[section.id] <= last_rank_) {
    const auto found = fmt::format("a {} section {}", names[section.id], section.id == last_id_ ? "twice" : "out of order");
    return in.fail(error::malformed(section.offset, fmt::format("what may follow the {} section", names[last_id_]), found));
  }
  last_rank_ = rank[section.id];
  last_id_ = section.id;
  module_.section_offsets[section.id] = in.offset();
}

void Decoder::section(Section& section) {
  Reader& in = section.content;
  check_order(section);
  if (in.failed()) return;
  switch (Id(section.id)) {
    case Id::custom: custom_section(in); break;
    case Id::type: type_section(in); break;
    case Id::import: import_section(in); break;
    case Id::function: function_section(in); break;
    case Id::table: table_section(in); break;
    case Id::memory: memory_section(in); break;
    case Id::global: global_section(in); break;
    case Id::export_: export_section(in); break;
    case Id::start: start_section(in); break;
    case Id::element: element_section(in); break;
    case Id::code: code_section(in); break;
    case Id::data: data_section(in); break;
    case Id::data_count: data_count_section(in); break;
    case Id::tag: tag_section(in); break;
  }
  if (!in.done()) {
    in.fail(error::malformed(in.offset(), fmt::format("the end of the {} section", names[section.id]), "more bytes"));
  }
}

void Decoder::check_counts(Reader& in) {
  if (own_functions_ > 0 && !has_code_) {
    in.fail(error::malformed(end_, fmt::format("a code section with {} bodies", own_functions_), "none"));
  }
  if (module_.data_count && *module_.data_count != module_.data.size()) {
    in.fail(error::malformed(end_, fmt::format("{} data segments, as the data count section says", *module_.data_count),
                             std::to_string(module_.data.size())));
  }
}

Result<Module> Decoder::run(size_t begin, size_t size) {
  end_ = begin + size;
  if (size > limits_.module_bytes_max) return std::unexpected(error::too_many(begin, "bytes in a module", size, limits_.module_bytes_max));
  Reader in(std::span(*module_.bytes).subspan(begin, size), begin);
  preamble(in);
  while (!in.done()) {
    const size_t offset = in.offset();
    const uint8_t id = in.byte("a section id");
    const uint32_t bytes = in.u32("a section's size");
    const size_t content = in.offset();
    Section next{id, offset, Reader(in.bytes(bytes, "a section's content"), content)};
    if (in.failed()) break;
    section(next);
    if (next.content.failed()) return next.content.error();
  }
  if (!in.failed()) check_counts(in);
  if (in.failed()) return in.error();
  return std::move(module_);
}

Result<Module> decode(std::shared_ptr<const std::vector<uint8_t>> bytes, Features features, const Limits& limits) {
  const size_t size = bytes->size();
  return Decoder(std::move(bytes), features, limits).run(0, size);
}

Result<Module> decode_part(std::shared_ptr<const std::vector<uint8_t>> bytes, size_t begin, size_t size, Features features,
                           const Limits& limits) {
  return Decoder(std::move(bytes), features, limits).run(begin, size);
}

Result<void> check_bodies(const Module& module, const Limits& limits) {
  body::Scratch scratch;
  std::vector<body::LocalRun> locals;
  for (size_t i = module.imported_functions; i < module.functions.size(); ++i) {
    const Span& body = module.functions[i].body;
    Reader in(body.bytes, body.offset);
    body::read_locals(in, locals);
    const body::Expression found = body::read_expression(in, scratch, limits);
    if (!in.failed() && !in.done()) in.fail(error::malformed(in.offset(), "the end of the body", "more bytes"));
    if (found.uses_data_count && !module.data_count) {
      in.fail(error::malformed(body.offset, "a data count section", "none, though the body names data segments"));
    }
    if (in.failed()) return in.error();
  }
  return {};
}

}  // namespace wherry::wasm::decode
