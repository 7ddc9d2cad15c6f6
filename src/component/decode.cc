#include "component/decode.h"

#include <fmt/format.h>

#include <algorithm>

#include "component/decoder.h"
#include "component/errors.h"
#include "wasm/errors.h"

namespace wherry::component {
namespace {

constexpr uint8_t magic[] = {0x00, 'a', 's', 'm'};
constexpr uint8_t version_and_layer[] = {0x0D, 0x00, 0x01, 0x00};

}  // namespace

void malformed_byte(wasm::Reader& in, const char* expected, uint8_t found) {
  if (!in.failed()) in.fail(wasm::error::malformed_byte(in.offset() - 1, expected, found));
}

bool is_component(std::span<const uint8_t> bytes) {
  return bytes.size() >= 8 && std::ranges::equal(bytes.first(4), magic) && bytes[6] == 1 && bytes[7] == 0;
}

Result<std::shared_ptr<const Component>> decode(std::shared_ptr<const std::vector<uint8_t>> bytes, const Limits& limits) {
  if (bytes->size() > limits.core.module_bytes_max)
    return std::unexpected(error::limit(0, fmt::format("the component has {} bytes; at most {} are allowed", bytes->size(),
                                                       limits.core.module_bytes_max)));
  return Decoder(std::move(bytes), limits).run();
}

wasm::Reader Decoder::reader(size_t begin, size_t size) const {
  return Reader(std::span(*bytes_).subspan(begin, size), begin);
}

Result<std::shared_ptr<const Component>> Decoder::run() {
  Reader in = reader(0, bytes_->size());
  auto root = component(in, 0, bytes_->size());
  if (in.failed()) return in.error();
  return root;
}

bool Decoder::too_deep(Reader& in) {
  if (depth_ < limits_.depth_max) return false;
  in.fail(error::limit(in.offset(), fmt::format("components and types are nested more than {} deep", limits_.depth_max)));
  return true;
}

std::shared_ptr<const Component> Decoder::component(Reader& in, size_t begin, size_t size) {
  auto into = std::make_shared<Component>();
  into->bytes = bytes_;
  into->begin = begin;
  into->size = size;
  preamble(in);
  while (!in.done() && !in.failed()) section(in, *into);
  return into;
}

void Decoder::preamble(Reader& in) {
  if (!std::ranges::equal(in.bytes(4, "the magic number of WebAssembly"), magic) && !in.failed())
    in.fail(wasm::error::malformed(in.offset() - 4, "the magic number of WebAssembly", "other bytes"));
  if (!std::ranges::equal(in.bytes(4, "a component's version and layer"), version_and_layer) && !in.failed())
    in.fail(wasm::error::malformed(in.offset() - 4, "a component's version and layer", "other bytes"));
}

void Decoder::section(Reader& in, Component& into) {
  const uint8_t id = in.byte("a section id");
  const size_t id_offset = in.offset() - 1;
  if (!in.failed() && id > 11) return malformed_byte(in, "a section id", id);
  const uint32_t size = in.u32("a section's size");
  const size_t begin = in.offset();
  in.bytes(size, "a section's content");
  if (in.failed()) return;
  Reader content = reader(begin, size);
  switch (id) {
    case 0: {
      const std::string_view name = content.name("a custom section's name", limits_.name_bytes_max);
      const size_t at = content.offset();
      into.custom.push_back({name, {content.bytes(content.left(), "content"), at}, 0});
      break;
    }
    case 1: nested_module(content, begin, size, into); break;
    case 2: vector(content, into, "core instances", [this](Reader& at) { return core_instance(at); }); break;
    case 3: vector(content, into, "core types", [this](Reader& at) { return core_type(at); }); break;
    case 4: nested_component(content, begin, size, into); break;
    case 5: vector(content, into, "instances", [this](Reader& at) { return instance(at); }); break;
    case 6: vector(content, into, "aliases", [this](Reader& at) { return alias(at); }); break;
    case 7: vector(content, into, "types", [this](Reader& at) { return type(at); }); break;
    case 8: vector(content, into, "canonical functions", [this](Reader& at) { return canon(at); }); break;
    case 9: into.definitions.push_back({begin, start(content)}); break;
    case 10: vector(content, into, "imports", [this](Reader& at) { return import(at); }); break;
    case 11: vector(content, into, "exports", [this](Reader& at) { return export_(at); }); break;
  }
  if (!content.failed() && !content.done())
    content.fail(wasm::error::malformed(content.offset(), "the end of the section", "more bytes"));
  if (content.failed()) {
    Error error = std::move(content.error()).error();
    in.fail(std::move(error));
  }
  if (into.definitions.size() > limits_.definitions_max)
    in.fail(error::limit(id_offset, fmt::format("a component has more than {} definitions", limits_.definitions_max)));
}

template <typename Read>
void Decoder::vector(Reader& in, Component& into, const char* things, Read read) {
  const uint32_t count = in.count(things, limits_.definitions_max);
  for (uint32_t i = 0; i < count && !in.failed(); ++i) {
    const size_t offset = in.offset();
    into.definitions.push_back({offset, read(in)});
  }
}

void Decoder::nested_module(Reader& in, size_t begin, size_t size, Component& into) {
  in.bytes(in.left(), "a core module");
  if (++modules_ > limits_.modules_max)
    return in.fail(error::limit(begin, fmt::format("more than {} core modules", limits_.modules_max)));
  into.definitions.push_back({begin, def::CoreModule{begin, size}});
}

void Decoder::nested_component(Reader& in, size_t begin, size_t size, Component& into) {
  if (too_deep(in)) return;
  if (++components_ > limits_.components_max)
    return in.fail(error::limit(begin, fmt::format("more than {} components", limits_.components_max)));
  ++depth_;
  into.definitions.push_back({begin, component(in, begin, size)});
  --depth_;
}

}  // namespace wherry::component
