#!/usr/bin/env bash
# Installs what is missing and builds the release binary: build/release/vitrion. Does only what is not done yet.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/install-deps.sh
cmake --preset release --log-level=WARNING >/dev/null
cmake --build --preset release
