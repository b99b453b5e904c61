#!/usr/bin/env bash
# Installs from Debian 12 everything that building, running and testing Vitrion need. Run as root, or as a user with sudo.
# Nothing is done when every package is already there.
set -euo pipefail

build=(
  git ca-certificates g++ cmake ninja-build ccache pkg-config
  libeigen3-dev libfmt-dev nlohmann-json3-dev libyaml-cpp-dev libcli11-dev libpugixml-dev
  libfftw3-dev zlib1g-dev libxxhash-dev libhwy-dev gemmi-dev libopenblas-dev liblapacke-dev
  liblammps-dev libopenmpi-dev openmpi-bin
)
tests=(libgtest-dev libbenchmark-dev)

missing=()
for package in "${build[@]}" "${tests[@]}"; do
  if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
    missing+=("$package")
  fi
done
[ ${#missing[@]} -eq 0 ] && exit 0

run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps: needs root or sudo to install: ${missing[*]}" >&2; exit 1; }
  run=(sudo)
fi
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
"${run[@]}" apt-get update -qq
"${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
