#!/usr/bin/env bash
# kill_study.sh PROGRAM STUDY KILLS: runs a small version of a study once through, and once killed with SIGKILL at KILLS
# random moments and started again each time. Both must end with the same hashes (manifest.json).
set -euo pipefail
program=$1 study=$2 kills=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

. "$(dirname "$0")/small_study.sh"
run() { "$program" run "$study" "${settings[@]}" --output "$1" > "$1.log" 2>&1; }

run "$folder/whole" || { cat "$folder/whole.log"; exit 1; }
RANDOM=7
killed=0
for _ in $(seq "$kills"); do
  "$program" run "$study" "${settings[@]}" --output "$folder/killed" >> "$folder/killed.log" 2>&1 &
  sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
  kill -9 $! 2>/dev/null && killed=$((killed + 1))
  wait $! 2>/dev/null || true
done
run "$folder/killed" || { cat "$folder/killed.log"; exit 1; }
cmp "$folder/whole/manifest.json" "$folder/killed/manifest.json"
echo "killed $killed times; every result has the hash of the run that was not"
