#!/usr/bin/env bash
# The learning loop with a potential in place of DFT, in a few minutes: teacher.sh [PROGRAM] [FOLDER]
# A teacher is trained on the bundled LiPON data and labels 40 of its frames; a smaller potential that knows only these
# explores melts, and asks the teacher about what it does not know.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-$here/../../build/release/vitrion} folder=${2:-teacher}
mkdir -p "$folder"
cp "$here/teacher.yaml" "$folder/learn.yaml"
cd "$folder"
data=$here/../../data/lipon-pbe
cat > train.yaml << END
potential: {level: 10, r_max: 5.0, species: [Li, N, O, P]}
data: {train: [$data/lipon_pbe.extxyz, $data/rattled.extxyz, $data/active.extxyz], group_key: traj}
optimizer: {max_iterations: 15}
output: teacher.almtp
END
printf 'engine: potential\nfile: teacher.almtp\nmax_force_eV_per_A: 60\n' > label.yaml
"$program" train train.yaml
"$program" label "$data/lipon_pbe.extxyz" --frames :40 --queue seeds --settings label.yaml --output seed.extxyz
"$program" learn learn.yaml --output loop
