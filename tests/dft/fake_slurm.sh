#!/bin/bash
# Stands in for sbatch, squeue, sacct and scancel, by the name it is called by. Its state is the folder $FAKE_SLURM: one
# file a job, "name|state". FAKE_OUTCOMES="NODE_FAIL TIMEOUT" is what becomes of the first, second, ... submission; the
# others run (RUN), here and now. FORGOTTEN: it runs, and squeue knows nothing of it any more.
# FAKE_REFUSAL="why": sbatch takes nothing.
case $(basename "$0") in
  sbatch)
    [ -n "$FAKE_REFUSAL" ] && { echo "sbatch: error: $FAKE_REFUSAL" >&2; exit 1; }
    for word; do
      case $word in
        --chdir=*) folder=${word#--chdir=} ;;
        -*) ;;
        *) script=$word ;;
      esac
    done
    count=$(ls "$FAKE_SLURM" | wc -l)
    job=$((100 + count))
    name=$(sed -n 's/^#SBATCH --job-name=//p' "$script")
    outcomes=($FAKE_OUTCOMES)
    outcome=${outcomes[$count]:-RUN}
    case $outcome in
      RUN | FORGOTTEN)
        echo "$name|RUNNING|$outcome" > "$FAKE_SLURM/$job"
        (cd "$folder" && bash "$script" > slurm.log 2>&1) && state=COMPLETED || state=FAILED
        echo "$name|$state|$outcome" > "$FAKE_SLURM/$job"
        ;;
      *) echo "$name|$outcome|RUN" > "$FAKE_SLURM/$job" ;;
    esac
    echo "$job;cluster"
    ;;
  squeue)
    for word; do case $word in --name=*) wanted=${word#--name=} ;; esac; done
    for file in "$FAKE_SLURM"/*; do
      IFS='|' read -r name state outcome < "$file"
      [ "$outcome" = FORGOTTEN ] && continue
      if [ -z "$wanted" ]; then echo "$(basename "$file")|$state"; elif [ "$name" = "$wanted" ]; then basename "$file"; fi
    done
    ;;
  sacct)
    for file in "$FAKE_SLURM"/*; do
      IFS='|' read -r name state outcome < "$file"
      echo "$(basename "$file")|$state"
    done
    ;;
  scancel) echo "x|CANCELLED|RUN" > "$FAKE_SLURM/$1" ;;
esac
