#!/usr/bin/env bash
# Builds the tests of the rooms that read files, compute and keep queues with the address and undefined-behavior
# sanitizers, and runs them. Other rooms may be named: scripts/sanitizers.sh md
set -euo pipefail
cd "$(dirname "$0")/.."
rooms=("$@")
[ ${#rooms[@]} -gt 0 ] || rooms=(io fuzz potentials transport structure select dft)
cmake --preset asan --log-level=WARNING > /dev/null
cmake --build --preset asan --target "${rooms[@]/#/test_}"
failed=()
for room in "${rooms[@]}"; do
  # Other tests of dft start the program.
  build/asan/tests/"test_$room" --gtest_brief=1 --gtest_filter="$([ "$room" = dft ] && echo 'Queue*' || echo '*')" ||
    failed+=("$room")
done
[ ${#failed[@]} -eq 0 ] || { echo "sanitizers: failed: ${failed[*]}" >&2; exit 1; }
echo "sanitizers: clean: ${rooms[*]}"
