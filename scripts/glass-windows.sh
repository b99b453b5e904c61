#!/usr/bin/env bash
# Do the intervals of vitrion transport hold in a real glass? Makes five LiPON glasses with the bundled MTP, ages each at
# 900 K until the D* of the halves of a nanosecond agree, runs 10 ns, says whether it is a glass still, and compares the
# D* of windows of 50, 100 and 200 ps with that of the whole run (docs/transport.md):
# scripts/glass-windows.sh [FOLDER] [GLASSES] [NANOSECONDS]
# The cells are cubes. In the cell of a crystal (examples/lipon/start.extxyz, 2.34 g/cm3) such a glass turned into that
# crystal within a nanosecond.
# About three hours of one core; may be stopped at any moment and goes on with the same command.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-glass-windows} glasses=${2:-5} nanoseconds=${3:-10}
vitrion=${VITRION:-$PWD/build/release/vitrion}
[ -x "$vitrion" ] || scripts/build.sh vitrion
scripts/install-deps.sh jq
mkdir -p "$folder"
root=$PWD
cd "$folder"

common="potential: $root/data/lipon-mtp/lipon.almtp
guard: {grade_break: 0}
framework: [P, O, N]"

cat > quench.yaml << YAML
$common
packed:
  composition: Li47 P16 O56 N5
  density_g_per_cm3: 2.2
  min_distances_A: {P-P: 2.7, P-O: 1.5, P-N: 1.6, O-O: 2.4, N-O: 2.5, N-N: 3.0, Li-P: 2.4, Li-O: 1.8, Li-N: 1.8, Li-Li: 2.2}
output: quench
seed: 2026
replicas: $glasses
wall_eV: 5
melt: {temperature_K: 2000, duration_ps: 50, timestep_fs: 1}
quench: {temperature_K: 250, rate_K_per_ps: 250}
equilibrate: {temperature_K: 300, duration_ps: 10, timestep_fs: 2}
YAML
"$vitrion" quench quench.yaml --threads 1

stage() {  # START OUTPUT NAME PICOSECONDS DUMP_PS: at 900 K, going on from where START ended
  cat > "$2.yaml" << YAML
$common
structure: $1
output: $2
wall_eV: 2
stages: [{name: $3, temperature_K: 900, duration_ps: $4, timestep_fs: 2, dump_ps: $5, thermo_ps: 1}]
YAML
  "$vitrion" md "$2.yaml" --threads 1
}

halves_agree() {  # TRAJECTORY FRAMES: the intervals of D* in the halves allow the same value
  local half=$(($2 / 2)) part
  for part in ":$half" "$half:"; do
    "$vitrion" transport "$1" --ion Li --temperature 900 --frames "$part" --diffusing-host --json half.json > /dev/null
    jq -r '.temperatures[0].D_tracer | [.value_cm2_per_s // 0, .ci95_cm2_per_s[]] | @tsv' half.json
  done | awk '{ v[NR] = $1; lo[NR] = $2; hi[NR] = $3 }
    END { i = v[1] < v[2] ? 1 : 2; j = 3 - i; gap = v[j] - v[i]; bar = sqrt((hi[i] - v[i])^2 + (v[j] - lo[j])^2)
          printf "halves: D* %.3g and %.3g cm2/s\n", v[1], v[2]; exit !(v[i] > 0 && gap <= bar) }'
}

for glass in $(seq "$glasses"); do
  [ -e "glass-$glass/aged.extxyz" ] || {
    mkdir -p "glass-$glass"
    start=quench/replica-$glass/final.extxyz
    for age in 1 2 3 4 5 6; do
      stage "$start" "glass-$glass-age-$age" age 1000 1
      start=glass-$glass-age-$age/final.extxyz
      if halves_agree "glass-$glass-age-$age/age.lammpstrj.gz" 1000; then break; fi
    done
    cp "$start" "glass-$glass/aged.extxyz"
  }
  stage "glass-$glass/aged.extxyz" "glass-$glass-run" production $((nanoseconds * 1000)) 0.1
  "$vitrion" structure "glass-$glass-run/production.lammpstrj.gz" --frames -1000::20 | sed -n 1,3p
done

"$vitrion" transport windows glass-*-run/production.lammpstrj.gz --ion Li --lengths 50,100,200 --diffusing-host --result .
