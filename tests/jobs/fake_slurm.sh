#!/bin/bash
# Stands in for sbatch, squeue, sacct and scancel, by the name it is called by; unlike tests/dft/fake_slurm.sh jobs run behind the
# back of whoever submits them. Its state is the folder $FAKE_SLURM: files NUMBER.name, NUMBER.state, NUMBER.pid.
# FAKE_OUTCOMES="PENDING NODE_FAIL VANISH" is what becomes of the first, second, ... submission (VANISH: Slurm forgets it); the others run.
cd "$FAKE_SLURM" || exit 1
case $(basename "$0") in
  sbatch)
    for word; do case $word in --chdir=*) folder=${word#--chdir=} ;; -*) ;; *) script=$word ;; esac; done
    job=$((100 + $(ls | grep -c 'name$')))
    sed -n 's/^#SBATCH --job-name=//p' "$script" > $job.name
    cp "$script" $job.script
    outcomes=($FAKE_OUTCOMES)
    case ${outcomes[$((job - 100))]:-RUN} in
      RUN)
        echo RUNNING > $job.state
        log=$folder/$(sed -n 's/^#SBATCH --output=//p' "$script")
        # In a session of its own: it outlives the process that submitted it, as a job does.
        setsid bash -c "cd '$folder' && bash '$script' >> '$log' 2>&1; code=\$?
          cd '$FAKE_SLURM'; [ \$(cat $job.state) = RUNNING ] || exit
          [ \$code = 0 ] && echo COMPLETED > $job.state || echo FAILED > $job.state" > /dev/null 2>&1 < /dev/null &
        echo $! > $job.pid
        ;;
      VANISH) ;;
      *) echo "${outcomes[$((job - 100))]}" > $job.state ;;
    esac
    echo $job
    ;;
  squeue)
    [ -n "$FAKE_SILENCE" ] && [ -e "$FAKE_SILENCE" ] && exit 1
    for word; do case $word in --name=*) wanted=${word#--name=} ;; esac; done
    for file in *.state; do
      [ -e "$file" ] || continue
      job=${file%.state}
      if [ -z "$wanted" ]; then echo "$job|$(cat "$file")"; elif [ "$(cat $job.name)" = "$wanted" ]; then echo $job; fi
    done
    ;;
  scancel)
    [ -e "$1.pid" ] && kill -TERM -- -"$(cat "$1.pid")"
    echo CANCELLED > "$1.state"
    ;;
esac
exit 0
