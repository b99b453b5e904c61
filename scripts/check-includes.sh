#!/usr/bin/env bash
# Includes point down the floors only: a room may include itself and the rooms that src/CMakeLists.txt says it depends on.
set -euo pipefail
cd "$(dirname "$0")/.."
# One line a room: "name: its dependencies".
floors=$(tr '\n' ' ' < src/CMakeLists.txt | grep -o 'vitrion_room([^)]*)' |
  sed -E 's/vitrion_room\(([a-z_]+) */\1: /; s/LIBRARIES.*//; s/DEPENDS//; s/\)//')
bad=0
while IFS=: read -r room allowed; do
  [ -d "src/$room" ] || continue
  for seen in $(grep -rhoE '^#include "[a-z_]+/' "src/$room" | sed -E 's/.*"([a-z_]+)\//\1/' | sort -u); do
    [ "$seen" = "$room" ] && continue
    [ -d "src/$seen" ] || continue
    case " $allowed " in
      *" $seen "*) ;;
      *) echo "check-includes: src/$room includes $seen/, which src/CMakeLists.txt does not allow:" >&2
         grep -rnE "^#include \"$seen/" "src/$room" >&2; bad=1 ;;
    esac
  done
done <<< "$floors"
exit $bad
