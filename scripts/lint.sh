#!/usr/bin/env bash
# Format, and clang-tidy over the whole program (a quarter of an hour on two cores): scripts/lint.sh
# Over what changed since the last tag, or in the last commit or merge where there is no tag: scripts/lint.sh --changed
# Over some files: scripts/lint.sh src/vitrion/io/*.cpp
# Sources are looked at in the batches they are compiled in, seven times faster than one by one. A batch that was clean
# is looked at again when one of its sources changes, or a header of ours that one includes.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(clang-format clang-tidy libomp-14-dev)  # the last: clang's own omp.h
dpkg-query -W "${packages[@]}" > /dev/null 2>&1 || { echo "lint: needs the Debian packages ${packages[*]}" >&2; exit 1; }
scripts/check-format.sh
cmake --preset lint > /dev/null
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

changed_sources() {  # a header stands for the source beside it
  local base
  base=$(git describe --tags --abbrev=0 2> /dev/null || git rev-parse --verify --quiet HEAD^1) ||
    { echo "lint: no history to tell what changed: only the format was looked at" >&2; return; }
  git diff --name-only "$base" -- src lammps apps | sed -E 's/(-inl)?\.hpp$/.cpp/' | sort -u |
    while read -r file; do [[ $file = *.cpp && -f $file ]] && echo "$file"; done || true
}
case "${1:-}" in
  "") git ls-files 'src/*.cpp' 'lammps/*.cpp' 'apps/*.cpp' ;;
  --changed) changed_sources ;;
  *) realpath --relative-to . -- "$@" ;;
esac > "$scratch/sources"

# "BATCH SOURCE", for every source of the program. Clang 14 cannot compile gemmi's CIF reader and libtorch in C++20.
grep -o '"file": "[^"]*"' build/lint/compile_commands.json | cut -d'"' -f4 |
  grep -vE '/(tests|benchmarks|torch)/|/io/cif.cpp$' | while read -r batch; do
    case $batch in
      *.cxx) sed -n "s|^#include \"$PWD/\(.*\)\"|$batch \1|p" "$batch" ;;
      *) echo "$batch ${batch#"$PWD"/}" ;;
    esac
  done > "$scratch/batches"
awk 'NR == FNR { chosen[$1]; next } $2 in chosen && !seen[$1]++ { print $1 }' "$scratch/sources" "$scratch/batches" > "$scratch/chosen"

# "SOURCE INCLUDED", for the source itself and files of ours that it includes.
{ git ls-files src lammps apps
  git grep -oE --untracked '^#include "[^"]+"' -- src lammps apps | tr -d '"'; } | awk '
  !/:#include / { exists[$0]; next }
  { split($0, part, ":#include "); included[part[1]] = included[part[1]] " " part[2] }
  function visit(source, file,    names, i, n) {
    if ((source, file) in seen) return
    seen[source, file]; print source, file
    n = split(included[file], names, " ")
    for (i = 1; i <= n; ++i)
      if ("src/" names[i] in exists) visit(source, "src/" names[i])
      else if ("apps/" names[i] in exists) visit(source, "apps/" names[i])
      else if (names[i] in exists) visit(source, names[i])
  }
  END { for (file in exists) if (file ~ /[.]cpp$/) visit(file, file) }' > "$scratch/includes"

export clean="${XDG_CACHE_HOME:-$HOME/.cache}/vitrion/clang-tidy" includes="$scratch/includes" batches="$scratch/batches"
mkdir -p "$clean"
look_at() {
  local text key
  text=$(awk -v batch="$1" 'NR == FNR { if ($1 == batch) of[$2]; next } $1 in of { print $2 }' "$batches" "$includes" | sort -u)
  # shellcheck disable=SC2086  # one word a file
  key=$(cat .clang-tidy scripts/lint.sh $text | sha256sum | cut -d' ' -f1)
  [ -e "$clean/$key" ] && return
  # Warnings that GCC is told to leave out have names that clang does not know, and conversions are GCC's to count.
  clang-tidy -p build/lint --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-conversion \
    --extra-arg=-Wno-sign-conversion "$1" > "$clean/$key.said" 2>&1 ||
    { grep -v ' warnings* generated' "$clean/$key.said"; rm "$clean/$key.said"; return 1; }
  rm "$clean/$key.said"
  touch "$clean/$key"
}
export -f look_at
xargs -r -P "$(nproc)" -I{} bash -c 'look_at "$1"' _ {} < "$scratch/chosen" || { echo "lint: see above" >&2; exit 1; }
echo "lint: $(wc -l < "$scratch/chosen") batches clean"
