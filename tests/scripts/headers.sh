#!/usr/bin/env bash
# Every public header compiles alone: headers.sh SOURCE BUILD [--all]
# A header that its own source file includes first was compiled alone when the program was built; the others are
# compiled here, with the flags of the room learn. --all compiles every one of them (minutes).
set -euo pipefail
source=$(realpath "$1") build=$(realpath "$2") all=${3:-}
cd "$source/src"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The flags of learn do for all: rooms differ in include folders only, and learn stands above the others.
sed -nE '/"command".*\/src\/vitrion\/learn\//{s/.*c\+\+ //; s/ -o .*//; s/\\(.)/\1/g; p; q}' \
  "$build/compile_commands.json" > "$scratch/flags"
[ -s "$scratch/flags" ] || { echo "headers: no flags in $build/compile_commands.json" >&2; exit 1; }

compiled_by_the_build() {
  [ -f "${1%.hpp}.cpp" ] && [ "$(grep -m1 '^#include' "${1%.hpp}.cpp")" = "#include \"$1\"" ]
}
compile_alone() {
  # Included rather than compiled: `#pragma once` in a main file is a warning of its own.
  echo "#include \"$1\"" | c++ -fsyntax-only -O0 @"$2" -x c++ - || { echo "does not compile alone: $1" >&2; return 1; }
}
export -f compile_alone
find vitrion -name '*.hpp' ! -name '*-inl.hpp' | sort > "$scratch/headers"
while read -r header; do
  [ "$all" != --all ] && compiled_by_the_build "$header" || echo "$header"
done < "$scratch/headers" > "$scratch/left"
xargs -P "$(nproc)" -I{} bash -c 'compile_alone "$1" "$2"' _ {} "$scratch/flags" < "$scratch/left"
echo "$(wc -l < "$scratch/headers") headers compile alone, $(wc -l < "$scratch/left") of them tried here"
