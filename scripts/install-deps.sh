#!/usr/bin/env bash
# Installs what building, running and testing Vitrion need: packages of Debian 12, and plotly.js (for the plots of
# reports) through npm. Run as root, or as a user with sudo. Nothing is done when all is already there. Further packages
# may be named: scripts/install-deps.sh clang-tidy
set -euo pipefail

build=(
  git ca-certificates g++ cmake ninja-build ccache pkg-config
  libeigen3-dev libfmt-dev nlohmann-json3-dev libyaml-cpp-dev libcli11-dev libpugixml-dev
  libfftw3-dev zlib1g-dev libxxhash-dev libhwy-dev libboost-dev gemmi-dev tao-pegtl-dev libtorch-dev libopenblas-dev liblapacke-dev libsqlitecpp-dev
  libsymspg-dev voro++-dev liblammps-dev lammps-data libopenmpi-dev openmpi-bin
)
tests=(
  libgtest-dev libgmock-dev libvalijson-dev libbenchmark-dev chromium cp2k libopenblas0-serial openkim-models
)

# The version cmake/ReportResources.cmake asks for, and the checksum of the package as published.
plotly=4.1.1
plotly_sha512=d68345f0f790c7686fff2eeda84556283dc91b09ff30610c43c98bf47530b1aa86f451b2fce539147507bf3a9bab13789a7c19188f5a6d3884efbe42e2492331
js_dir=/usr/local/share/vitrion-js
has_plotly() { [ -s "$js_dir/plotly-basic-$plotly.min.js" ] && [ -s "$js_dir/plotly-$plotly.LICENSE" ]; }

missing=()
for package in "${build[@]}" "${tests[@]}" "$@"; do
  if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" != installed ]; then
    missing+=("$package")
  fi
done
has_plotly || command -v npm >/dev/null || missing+=(npm)
[ ${#missing[@]} -eq 0 ] && has_plotly && exit 0

run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-deps: needs root or sudo to install: ${missing[*]}" >&2; exit 1; }
  run=(sudo)
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  "${run[@]}" apt-get update -qq
  "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

if ! has_plotly; then
  echo "Fetching plotly.js $plotly"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  (cd "$scratch" && npm pack --silent "plotly.js-basic-dist-min@$plotly" >/dev/null)
  package="$scratch/plotly.js-basic-dist-min-$plotly.tgz"
  echo "$plotly_sha512  $package" | sha512sum --check --quiet ||
    { echo "install-deps: plotly.js is not the package expected; nothing was installed from it" >&2; exit 1; }
  tar -xzf "$package" -C "$scratch"
  "${run[@]}" install -D -m 644 "$scratch/package/plotly-basic.min.js" "$js_dir/plotly-basic-$plotly.min.js"
  "${run[@]}" install -D -m 644 "$scratch/package/LICENSE" "$js_dir/plotly-$plotly.LICENSE"
fi
