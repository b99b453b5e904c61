#!/usr/bin/env bash
# Every public header compiles alone, with the flags of the room it is in: headers.sh SOURCE BUILD [ROOM...]
set -euo pipefail
source=$1 build=$2
shift 2
cd "$source/src"
[ $# -gt 0 ] || set -- vitrion/*/
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The flags of learn do for all: rooms differ in include folders only, and learn stands above the others.
sed -nE '/"command".*\/src\/vitrion\/learn\//{s/.*c\+\+ //; s/ -o .*//; s/\\(.)/\1/g; p; q}' \
  "$build/compile_commands.json" > "$scratch/flags"
[ -s "$scratch/flags" ] || { echo "headers: no flags in $build/compile_commands.json" >&2; exit 1; }

compile_alone() {
  # Included rather than compiled: `#pragma once` in a main file is a warning of its own.
  echo "#include \"$1\"" | c++ -fsyntax-only -O0 @"$2" -x c++ - || { echo "does not compile alone: $1" >&2; return 1; }
}
export -f compile_alone
for room in "$@"; do find "vitrion/$(basename "$room")" -name '*.hpp' ! -name '*-inl.hpp'; done | sort > "$scratch/headers"
xargs -P 2 -I{} bash -c 'compile_alone "$1" "$2"' _ {} "$scratch/flags" < "$scratch/headers"
echo "$(wc -l < "$scratch/headers") headers compile alone"
