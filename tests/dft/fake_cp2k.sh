#!/bin/bash
# fake_cp2k.sh -i NAME.inp -o NAME.out: prints what CP2K would, in milliseconds. Each atom sits in a harmonic well about
# the origin: E = sum 0.01 x^2 hartree (x in Å), so a test knows every number. What tests want to happen:
#   FAKE_SECONDS=0.1        it takes this long, its output begun
#   FAKE_NEEDS="ALPHA 0.1"  self-consistency is reached only by inputs that hold this text
#   FAKE_LOG=FILE           a line for every calculation of forces that ended
#   FAKE_CRASH=1            ends with a signal before it is done
#   FAKE_ABORT="WHY"        ends as CP2K does after an error of its own
input=$2 output=$4
emit() { cat >> "$output"; }
emit << 'END'
  **** **** ******  **  PROGRAM STARTED AT               2026-01-01 00:00:00.000
 CP2K| version string:                                       CP2K version 2023.1
 SCF WAVEFUNCTION OPTIMIZATION

  Step     Update method      Time    Convergence         Total energy    Change
  ------------------------------------------------------------------------------
END
[ -n "$FAKE_SECONDS" ] && sleep "$FAKE_SECONDS"
[ -n "$FAKE_CRASH" ] && kill -SEGV $$
if [ -n "$FAKE_ABORT" ]; then
  printf ' *****************\n *   ___         *\n *  /   \\        *\n * [ABORT]       *\n *  \\___/     %s *\n *    |          *\n *****************\n' \
    "$FAKE_ABORT" | emit
  exit 1
fi
awk -v needs="$FAKE_NEEDS" '
  { if (needs != "" && index($0, needs)) found = 1 }
  /RUN_TYPE ENERGY_FORCE/ { forces = 1 }
  /&END COORD/ { inside = 0 }
  inside { n++; s[n] = $1; for (k = 1; k <= 3; k++) { x[n, k] = $(k + 1); e += 0.01 * $(k + 1) ^ 2 } }
  /&COORD/ { inside = 1 }
  END {
    printf "     2 Broy./Diag. 0.40E+00    0.1     0.00000012        %.10f  1.00E-05\n\n", e
    if (needs == "" || found) print "  *** SCF run converged in     2 steps ***\n"
    else print " *** WARNING in qs_scf.F:601 :: SCF run NOT converged ***\n"
    printf " ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]: %.15f\n\n", e
    if (forces) {
      print " ATOMIC FORCES in [a.u.]\n\n # Atom   Kind   Element          X              Y              Z"
      # dE/dx in hartree/bohr: x stands in Å.
      for (i = 1; i <= n; i++) printf " %d 1 %s %.12f %.12f %.12f\n", i, s[i], -0.02 * x[i, 1] * 0.529177210903,
        -0.02 * x[i, 2] * 0.529177210903, -0.02 * x[i, 3] * 0.529177210903
      print " SUM OF ATOMIC FORCES 0.0 0.0 0.0 0.0\n"
      print " STRESS| Analytical stress tensor [GPa]\n STRESS|                        x                   y                   z"
      print " STRESS|      x     1.0  0.1  0.2\n STRESS|      y     0.1  2.0  0.3\n STRESS|      z     0.2  0.3  3.0\n"
    }
  }' "$input" | emit
echo '  **** **** ******  **  PROGRAM ENDED AT                 2026-01-01 00:00:01.000' | emit
if [ -n "$FAKE_LOG" ] && grep -q ENERGY_FORCE "$input"; then echo "$PWD" >> "$FAKE_LOG"; fi
exit 0
