#!/usr/bin/env bash
# Builds the tests of the rooms that share work among threads with the thread sanitizer, and runs them on four threads.
# Other rooms may be named: scripts/thread-sanitizer.sh transport
# Clang's OpenMP runtime tells the sanitizer of its barriers (archer); GCC's does not, and every loop would look like a race.
set -euo pipefail
cd "$(dirname "$0")/.."
rooms=("$@")
[ ${#rooms[@]} -gt 0 ] || rooms=(neighbors potentials transport structure train frontend)

packages=(clang libomp-14-dev libclang-rt-14-dev)
dpkg-query -W "${packages[@]}" > /dev/null 2>&1 ||
  { echo "thread-sanitizer: needs the Debian packages ${packages[*]}" >&2; exit 1; }

CXX=clang++ cmake --preset tsan --log-level=WARNING > /dev/null
cmake --build --preset tsan --target "${rooms[@]/#/test_}"
export OMP_NUM_THREADS=4 OMP_TOOL_LIBRARIES=/usr/lib/llvm-14/lib/libarcher.so TSAN_OPTIONS=ignore_noninstrumented_modules=1
failed=()
for room in "${rooms[@]}"; do
  build/tsan/tests/"test_$room" --gtest_brief=1 || failed+=("$room")
done
[ ${#failed[@]} -eq 0 ] || { echo "thread-sanitizer: failed: ${failed[*]}" >&2; exit 1; }
echo "thread-sanitizer: clean: ${rooms[*]}"
