# shellcheck shell=bash
# What setup.sh says: every sentence in English and Chinese, one numbered line a step, time that passes while one works.

language() { # the same order as hw.messages.terminal_language
  local value
  for value in "${CALLBOX_LANG:-}" "${LC_ALL:-}" "${LC_MESSAGES:-}" "${LANG:-}"; do
    [ -z "$value" ] && continue
    case $value in [zZ][hH]*) echo zh ;; *) echo en ;; esac
    return
  done
  echo en
}
LANGUAGE_SHOWN=$(language)

pick() { if [ "$LANGUAGE_SHOWN" = zh ]; then printf '%s' "$2"; else printf '%s' "$1"; fi; } # EN ZH

fail() { # EN ZH: say what is wrong and what to do, and stop
  printf '%s\n' "$(pick "$1" "$2")" >&2
  exit 1
}

STEP=0
LOG=${CALLBOX_SETUP_LOG:-build/setup.log}
WORKER=""
trap '[ -z "$WORKER" ] || kill "$WORKER" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

headline() { printf '[%d/%d] %s' "$STEP" "$STEPS" "$(pick "$1" "$2")"; } # EN ZH

ready() { # EN ZH: a step with nothing to do
  STEP=$((STEP + 1))
  printf '%s: %s\n' "$(headline "$1" "$2")" "$(pick ready 已就绪)"
}

# work EN ZH COMMAND…: run COMMAND with its output in $LOG, showing that time passes; on failure show the end of the log and stop.
work() {
  local en=$1 zh=$2 start=$SECONDS
  shift 2
  STEP=$((STEP + 1))
  printf '%s …\n' "$(headline "$en" "$zh")"
  mkdir -p "$(dirname "$LOG")"
  "$@" >"$LOG" 2>&1 </dev/null &
  WORKER=$!
  tick "$start" "$en" "$zh"
  if wait "$WORKER"; then
    WORKER=""
    printf '%s: %s, %d s\n' "$(headline "$en" "$zh")" "$(pick 'done' 完成)" $((SECONDS - start))
    return
  fi
  WORKER=""
  tail -n 25 "$LOG" >&2
  fail "This step failed: $en. Its last lines are above, all of them in $LOG. Mend the cause and run the same command again; what is done is not done twice." \
    "此步骤失败: $zh。最后几行见上, 全部输出在 $LOG。解决原因后重新运行同一命令; 已完成的步骤不会重做。"
}

tick() { # START EN ZH: until the worker ends, one line every 15 s
  local next=15
  while kill -0 "$WORKER" 2>/dev/null; do
    sleep 0.1
    if [ $((SECONDS - $1)) -ge "$next" ]; then
      printf '%s … %d s\n' "$(headline "$2" "$3")" "$next"
      next=$((next + 15))
    fi
  done
}
