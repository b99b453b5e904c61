#!/usr/bin/env bash
# kill_learn.sh PROGRAM KILLS: runs a small learning loop once through, and once killed with SIGKILL at KILLS random moments
# and started again each time. Both must end with the same history, dataset and potential.
set -euo pipefail
program=$1 kills=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$(dirname "$0")/small_loop.sh" "$program" "$folder"
learn() { exec "$program" learn "$folder/learn.yaml" budget.rounds=2 --output "$1"; }

(learn "$folder/whole" > "$folder/whole.log" 2>&1) || { cat "$folder/whole.log"; exit 1; }
RANDOM=3
killed=0
for _ in $(seq "$kills"); do
  learn "$folder/killed" >> "$folder/killed.log" 2>&1 &
  running=$!
  sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
  kill -9 $running 2>/dev/null && killed=$((killed + 1))
  wait $running 2>/dev/null || true
done
[ "$killed" -gt 0 ] || { echo "nothing was killed"; exit 1; }
(learn "$folder/killed" >> "$folder/killed.log" 2>&1) || { tail -40 "$folder/killed.log"; exit 1; }
for file in result.json section.json history.json history.csv dataset.extxyz validation.extxyz potential.almtp manifest.json; do
  cmp "$folder/whole/$file" "$folder/killed/$file"
done
echo "killed $killed times; history, dataset and potential are those of the run that was not"
