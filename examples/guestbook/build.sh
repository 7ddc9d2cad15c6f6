#!/bin/sh
# Builds the guest book: C to a core module with clang, and that to a component with wherry.
#   examples/guestbook/build.sh OUT.wasm
# WHERRY names the wherry program (default: the one in PATH). Debian packages: clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32
set -eu
out=${1:?"usage: build.sh OUT.wasm"}
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
wherry=${WHERRY:-wherry}
clang=${CLANG:-clang-19}
core=$(mktemp "${TMPDIR:-/tmp}/guestbook.XXXXXX")
trap 'rm -f "$core"' EXIT
"$clang" --target=wasm32-wasi -O2 -Wall -Wextra -mexec-model=reactor -Wl,--strip-debug \
  "$here/guestbook.c" "$here/guest.c" -o "$core"
"$wherry" componentize "$core" --wit "$here/wit" -w guestbook -o "$out"
