#!/usr/bin/env bash
# Installs what is missing and builds the release preset: everything, or the targets that are named, for instance
# scripts/build.sh vitrion, which leaves build/release/vitrion. Does only what is not done yet.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh
cmake --preset release --log-level=WARNING >/dev/null
cmake --build --preset release ${1:+--target "$@"}
