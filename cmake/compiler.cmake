# What all of our code is built with. Third-party code (GoogleTest from source) does not take wherry_flags.
include_guard()

find_program(WHERRY_CCACHE ccache)
if(WHERRY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${WHERRY_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${WHERRY_CCACHE})
endif()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

add_library(wherry_flags INTERFACE)
target_include_directories(wherry_flags INTERFACE
  ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/generated)
target_link_libraries(wherry_flags INTERFACE Threads::Threads)
target_compile_options(wherry_flags INTERFACE
  -Wall -Wextra
  -Wno-missing-field-initializers    # aggregates with defaults are our named arguments
  -ffp-contract=off                  # a fused multiply-add rounds once where wasm rounds twice
  -fno-math-errno
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-psabi>)  # wrong alarms of GCC 12 in the standard library
# 64-bit file offsets and times on 32-bit processors too.
target_compile_definitions(wherry_flags INTERFACE _FILE_OFFSET_BITS=64 _TIME_BITS=64)
if(WHERRY_WERROR)
  target_compile_options(wherry_flags INTERFACE -Werror)
endif()

if(WHERRY_SANITIZE)
  add_compile_options(-fsanitize=${WHERRY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WHERRY_SANITIZE})
endif()
if(WHERRY_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "WHERRY_FUZZ needs clang: libFuzzer comes with it (cmake --preset fuzz)")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(NOT CMAKE_CROSSCOMPILING)
  find_program(WHERRY_LLD NAMES ld.lld-19 ld.lld)
  if(WHERRY_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    add_link_options(--ld-path=${WHERRY_LLD})
  endif()
endif()
# What isn't used isn't loaded, and the C++ library comes with the program: both are most of what a short run takes.
add_link_options(-Wl,--as-needed)
if(NOT WHERRY_SANITIZE)
  add_link_options(-static-libstdc++ -static-libgcc)
endif()
