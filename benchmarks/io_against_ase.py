#!/usr/bin/python3
"""Reads the same large files with ASE and with Vitrion, in turns, and prints the ratio of CPU times.

    benchmarks/io_against_ase.py [build/release/benchmarks/bench_io] [FRAMES]

Every turn reads a whole file: ASE with ase.io.read(file, ":") in a fresh process, Vitrion with bench_io. The median of
the turns counts. Needs ASE (Debian: python3-ase); without it only Vitrion's times are printed.
"""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

N_ATOMS = 768
TURNS = 3
ASE = """
import sys, time
from ase.io import read
start = time.process_time()
frames = read(sys.argv[1], ":")
seconds = time.process_time() - start
print(seconds / sum(len(f) for f in frames) * 1e9)
"""


def write_files(folder, n_frames):
    """The same frames as extended XYZ and as LAMMPS dump: positions with 6 decimals, forces with 9."""
    draw = random.Random(1)
    header = ('%d\nLattice="20 0 0 0 20 0 0 0 20" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1000 '
              'pbc="T T T"\n') % N_ATOMS
    box = "ITEM: NUMBER OF ATOMS\n%d\nITEM: BOX BOUNDS pp pp pp\n0 20\n0 20\n0 20\n" % N_ATOMS
    files = [os.path.join(folder, name) for name in ("run.extxyz", "run.lammpstrj")]
    with open(files[0], "w") as xyz, open(files[1], "w") as dump:
        for step in range(n_frames):
            xyz.write(header)
            dump.write("ITEM: TIMESTEP\n%d\n%sITEM: ATOMS id type element x y z fx fy fz\n" % (step, box))
            for i in range(N_ATOMS):
                kind = i * 3 // N_ATOMS
                numbers = "%.6f %.6f %.6f %.9f %.9f %.9f\n" % (
                    *(20 * draw.random() for _ in range(3)), *(draw.gauss(0, 1) for _ in range(3)))
                xyz.write(("Mg ", "V ", "O ")[kind] + numbers)
                dump.write("%d %d %s %s" % (i + 1, kind + 1, ("Mg", "V", "O")[kind], numbers))
    return files


def ase_ns_per_atom(file):
    outcome = subprocess.run([sys.executable, "-c", ASE, file], capture_output=True, text=True)
    return float(outcome.stdout) if outcome.returncode == 0 else None


def vitrion_ns_per_atom(program, file):
    outcome = subprocess.run([program, "--benchmark_filter=^read_given$", "--benchmark_format=json"],
                             env={**os.environ, "VITRION_BENCH_FILE": file}, capture_output=True, text=True, check=True)
    return 1e9 / json.loads(outcome.stdout)["benchmarks"][0]["items_per_second"]


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "build/release/benchmarks/bench_io"
    n_frames = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    with tempfile.TemporaryDirectory() as folder:
        for file in write_files(folder, n_frames):
            turns = [(ase_ns_per_atom(file), vitrion_ns_per_atom(program, file)) for _ in range(TURNS)]
            ours = statistics.median(t[1] for t in turns)
            line = "%-14s %5.0f MB  Vitrion %6.1f ns per atom and frame" % (
                os.path.basename(file), os.path.getsize(file) / 1e6, ours)
            if all(t[0] for t in turns):
                peer = statistics.median(t[0] for t in turns)
                line += ", ASE %7.1f: %.1f times as long" % (peer, peer / ours)
            print(line, flush=True)


if __name__ == "__main__":
    main()
