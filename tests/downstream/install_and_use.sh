#!/usr/bin/env bash
# Installs into a fresh folder; the program runs from there, a project outside the tree builds against the library and
# is of the same version, and `uninstall` leaves nothing: install_and_use.sh SOURCE BUILD CXX_COMPILER
set -euo pipefail
source=$1 build=$2 compiler=$3
scratch=$(mktemp -d)
# What a user of this build folder installed must stay removable.
[ ! -e "$build/install_manifest.txt" ] || cp "$build/install_manifest.txt" "$scratch/manifest"
finish() {
  rm -f "$build/install_manifest.txt"
  [ ! -e "$scratch/manifest" ] || cp "$scratch/manifest" "$build/install_manifest.txt"
  rm -rf "$scratch"
}
trap finish EXIT
prefix=$scratch/prefix

cmake --install "$build" --prefix "$prefix" > "$scratch/installed"
ls "$prefix"/include/vitrion/core/error.hpp "$prefix"/share/doc/vitrion/LICENSE \
   "$prefix"/share/{bash-completion/completions/vitrion,zsh/site-functions/_vitrion,fish/vendor_completions.d/vitrion.fish} > /dev/null
grep -q transport "$prefix/share/man/man1/vitrion.1"
! find "$prefix/include" -name '*-inl.hpp' | grep . || { echo "internal headers were installed" >&2; exit 1; }
package=$(dirname "$(find "$prefix" -name vitrion-config.cmake)")
! grep -rnE -e "-Werror|-ffp-contract|$source" "$package" ||
  { echo "flags or paths of the build reach users" >&2; exit 1; }

cp "$source"/tests/downstream/{CMakeLists.txt,main.cpp} "$scratch"
cmake -S "$scratch" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" > "$scratch/configured"
cmake --build "$scratch/build"
potential=$source/data/lipon-mtp/lipon.almtp structures=$source/data/lipon-pbe/learned.extxyz
"$scratch/build/downstream" "$potential" "$structures" | tee "$scratch/said"
grep -q "version $("$prefix/bin/vitrion" --version)" "$scratch/said"

cd "$scratch"
env -i PATH="$PATH" HOME="$scratch" "$prefix/bin/vitrion" info "$structures" > "$scratch/info"

cmake -D MANIFEST="$build/install_manifest.txt" -P "$source/cmake/Uninstall.cmake"
! find "$prefix" -type f | grep . || { echo "uninstall left files behind" >&2; exit 1; }
