#!/usr/bin/env bash
# study_with_potential.sh PROGRAM SOURCE: a study of the shipped NequIP potential, far too short to mean anything, at a single
# temperature, to its report. The report must state the errors `vitrion evaluate` finds, and no barrier.
set -euo pipefail
program=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
potential=$source/data/lipon-nequip/lipon.safetensors test=$source/data/lipon-pbe/own_md.extxyz
cat > "$folder/study.yaml" << END
potential: {file: $potential, test: [$test]}
quench:
  replicas: 2
  structure: $source/examples/lipon/start.extxyz
  framework: [P, O, N]
  guard: {grade_break: 0}
  melt: {temperature_K: 2000, duration_ps: 0.1, timestep_fs: 1}
  quench: {temperature_K: 250, rate_K_per_ps: 20000}
  equilibrate: {temperature_K: 300, duration_ps: 0.1, timestep_fs: 2, dump_ps: 0.01}
production:
  temperatures_K: [1500]
  guard: {grade_break: 0}
  stages: [{name: production, duration_ps: 0.4, timestep_fs: 2, dump_ps: 0.01}]
transport: {ion: Li, frame: host}
END
"$program" run "$folder/study.yaml" --output "$folder/out" > "$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
rmse=$("$program" evaluate "$potential" "$test" | awk '$1 == "all" {print $4}')
shown=$rmse
contains() { grep -q "$1" "$folder/out/report.html" || { echo "the report does not say: $1"; exit 1; }; }
contains "$shown meV/atom"
contains "it was not trained on"
contains "no activation energy"
