# Toolchain file of the cross presets: Debian's cross g++ for WHERRY_TRIPLE, run by qemu-user. Libraries of the target
# come from WHERRY_SYSROOT, a folder that scripts/sysroot fills with Debian's packages; header-only ones from the build machine.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WHERRY_TRIPLE WHERRY_QEMU WHERRY_SYSROOT)
set(CMAKE_SYSTEM_NAME Linux)
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${WHERRY_TRIPLE}")
set(CMAKE_C_COMPILER ${WHERRY_TRIPLE}-gcc)
set(CMAKE_CXX_COMPILER ${WHERRY_TRIPLE}-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR ${WHERRY_QEMU})
set(CMAKE_FIND_ROOT_PATH ${WHERRY_SYSROOT} /usr/${WHERRY_TRIPLE})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_LIBRARY_ARCHITECTURE ${WHERRY_TRIPLE})
# One file that qemu-user runs without a root folder of that processor.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
