#!/usr/bin/env bash
# slurm_learn.sh PROGRAM SOURCE: the loop of tests/learn/small_loop.sh on this machine, and with executor: {slurm: ...} in its own
# settings through fake_slurm.sh. Trainings and explorations are submitted; every result has the same hash.
set -euo pipefail
program=$1 source=$2
folder=$(mktemp -d "${TMPDIR:-/tmp}/slurm-learn.XXXXXX")
end() {
  for pid in "$folder"/state/*.pid; do [ -e "$pid" ] && kill -9 -- -"$(cat "$pid")" 2> /dev/null; done
  rm -rf "$folder"
}
trap 'end || true' EXIT
mkdir -p "$folder/bin" "$folder/state"
for name in sbatch squeue scancel; do ln -s "$source/tests/jobs/fake_slurm.sh" "$folder/bin/$name"; done
export PATH="$folder/bin:$PATH" FAKE_SLURM="$folder/state"
fail() { echo "$1"; tail -30 "$folder"/*.log; exit 1; }

"$source/tests/learn/small_loop.sh" "$program" "$folder/loop"
cp -r "$folder/loop" "$folder/submitted"  # frames bear the name of the settings
echo 'executor: {slurm: {poll_seconds: 0.2, minutes: 5, options: [--export=ALL]}}' >> "$folder/submitted/learn.yaml"
"$program" learn "$folder/loop/learn.yaml" budget.rounds=2 --output "$folder/here" > "$folder/here.log" 2>&1 || [ $? = 3 ] || fail "the loop failed on this machine"
"$program" learn "$folder/submitted/learn.yaml" budget.rounds=2 --output "$folder/slurm" > "$folder/slurm.log" 2>&1 || [ $? = 3 ] || fail "the loop failed through Slurm"
# Keys hold paths of the settings.
diff <(grep -v '"key"' "$folder/here/manifest.json") <(grep -v '"key"' "$folder/slurm/manifest.json") || fail "other results"
for stage in r00-train r00-heat-1 r01-train; do
  [ -e "$folder/slurm/$stage/.slurm/job.sh" ] || fail "$stage was not submitted"
  [ ! -e "$folder/here/$stage/.slurm" ] || fail "$stage was submitted without being asked to"
done
echo "through Slurm every result of the loop has the hash it has on this machine"
