#!/usr/bin/env bash
# Builds the tests of the rooms that read files, compute and keep queues with the address and undefined-behavior
# sanitizers, and runs them, two rooms at a time. Other rooms may be named: scripts/sanitizers.sh md
set -euo pipefail
cd "$(dirname "$0")/.."
rooms=("$@")
[ ${#rooms[@]} -gt 0 ] || rooms=(potentials transport fuzz select structure dft io)  # the longest first
cmake --preset asan --log-level=WARNING > /dev/null
cmake --build --preset asan --target "${rooms[@]/#/test_}"

run_room() {
  local filter='*'
  [ "$1" = dft ] && filter='Queue*'  # other tests of dft start the program
  OMP_NUM_THREADS=1 build/asan/tests/"test_$1" --gtest_brief=1 --gtest_filter="$filter" > "$said/$1" 2>&1 ||
    { cat "$said/$1"; echo "sanitizers: $1 failed" >&2; return 1; }
  echo "sanitizers: $1: $(tail -n 1 "$said/$1")"
}
export -f run_room
said=$(mktemp -d)
export said
trap 'rm -rf "$said"' EXIT
printf '%s\n' "${rooms[@]}" | xargs -P 2 -I{} bash -c 'run_room {}' || { echo "sanitizers: see above" >&2; exit 1; }
echo "sanitizers: clean: ${rooms[*]}"
