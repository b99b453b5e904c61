#!/usr/bin/env bash
# Every source file is as clang-format 14 would write it. The texts are compared: --dry-run -Werror also reports
# replacements by what stands there already (`namespace vitrion::inline core`).
set -euo pipefail
cd "$(dirname "$0")/.."
other=$(git ls-files '*.cpp' '*.hpp' | xargs -P "$(nproc)" -I{} sh -c 'clang-format "{}" | cmp -s - "{}" || echo "{}"')
[ -z "$other" ] || { echo "check-format: clang-format -i would change:" >&2; echo "$other" >&2; exit 1; }
