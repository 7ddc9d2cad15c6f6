// Private to this room: the state of one decoding, and a member for each kind of definition. What is wrong sticks in
// the reader; members return what they have read so far.
#pragma once

#include "component/decode.h"
#include "wasm/reader.h"

namespace wherry::component {

class Decoder {
 public:
  Decoder(std::shared_ptr<const std::vector<uint8_t>> bytes, const Limits& limits) : bytes_(std::move(bytes)), limits_(limits) {}

  Result<std::shared_ptr<const Component>> run();

 private:
  using Reader = wasm::Reader;

  Reader reader(size_t begin, size_t size) const;
  std::shared_ptr<const Component> component(Reader& in, size_t begin, size_t size);
  void preamble(Reader& in);
  void section(Reader& in, Component& into);
  template <typename Read>
  void vector(Reader& in, Component& into, const char* things, Read read);
  void nested_module(Reader& in, size_t begin, size_t size, Component& into);
  void nested_component(Reader& in, size_t begin, size_t size, Component& into);

  // types.cc
  def::Type type(Reader& in);
  def::Type defined_type(Reader& in, uint8_t code);
  def::Func func_type(Reader& in, bool is_async);
  def::Resource resource_type(Reader& in);
  def::ScopeType scope_type(Reader& in, bool is_component);
  def::Declaration declaration(Reader& in, bool is_component);
  ValRef val_ref(Reader& in, const char* expected);
  std::optional<ValRef> optional_ref(Reader& in);
  std::vector<def::Labelled> labelled(Reader& in, const char* things, uint32_t count_max);
  std::vector<std::string_view> labels(Reader& in, const char* things, uint32_t count_max);
  std::vector<def::Labelled> cases(Reader& in);
  std::optional<ValRef> result_list(Reader& in);
  def::ExternType extern_type(Reader& in);
  def::ExternName extern_name(Reader& in);
  std::string_view name(Reader& in, const char* expected);

  // core_types.cc
  def::CoreType core_type(Reader& in);
  std::shared_ptr<const def::CoreModuleType> module_type(Reader& in);
  def::CoreDeclaration module_declaration(Reader& in);
  def::CoreExternType core_extern_type(Reader& in);
  wasm::SubType core_sub_type(Reader& in, uint8_t code);
  void core_composite(Reader& in, uint8_t code, wasm::SubType& type);
  wasm::FieldType core_field(Reader& in);
  std::vector<wasm::ValType> core_val_types(Reader& in, const char* things, uint32_t count_max);
  wasm::SizeLimits size_limits(Reader& in, uint8_t flags);

  // definitions.cc
  Sort sort(Reader& in, bool core);
  def::CoreInstance core_instance(Reader& in);
  def::Instance instance(Reader& in);
  def::Alias alias(Reader& in);
  def::Canon canon(Reader& in);
  void canon_immediates(Reader& in, const char* immediates, def::Canon& canon);
  def::CanonOptions canon_options(Reader& in);
  def::Start start(Reader& in);
  def::Import import(Reader& in);
  def::Export export_(Reader& in);
  bool flag(Reader& in, const char* expected);

  // Fails and returns true when scopes are nested too deeply.
  bool too_deep(Reader& in);

  std::shared_ptr<const std::vector<uint8_t>> bytes_;
  const Limits& limits_;
  uint32_t depth_ = 0, modules_ = 0, components_ = 0;
};

// Refuses the byte that was just read.
void malformed_byte(wasm::Reader& in, const char* expected, uint8_t found);

}  // namespace wherry::component
