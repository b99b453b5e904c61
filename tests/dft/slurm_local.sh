#!/usr/bin/env bash
# slurm_local.sh PROGRAM: labels structures through a real Slurm (munge, slurmctld, slurmd) that this script starts on
# this machine and ends again, with tests/dft/fake_cp2k.sh as the program that computes. Run it by hand as root:
#   apt-get install --no-install-recommends slurmctld slurmd slurm-client munge
#   tests/dft/slurm_local.sh build/release/vitrion
# Shows: jobs go through sbatch and come back as labels; a process killed after submitting loses none of them, the next one adopts
# them; a learning loop whose labels come through Slurm ends with the same dataset and potential as one without; so does a study whose
# stages are jobs, killed and stopped on the way; a job that ran out of
# its time is submitted again with more and then succeeds.
set -euo pipefail
program=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d /tmp/vitrion-slurm.XXXXXX)
chmod 755 "$folder"
daemons=()
end() {
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
  sleep 1
  for pid in "${daemons[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap end EXIT

# A cluster of one node, this machine.
host=$(hostname -s)
mkdir -p "$folder"/{state,spool,munge}
chmod 700 "$folder/munge"
head -c 1024 /dev/urandom > "$folder/munge/key"
chmod 400 "$folder/munge/key"
cat > "$folder/slurm.conf" << END
ClusterName=vitrion
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SlurmctldPort=16817
SlurmdPort=16818
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
ReturnToService=2
KillWait=2
OverTimeLimit=0
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF="$folder/slurm.conf"
munged --foreground --key-file="$folder/munge/key" --socket="$folder/munge/socket" --pid-file="$folder/munge/pid" \
  --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" --force 2> "$folder/munged.err" &
daemons+=($!)
sleep 1
slurmctld -D 2> "$folder/slurmctld.err" &
daemons+=($!)
sleep 2
slurmd -D 2> "$folder/slurmd.err" &
daemons+=($!)
for _ in $(seq 60); do
  sinfo --noheader --format=%T 2>/dev/null | grep -q idle && break
  sleep 0.5
done
sinfo || { tail -20 "$folder"/*.err "$folder"/*.log; exit 1; }

for k in $(seq 6); do
  printf '2\nLattice="4.2 0 0 0 4.0 0 0 0 4.4" Properties=species:S:1:pos:R:3 frame_id=lih%d\nLi 0.%d 0 0.2\nH 2.0 1.9 2.1\n' "$k" "$k"
done > "$folder/data.extxyz"
settings() {
  printf 'command: "%s"\nslurm: {poll_seconds: 0.5, minutes: 1, options: [--export=ALL]}\n' "$here/fake_cp2k.sh"
}
settings > "$folder/settings.yaml"

echo "--- killed after submitting; the next process adopts"
export FAKE_SECONDS=4
"$program" label add "$folder/queue" "$folder/data.extxyz" --settings "$folder/settings.yaml"
"$program" label run "$folder/queue" --slurm --slots 4 > "$folder/first.log" 2>&1 &
first=$!
until [ "$(squeue --noheader | wc -l)" -ge 4 ]; do sleep 0.2; done
squeue
kill -9 $first
wait $first 2>/dev/null || true
"$program" label status "$folder/queue" --jobs
numbers=$(squeue --noheader --states=all --format=%i | sort | tr '\n' ' ')
"$program" label run "$folder/queue" --slurm --slots 4
"$program" label status "$folder/queue" --jobs
jobs=$(squeue --noheader --states=all --format=%i | wc -l)
echo "Slurm saw $jobs jobs for 6 structures; submitted by the killed process: $numbers"
[ "$jobs" -eq 6 ]
"$program" label status "$folder/queue" | grep -q "done *6"

echo "--- a learning loop whose labels come through Slurm ends as one whose labels are computed here"
"$here/../learn/small_loop.sh" "$program" "$folder/loop"
printf 'slurm: {poll_seconds: 0.5, minutes: 1, options: [--export=ALL]}\n' >> "$folder/loop/teacher.yaml"
learn() { "$program" learn "$folder/loop/learn.yaml" budget.rounds=2 --output "$@" > "$folder/loop/log" 2>&1 || { tail -20 "$folder/loop/log"; exit 1; }; }
learn "$folder/loop/here"
before=$(squeue --noheader --states=all --format=%i | wc -l)
learn "$folder/loop/slurm" label.slurm=true label.slots=4
after=$(squeue --noheader --states=all --format=%i | wc -l)
"$program" learn status "$folder/loop/slurm"
for file in dataset.extxyz potential.almtp; do cmp "$folder/loop/here/$file" "$folder/loop/slurm/$file"; done
echo "the loop made $((after - before)) Slurm jobs"
[ "$after" -gt "$before" ]

echo "--- a study whose stages are jobs has the hashes of one that ran here"
"$here/../jobs/slurm_study.sh" "$program" "$(realpath "$here/../..")" real

echo "--- a job that runs out of time is submitted again with more (Slurm's shortest limit is a minute: this takes three)"
export FAKE_SECONDS=40
printf '2\nLattice="4.2 0 0 0 4.0 0 0 0 4.4" Properties=species:S:1:pos:R:3\nLi 0.9 0 0.2\nH 2.0 1.9 2.1\n' > "$folder/slow.extxyz"
"$program" label "$folder/slow.extxyz" --queue "$folder/queue" --settings "$folder/settings.yaml" --slurm
squeue --states=all --format="%i %j %T %l" | tail -3
"$program" label status "$folder/queue" | grep -q "done *7"
squeue --noheader --states=all --format=%T | grep -q TIMEOUT
echo "all labels came through Slurm $(sinfo --version | cut -d' ' -f2)"
