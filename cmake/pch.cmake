# The standard headers that most of our files include, compiled once: a third of the build time. Not with ccache, which
# does the same better, so that developers' builds notice an include that is missing.
include_guard()

option(WHERRY_PCH "Precompile the standard headers (not with ccache)" OFF)

set(WHERRY_PCH_HEADERS <algorithm> <array> <cstdint> <cstring> <expected> <functional> <memory> <optional> <span> <string>
  <string_view> <unordered_map> <utility> <variant> <vector>)

# A target to hold the compiled headers: wherry_pch_holder(NAME HEADERS... LIBRARIES...)
function(wherry_pch_holder name libraries)
  if(NOT WHERRY_PCH)
    return()
  endif()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${name}.cc CONTENT "// Holds precompiled headers.\n" @ONLY)
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/generated/${name}.cc)
  target_link_libraries(${name} PRIVATE wherry_flags ${libraries})
  target_precompile_headers(${name} PRIVATE ${WHERRY_PCH_HEADERS} ${ARGN})
endfunction()

function(wherry_pch_use target holder)
  if(WHERRY_PCH)
    target_precompile_headers(${target} REUSE_FROM ${holder})
  endif()
endfunction()
