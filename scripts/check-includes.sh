#!/usr/bin/env bash
# Includes point down the floors only: a room may include itself and the rooms that src/CMakeLists.txt says it depends on.
# Another checkout may be named: scripts/check-includes.sh FOLDER.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
# One line a room: "name: its dependencies".
floors=$(tr '\n' ' ' < src/CMakeLists.txt | grep -o 'vitrion_room([^)]*)' |
  sed -E 's/vitrion_room\(([a-z_]+) */\1: /; s/LIBRARIES.*//; s/DEPENDS//; s/\)//')
[ -n "$floors" ] || { echo "check-includes: src/CMakeLists.txt names no rooms" >&2; exit 1; }
bad=0
for path in src/vitrion/*/; do
  room=$(basename "$path")
  grep -q "^$room:" <<< "$floors" || { echo "check-includes: $path is no room of src/CMakeLists.txt" >&2; bad=1; }
done
while IFS=: read -r room allowed; do
  [ -d "src/vitrion/$room" ] || { echo "check-includes: there is no src/vitrion/$room" >&2; bad=1; continue; }
  if grep -rnE '^#include "' "src/vitrion/$room" | grep -vE '"(vitrion|lammps)/'; then
    echo "check-includes: headers are included as \"vitrion/ROOM/NAME.hpp\"" >&2; bad=1
  fi
  for seen in $(grep -rhoE '^#include "(vitrion/[a-z_]+|lammps)/' "src/vitrion/$room" | sed -E 's/.*"(vitrion\/)?([a-z_]+)\//\2/' | sort -u); do
    [ "$seen" = "$room" ] && continue
    case " $allowed " in
      *" $seen "*) ;;
      *) echo "check-includes: src/vitrion/$room includes $seen/, which src/CMakeLists.txt does not allow:" >&2
         grep -rnE "^#include \"(vitrion/)?$seen/" "src/vitrion/$room" >&2; bad=1 ;;
    esac
  done
done <<< "$floors"
exit $bad
