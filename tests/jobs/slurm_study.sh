#!/usr/bin/env bash
# slurm_study.sh PROGRAM SOURCE [real]: a small version of examples/learn/study.yaml on this machine, and with executor: {slurm: ...}
# through fake_slurm.sh (or, with `real`, through the Slurm that answers here), killed with SIGKILL while jobs run, stopped with
# SIGTERM, and started again. All results must have the same hashes, and no stage may have run twice at once.
set -euo pipefail
program=$1 source=$2 kind=${3:-fake}
folder=$(mktemp -d "${TMPDIR:-/tmp}/slurm-study.XXXXXX")
end() {
  if [ "$kind" = fake ]; then for pid in "$folder"/state/*.pid; do [ -e "$pid" ] && kill -9 -- -"$(cat "$pid")" 2> /dev/null; done; fi
  rm -rf "$folder"
}
trap 'end || true' EXIT
if [ "$kind" = fake ]; then
  mkdir -p "$folder/bin" "$folder/state"
  for name in sbatch squeue scancel; do ln -s "$source/tests/jobs/fake_slurm.sh" "$folder/bin/$name"; done
  export PATH="$folder/bin:$PATH" FAKE_SLURM="$folder/state"
fi
. "$source/tests/learn/small_learning_study.sh"
study=("$program" run "$source/examples/learn/study.yaml" "${settings[@]}")
slurm='executor={slurm: {poll_seconds: 0.2, minutes: 5, options: [--export=ALL]}}'
fail() { echo "$1"; tail -30 "$folder"/*.log "$folder"/slurm/*/log.txt; exit 1; }

"${study[@]}" --output "$folder/here" > "$folder/here.log" 2>&1 || fail "the study failed on this machine"

start() { "${study[@]}" "$slurm" --output "$folder/slurm" >> "$folder/slurm.log" 2>&1 & running=$!; }
# Waits until a file of this name is in the folder of the study.
see() { for _ in $(seq 600); do compgen -G "$folder/slurm/$1" > /dev/null && return; sleep 0.05; done; fail "no $1"; }
start; see "learn/r00-train/.slurm/job.json"; kill -9 $running; wait $running 2> /dev/null || true
start; see "learn/r00-melt-1/.slurm/job.json"; kill -TERM $running; wait $running 2> /dev/null && fail "the study was not stopped" || true
[ ! -e "$folder/slurm/learn/r00-melt-1/.slurm/job.json" ] || fail "a job was left when the study was stopped"
start; see "quench-1/.slurm/job.json"; sleep 0.3; kill -9 $running; wait $running 2> /dev/null || true
start; wait $running || fail "the study did not go on"

cmp "$folder/here/manifest.json" "$folder/slurm/manifest.json"
cmp "$folder/here/learn/manifest.json" "$folder/slurm/learn/manifest.json"
for stage in learn/r00-train learn/r00-melt-1 quench-1 md-900K-1; do
  [ -e "$folder/slurm/$stage/.slurm/job.sh" ] || fail "$stage was not submitted"
done
[ ! -e "$folder/slurm/structure/.slurm" ] || fail "a short stage was submitted"
# On this machine again: nothing is left to do.
"${study[@]}" --output "$folder/slurm" > "$folder/again.log" 2>&1 || fail "the study failed after all"
! grep -q "done in" "$folder/again.log" || fail "where a stage is run decides what it is"
echo "through Slurm every result has the hash it has on this machine"
