#include "wasm/text/assemble.h"

#include <algorithm>

#include "wasm/text/module_writer.h"

namespace wherry::wasm::text {
namespace {

// `(module $id? (binary | quote) strings)`; the cursor is behind these words.
Result<std::vector<uint8_t>> quoted(Cursor& cursor, bool is_text, Features features, const Limits& limits) {
  const std::string content = TRY(cursor.strings());
  TRY(cursor.close());
  if (is_text) return assemble(content, features, limits);
  return std::vector<uint8_t>(content.begin(), content.end());
}

}  // namespace

bool is_module_field(std::string_view word) {
  static constexpr std::string_view words[] = {"type",   "rec",   "import", "func", "table", "memory", "global",
                                               "export", "start", "elem",   "data", "tag"};
  return std::ranges::find(words, word) != std::end(words);
}

Result<std::vector<uint8_t>> assemble_fields(Cursor& cursor, std::string_view name, Features features, const Limits& limits) {
  return ModuleWriter(cursor, name, features, limits).run();
}

Result<std::vector<uint8_t>> assemble(std::string_view text, Features features, const Limits& limits) {
  const Tokens tokens = TRY(tokenize(text, limits));
  Cursor cursor(tokens);
  if (!cursor.take_list("module")) {
    auto bytes = TRY(assemble_fields(cursor, {}, features, limits));
    if (!cursor.is(TokenKind::end)) return cursor.expected("a module field");
    return bytes;
  }
  Scope names(tokens, features, limits);  // only to read the identifier
  const std::string_view name = names.take_id(cursor);
  const bool is_text = cursor.take_keyword("quote"), is_binary = !is_text && cursor.take_keyword("binary");
  if (is_text || is_binary) return quoted(cursor, is_text, features, limits);
  auto bytes = TRY(assemble_fields(cursor, name, features, limits));
  TRY(cursor.close());
  if (!cursor.is(TokenKind::end)) return cursor.expected("the end of the text");
  return bytes;
}

}  // namespace wherry::wasm::text
