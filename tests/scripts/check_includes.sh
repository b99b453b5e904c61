#!/usr/bin/env bash
# check-includes.sh passes on this tree, and refuses a copy of it in which a room includes one above it, a room that is
# not listed, and an include without its room: check_includes.sh SOURCE
set -euo pipefail
source=$1
check=$source/scripts/check-includes.sh
"$check" "$source" || { echo "the tree itself is refused" >&2; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fresh_copy() {
  rm -rf "$scratch/tree"
  mkdir "$scratch/tree"
  cp -r "$source/src" "$scratch/tree/"
}
refused() {  # refused WHAT WORDS: the copy is refused, in these words
  if "$check" "$scratch/tree" > "$scratch/said" 2>&1; then echo "$1 was accepted" >&2; exit 1; fi
  grep -q "$2" "$scratch/said" || { echo "$1 was refused for another reason:" >&2; cat "$scratch/said" >&2; exit 1; }
}

fresh_copy
"$check" "$scratch/tree" || { echo "a copy of the tree is refused" >&2; exit 1; }
echo '#include "vitrion/study/runner.hpp"' >> "$scratch/tree/src/vitrion/core/error.hpp"
refused "An upward include" "src/vitrion/core includes study/"

fresh_copy
mkdir "$scratch/tree/src/vitrion/attic"
refused "A room that is not listed" "attic/ is no room"

fresh_copy
echo '#include "error.hpp"' >> "$scratch/tree/src/vitrion/core/error.hpp"
refused "An include without its room" 'vitrion/ROOM/NAME.hpp'
