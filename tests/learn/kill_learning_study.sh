#!/usr/bin/env bash
# kill_learning_study.sh PROGRAM SOURCE KILLS: runs a small version of examples/learn/study.yaml once through, and once killed
# with SIGKILL at KILLS random moments of its learning and started again each time. Both must end with the same files. Then: an
# up-to-date study does nothing, a changed setting of learning redoes what depends on it and computes no label twice, and what
# was not learned to the end is a warning everywhere.
set -euo pipefail
program=$1 source=$2 kills=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
. "$source/tests/learn/small_learning_study.sh"
run() { "$program" run "$source/examples/learn/study.yaml" "${settings[@]}" "${@:2}" --output "$1"; }
fail() { echo "$1"; tail -30 "$folder"/*.log; exit 1; }

run "$folder/whole" > "$folder/whole.log" 2>&1 || fail "the study failed"
RANDOM=5
killed=0
for _ in $(seq "$kills"); do
  "$program" run "$source/examples/learn/study.yaml" "${settings[@]}" --output "$folder/killed" >> "$folder/killed.log" 2>&1 &
  running=$!
  sleep "$((RANDOM % 2)).$((RANDOM % 900 + 100))"
  kill -9 $running 2>/dev/null && killed=$((killed + 1))
  wait $running 2>/dev/null || true
done
[ "$killed" -gt 0 ] || fail "nothing was killed"
run "$folder/killed" >> "$folder/killed.log" 2>&1 || fail "the study did not go on"
for file in manifest.json learn/result.json learn/section.json learn/dataset.extxyz learn/potential.almtp report/report.json \
  report/report.html; do
  cmp "$folder/whole/$file" "$folder/killed/$file"
done

# Not converged: the study went on, and says so.
says() { grep -q "$2" "$folder/$1" || fail "$1 does not say: $2"; }
says whole.log "warning: learn: The potential was not learned to the end"
says whole/manifest.json '"converged": false'
says whole/report/report.html "Learning ended before its goal was reached"
says whole/report/report.json "Learning ended before its goal was reached"

run "$folder/whole" > "$folder/again.log" 2>&1 || fail "an up-to-date study failed"
! grep -q "done in" "$folder/again.log" || fail "an up-to-date study did something"

labels() { "$program" label status "$folder/whole/learn/labels" --json "$folder/status.json" > /dev/null && grep -A8 '"counts"' "$folder/status.json" | grep '"done"'; }
before=$(labels)
run "$folder/whole" learn.train.potential.level=4 learn.budget.rounds=1 learn.select.most=1 learn.explore=[] --dry-run > "$folder/dry.log" 2>&1 && fail "an empty list of explorations was accepted"
run "$folder/whole" learn.train.seed=9 > "$folder/changed.log" 2>&1 || fail "the changed study failed"
for stage in learn quench-1 md-900K-1 report; do says changed.log "$stage: done in"; done
! grep -q "seeds-label: done in" <(sed '1,/Progress page/d' "$folder/whole/learn/log.txt") || fail "seeds were labelled twice"
echo "killed $killed times; $before; every file is that of the run that was not"
