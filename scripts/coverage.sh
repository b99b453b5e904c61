#!/usr/bin/env bash
# Which lines of each room the tests run (an hour: everything is built anew, without optimization). Tests may be chosen as
# for ctest: scripts/coverage.sh -R 'Mtp|Nequip'
set -euo pipefail
cd "$(dirname "$0")/.."
command -v gcovr > /dev/null || { echo "coverage: needs the Debian package gcovr" >&2; exit 1; }
cmake --preset coverage --log-level=WARNING > /dev/null
cmake --build --preset coverage
find build/coverage -name '*.gcda' -delete
# A test that fails is the business of ./test; its lines were run all the same.
ctest --preset coverage --parallel "$(nproc)" "$@" > build/coverage/tests.log || echo "coverage: some tests failed, see build/coverage/tests.log" >&2
gcovr --root . --object-directory build/coverage --filter 'src/vitrion/' --filter 'lammps/' --filter 'apps/' \
      --exclude-throw-branches --json build/coverage/lines.json -j "$(nproc)" > build/coverage/gcovr.log 2>&1
gcovr --root . --add-tracefile build/coverage/lines.json --csv |
  awk -F, 'NR > 1 { split($1, part, "/")
                    room = part[1] == "src" ? part[3] : part[1] == "apps" ? "apps/" part[2] : part[1]
                    lines[room] += $2; run[room] += $3; all += $2; all_run += $3 }
           END { for (room in lines) printf "%-16s %6d lines %6.1f %%\n", room, lines[room], 100 * run[room] / lines[room] | "sort"
                 close("sort"); printf "%-16s %6d lines %6.1f %%\n", "all", all, 100 * all_run / all }'
