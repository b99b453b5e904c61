#!/usr/bin/env bash
# mpirun.sh RANKS PROGRAM [ARGUMENT ...]: as Open MPI's mpirun, on any number of processors, as root too.
set -euo pipefail
# A test that has used MPI itself leaves "I am alone" in the environment.
unset OMPI_MCA_ess OMPI_MCA_ess_singleton_isolated OMPI_MCA_pmix
ranks=$1
shift
run=(mpirun --oversubscribe -np "$ranks")
[ "$(id -u)" -ne 0 ] || run+=(--allow-run-as-root)
exec "${run[@]}" "$@"
