#!/usr/bin/env bash
# mpirun.sh RANKS PROGRAM [ARGUMENT ...]: as Open MPI's mpirun, on any number of processors, as root too.
set -euo pipefail
ranks=$1
shift
run=(mpirun --oversubscribe -np "$ranks")
[ "$(id -u)" -ne 0 ] || run+=(--allow-run-as-root)
exec "${run[@]}" "$@"
