#!/usr/bin/env bash
# small_loop.sh PROGRAM FOLDER: writes into FOLDER a learning loop that needs seconds. The teacher is a purely repulsive
# pair potential (ZBL up to 4 Å), the seed data are cold crystals of Mg and O, the validation frames hot ones, and the
# explorations heat. Leaves learn.yaml, teacher.yaml, zbl.yaml, seed.extxyz, hot.extxyz.
set -euo pipefail
program=$1 folder=$2
mkdir -p "$folder"
cd "$folder"

# frames N SEED DISPLACEMENT_A NAME: N crystals of 18 atoms, 2.4 Å apart, displaced at random, cell lengths by 3 %.
frames() {
  awk -v n="$1" -v seed="$2" -v d="$3" -v name="$4" 'BEGIN {
    srand(seed)
    for (f = 0; f < n; f++) {
      for (k = 1; k <= 3; k++) a[k] = 2.4 * (1 + 0.03 * (2 * rand() - 1))
      printf "18\nLattice=\"%.4f 0 0 0 %.4f 0 0 0 %.4f\" Properties=species:S:1:pos:R:3 traj=%s_%d\n",
        3 * a[1], 3 * a[2], 2 * a[3], name, int(f / 2)
      for (i = 0; i < 18; i++) {
        x = i % 3; y = int(i / 3) % 3; z = int(i / 9)
        printf "%s", (i % 2 ? "O" : "Mg")
        printf " %.4f %.4f %.4f\n", x * a[1] + d * (2 * rand() - 1), y * a[2] + d * (2 * rand() - 1),
          z * a[3] + d * (2 * rand() - 1)
      }
    }
  }'
}

printf 'kind: zbl\nspecies: [Mg, O]\ninner: 1.5\nouter: 4.0\n' > zbl.yaml
printf 'engine: potential\nfile: zbl.yaml\n' > teacher.yaml
frames 6 1 0.02 cold > cold.xyz
frames 6 2 0.45 hot > hot.xyz
"$program" label cold.xyz --format extxyz --queue seeds --settings teacher.yaml --output seed.extxyz > label.log 2>&1
"$program" label hot.xyz --format extxyz --queue hot --settings teacher.yaml --output hot.extxyz >> label.log 2>&1
cat > learn.yaml << 'END'
title: Learning repulsion from a teacher
seed: 5
slots: 2
train:
  potential: {level: 6, r_max: 4.0, radial_basis_size: 6, species: [Mg, O]}
  data: {train: [seed.extxyz], group_key: traj, validation_fraction: 0}
  optimizer: {max_iterations: 10}
  checkpoint_seconds: 0.05
validation: {files: [hot.extxyz]}
explore:
  - name: heat
    structure: seed.extxyz
    frame: [0, 3]
    temperatures_K: [600, 1500]
    checkpoint_steps: 50
    guard: {grade_every_steps: 5, max_force_eV_per_A: 200}
    stages:
      - {name: hold, duration_ps: 0.2, timestep_fs: 1}
select: {most: 8, max_force_eV_per_A: 100}
label: {settings: teacher.yaml, slots: 2}
budget: {rounds: 8}
END
