#!/usr/bin/env bash
# kill_study.sh PROGRAM STUDY KILLS: runs a small version of a study once through, and once killed with SIGKILL at KILLS
# random moments and started again each time. Both must end with the same hashes (manifest.json).
set -euo pipefail
program=$1 study=$2 kills=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Small enough for seconds; checkpoints close enough together that a resumed stage has something to go on from.
settings=(
  slots=2 train.potential.level=10 train.optimizer.max_iterations=8 train.checkpoint_seconds=0.2
  quench.replicas=2 quench.checkpoint_steps=200 production.checkpoint_steps=200
  'quench.melt={temperature_K: 1200, duration_ps: 0.5}' 'quench.quench={temperature_K: 250, rate_K_per_ps: 2000}'
  'quench.equilibrate={temperature_K: 300, duration_ps: 1, timestep_fs: 2, dump_ps: 0.05}'
  'production.temperatures_K=[600,900]'
  'production.stages=[{name: heat, duration_ps: 0.4, timestep_fs: 2}, {name: production, duration_ps: 2, timestep_fs: 2, dump_ps: 0.05}]'
)
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
