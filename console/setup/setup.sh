#!/usr/bin/env bash
# Makes a Debian 12 machine ready for callbox.   usage: setup.sh demo|test
#   demo: what the box itself needs.   test: the same, and what its tests need.
# Each step is skipped while its inputs are what they were, and can be run again after an interruption.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. console/setup/terminal.sh
. console/setup/debian.sh

GROUP=${1:-}
VENV=.venv
STAMPS=$VENV/setup
case $GROUP in
  demo) EXTRAS="" STEPS=6 ;;
  test) EXTRAS="[dev,train]" STEPS=6 ;;
  *) fail "usage: setup.sh demo|test" "用法: setup.sh demo|test" ;;
esac

digest() { # FILE…: one word for their content
  cat -- "$@" | sha256sum | cut -c1-16
}

# stamped NAME KEY: was this step done with these inputs?
stamped() { [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ]; }

# step NAME KEY RESULT EN ZH COMMAND…: run COMMAND unless NAME is stamped with KEY and RESULT is there.
step() {
  local name=$1 key=$2 result=$3 en=$4 zh=$5
  shift 5
  if stamped "$name" "$key" && [ -e "$result" ]; then
    ready "$en" "$zh"
    return
  fi
  work "$en" "$zh" "$@"
  mkdir -p "$STAMPS"
  printf '%s\n' "$key" >"$STAMPS/$name"
}

make_venv() {
  rm -rf "$VENV"
  "$PYTHON" -m venv "$VENV"
}

install_python_packages() {
  "$VENV/bin/python" -m pip install --disable-pip-version-check --progress-bar off -c constraints.txt -e ".$EXTRAS"
}

install_browser_parts() {
  npm ci --ignore-scripts --no-audit --no-fund
  bash webui/vendor.sh
}

compile_translations() { "$VENV/bin/pybabel" compile -d webui/translations; }

install_model() { "$VENV/bin/callbox" models install "$MODEL"; }

debian_packages "$GROUP"
PYTHON=$(find_python)
step venv "$PWD $("$PYTHON" -V)" "$VENV/bin/python" "Python environment" "Python 环境" make_venv
step "python-$GROUP" "$(digest pyproject.toml constraints.txt)" "$VENV/bin/callbox" "Python packages" "Python 软件包" install_python_packages
step npm "$(digest package.json package-lock.json webui/vendor.sh)" webui/static/vendor "browser parts" "网页部件" install_browser_parts
step translations "$(digest webui/translations/*/LC_MESSAGES/*.po)" webui/translations/zh/LC_MESSAGES/messages.mo \
  "translations" "界面翻译" compile_translations
