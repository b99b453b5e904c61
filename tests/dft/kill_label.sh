#!/usr/bin/env bash
# kill_label.sh PROGRAM KILLS [N [CP2K]]: labels N structures (default 40) once through, and once killed with SIGKILL at
# KILLS random moments and started again each time. After every kill: no finished label is gone, none is half, and no
# program that computes is left. In the end both queues hold the same labels, and none was computed twice after it was
# done. With a fourth argument real CP2K computes, else tests/dft/fake_cp2k.sh.
set -euo pipefail
program=$1 kills=$2 n=${3:-40} cp2k=${4:-}
if [ -n "$cp2k" ] && ! command -v cp2k.psmp > /dev/null; then
  echo "cp2k is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$(cd "$(dirname "$0")" && pwd)

if [ -n "$cp2k" ]; then
  # Not converged in the grid, but a second a label.
  printf 'engine: cp2k\ncutoff_Ry: 120\nrel_cutoff_Ry: 20\n' > "$folder/settings.yaml"
else
  printf 'engine: cp2k\ncommand: "%s"\n' "$here/fake_cp2k.sh" > "$folder/settings.yaml"
  export FAKE_SECONDS=0.02 FAKE_LOG="$folder/computed"
fi
for k in $(seq "$n"); do
  printf '2\nLattice="4.2 0 0 0 4.0 0 0 0 4.4" Properties=species:S:1:pos:R:3 frame_id=lih%d\nLi %.2f 0 0.2\nH 2.0 1.9 2.1\n' \
    "$k" "$(awk "BEGIN { print $k * 0.01 }")"
done > "$folder/data.extxyz"

# exec: in the background, what is killed must be the program, not a shell around it.
label() { exec "$program" label "$folder/data.extxyz" --queue "$1" --settings "$folder/settings.yaml" --slots 2; }
done_in() { "$program" label status "$1" 2>/dev/null | awk '$1 == "done" { n = $2 } END { print n + 0 }'; }
# Programs whose working folder lies in the queue: what a killed parent must not leave.
left_in() { for p in /proc/[0-9]*; do readlink "$p/cwd" 2>/dev/null || true; done | grep -c "^$1/jobs" || true; }

(label "$folder/whole" > "$folder/whole.log" 2>&1) || { cat "$folder/whole.log"; exit 1; }
"$program" label export "$folder/whole" "$folder/whole.extxyz" > /dev/null
: > "$folder/computed"

RANDOM=11
before=0 killed=0
for _ in $(seq "$kills"); do
  label "$folder/killed" >> "$folder/killed.log" 2>&1 &
  running=$!
  # Each run gets at least one label done, and is killed in the midst of the next ones.
  while [ "$before" -lt $((n - 1)) ] && [ "$(done_in "$folder/killed")" -le "$before" ] && kill -0 $running 2>/dev/null; do
    sleep 0.1
  done
  sleep "0.$((RANDOM % 900 + 100))"
  kill -9 $running 2>/dev/null && killed=$((killed + 1))
  wait $running 2>/dev/null || true
  # What a program computes with (awk, sleep) ends within a moment of it.
  for _ in $(seq 50); do [ "$(left_in "$folder/killed")" -eq 0 ] && break; sleep 0.1; done
  [ "$(left_in "$folder/killed")" -eq 0 ] || { echo "a program outlived its parent"; exit 1; }
  [ -e "$folder/killed/queue.sqlite" ] || continue
  now=$(done_in "$folder/killed")
  [ "$now" -ge "$before" ] || { echo "labels were lost: $before before, $now after a kill"; exit 1; }
  if [ "$now" -gt 0 ]; then
    "$program" label export "$folder/killed" "$folder/part.extxyz" > /dev/null
    # Each label there is must stand, line by line, in the file of the queue that was not killed.
    [ "$(grep -c '^Lattice' "$folder/part.extxyz")" -eq "$now" ]
    if [ -z "$cp2k" ]; then
      [ -z "$(grep -vxF -f "$folder/whole.extxyz" "$folder/part.extxyz")" ] || { echo "a label is half"; exit 1; }
    fi
  fi
  before=$now
done
(label "$folder/killed" >> "$folder/killed.log" 2>&1) || { cat "$folder/killed.log"; exit 1; }
"$program" label export "$folder/killed" "$folder/killed.extxyz" > /dev/null
cmp "$folder/whole.extxyz" "$folder/killed.extxyz"
if [ -z "$cp2k" ]; then
  # A calculation that ended just before a kill, before its label was kept, is the only one done again.
  again=$(($(wc -l < "$folder/computed") - n))
  [ "$again" -le $((2 * killed)) ] || { echo "$again labels were computed again after $killed kills of 2 slots"; exit 1; }
fi
echo "killed $killed times ($before labels were done before the last run); all $n labels are those of the run that was not"
