#!/usr/bin/env bash
# Format and clang-tidy over the whole program (minutes): scripts/lint.sh. Over some files: scripts/lint.sh src/io/*.cpp
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/check-format.sh
cmake --preset release > /dev/null
files=("$@")
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(git ls-files 'src/*.cpp' 'lammps/*.cpp' 'apps/*.cpp')
# The warnings GCC is told to leave out have names that clang does not know.
printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 1 clang-tidy -p build/release --quiet --extra-arg=-Wno-unknown-warning-option
