#!/usr/bin/env bash
# Active learning with CP2K from nothing, in one to two minutes: lih.sh [PROGRAM] [FOLDER]
# Makes displaced LiH cells, labels them with CP2K, and runs the loop of lih.yaml on them. Exit code 77: CP2K is missing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-$here/../../build/release/vitrion} folder=${2:-lih}
command -v cp2k.psmp > /dev/null || { echo "CP2K is not installed (Debian: apt-get install cp2k)"; exit 77; }
mkdir -p "$folder"
cp "$here/lih.yaml" "$folder/learn.yaml"
cd "$folder"

# frames N SEED DISPLACEMENT_A: rock-salt cells of 8 atoms, every coordinate displaced at random.
frames() {
  awk -v n="$1" -v seed="$2" -v d="$3" 'BEGIN {
    srand(seed); a = 2.04
    for (f = 0; f < n; f++) {
      printf "8\nLattice=\"%g 0 0 0 %g 0 0 0 %g\" Properties=species:S:1:pos:R:3 traj=s%d_%d\n", 2*a, 2*a, 2*a, seed, f
      for (i = 0; i < 8; i++) {
        x = i % 2; y = int(i / 2) % 2; z = int(i / 4)
        printf "%s", ((x + y + z) % 2 ? "H" : "Li")
        printf " %.4f %.4f %.4f\n", a*x + d*(2*rand()-1), a*y + d*(2*rand()-1), a*z + d*(2*rand()-1)
      }
    }
  }'
}
cat > cp2k.yaml << END
engine: cp2k
basis: SZV-MOLOPT-SR-GTH
cutoff_Ry: 300
rel_cutoff_Ry: 40
n_grids: 4
eps_default: 1e-8
eps_scf: 1e-5
pre_scf: {max_steps: 0}
END
frames 8 1 0.10 > seed.xyz
frames 6 2 0.12 > hot.xyz
for set in seed hot; do
  "$program" label $set.xyz --format extxyz --queue seeds-$set --settings cp2k.yaml --slots 2 --output $set.extxyz
done
"$program" learn learn.yaml --output loop
