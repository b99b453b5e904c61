#!/usr/bin/env bash
# Every source file is as clang-format 14 would write it.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files '*.cpp' '*.hpp' | xargs clang-format --dry-run -Werror
