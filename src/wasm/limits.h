// How large a module may be. The defaults are those that browsers agreed on (JS API, "Implementation limits"),
// so that what runs there runs here.
#pragma once

#include <cstdint>

namespace wherry::wasm {

struct Limits {
  uint64_t module_bytes_max = 1u << 30;
  uint32_t types_max = 1'000'000;
  uint32_t rec_groups_max = 1'000'000;
  uint32_t rec_group_types_max = 1'000'000;
  uint32_t functions_max = 1'000'000;
  uint32_t imports_max = 1'000'000;
  uint32_t exports_max = 1'000'000;
  uint32_t globals_max = 1'000'000;
  uint32_t tags_max = 1'000'000;
  uint32_t data_segments_max = 100'000;
  uint32_t element_segments_max = 10'000'000;
  uint32_t tables_max = 100'000;
  uint32_t memories_max = 100;
  uint32_t table_elements_max = 10'000'000;  // initial size and segment length
  uint32_t params_max = 1'000;
  uint32_t results_max = 1'000;
  uint32_t fields_max = 10'000;
  uint32_t array_new_fixed_max = 10'000;
  uint32_t subtype_depth_max = 63;
  uint32_t body_bytes_max = 7'654'321;
  uint32_t locals_max = 50'000;
  uint32_t br_table_labels_max = 1'000'000;
  uint32_t catches_max = 10'000;
  uint32_t name_bytes_max = 100'000;
  uint32_t operands_max = 10'000'000;   // on the stack at once, while a body is validated
  uint32_t block_depth_max = 100'000;   // nested blocks in one body
  uint32_t text_depth_max = 10'000;     // nested parentheses in the text format
  uint32_t custom_sections_max = 100'000;
};

}  // namespace wherry::wasm
