#!/usr/bin/env bash
# cp2k_loop.sh PROGRAM: the loop of examples/learn/lih.sh with CP2K. It must end by its goal, with labels that CP2K computed
# in every round that lacked any. Exit code 77: CP2K is missing.
set -euo pipefail
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$(dirname "$0")/../../examples/learn/lih.sh" "$program" "$folder/lih" > "$folder/log" 2>&1 || {
  code=$?
  [ "$code" = 77 ] || cat "$folder/log"
  exit "$code"
}
loop=$folder/lih/loop
"$program" learn status "$loop"
grep -q '"status": "converged"' "$loop/history.json" || { echo "the loop did not reach its goal"; exit 1; }
labels=$(grep -c 'learn_round=' "$loop/dataset.extxyz") || { echo "no label was learned from"; exit 1; }
computed=$("$program" label export "$loop/labels" "$folder/labels.extxyz" | grep -o '[0-9]* frames')
[ "$computed" = "$labels frames" ] || { echo "$labels frames learned from, but the queue holds $computed"; exit 1; }
grep -q 'scf_converged' "$folder/labels.extxyz" || { echo "labels do not say that they converged"; exit 1; }
