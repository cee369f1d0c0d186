#!/usr/bin/env bash
# Makes a Debian 12 machine ready for callbox.   usage: setup.sh demo|box|test
#   demo: what the box itself needs.   box: that, and what an installed one needs.   test: demo, and what its tests need.
# CALLBOX_OFFLINE=FOLDER: everything comes from there (console/setup/usb.sh makes it) and nothing from the internet.
# A step whose inputs are as they were is skipped; an interrupted run is simply run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. console/setup/terminal.sh
. console/setup/debian.sh

STEPS=6
VENV=.venv
STAMPS=$VENV/setup
OFFLINE=${CALLBOX_OFFLINE:-}
MODEL=whisper-base
GROUP=${1:-}
case $GROUP in
  demo | box) EXTRAS="" NPM_FLAGS=(--omit=dev) ;;
  test) EXTRAS="[dev,train]" NPM_FLAGS=() ;;
  *) fail "usage: setup.sh demo|box|test" "用法: setup.sh demo|box|test" ;;
esac

digest() { cat -- "$@" </dev/null | sha256sum | cut -c1-32; } # FILE…: one word for their content

# What was done for the tests is good for the demo: python-test stands in for python-demo.
done_before() { # NAME KEY
  [ "$(cat "$STAMPS/$1" 2>/dev/null)" = "$2" ] || [ "$(cat "$STAMPS/${1%-demo}-test" 2>/dev/null)" = "$2" ]
}

# step NAME KEY RESULT EN ZH COMMAND…: run COMMAND unless NAME was done with KEY and the file or folder RESULT is there.
step() {
  local name=$1 key=$2 result=$3 en=$4 zh=$5
  shift 5
  if [ -e "$result" ] && done_before "$name" "$key"; then
    ready "$en" "$zh"
    return
  fi
  rm -f "$STAMPS/${name%-*}"*
  work "$en" "$zh" "$@"
  mkdir -p "$STAMPS"
  echo "$key" >"$STAMPS/$name"
}

make_venv() {
  rm -rf "$VENV"
  "$PYTHON" -m venv "$VENV"
}

install_python_packages() {
  local from=()
  [ -z "$OFFLINE" ] || from=(--no-index --find-links "$OFFLINE/wheels")
  "$VENV/bin/python" -m pip install --disable-pip-version-check --progress-bar off "${from[@]}" -c constraints.txt -e ".$EXTRAS"
}

install_browser_parts() {
  if [ -n "$OFFLINE" ]; then
    mkdir -p webui/static/vendor
    cp -r "$OFFLINE/vendor/." webui/static/vendor/
    return
  fi
  npm ci --ignore-scripts --no-audit --no-fund "${NPM_FLAGS[@]}"
  bash webui/vendor.sh
}

compile_translations() {
  local catalogs=(webui/translations/zh/LC_MESSAGES/*.po)
  "$VENV/bin/pybabel" compile -d webui/translations -D "$(basename -s .po -a "${catalogs[@]}" | xargs)"
}

install_model() {
  local source=$MODEL
  [ -z "$OFFLINE" ] || source=$OFFLINE/models/$MODEL
  "$VENV/bin/callbox" models install "$source"
}

debian_packages "$GROUP"
PYTHON=$(find_python)
# A virtual environment does not survive being moved, nor a change of its Python.
step venv "$(digest <(echo "$PWD"; "$PYTHON" -V))" "$VENV/bin/python" "Python environment" "Python 环境" make_venv
step "python-$GROUP" "$(digest pyproject.toml constraints.txt)" "$VENV/bin/callbox" "Python packages" "Python 软件包" install_python_packages
step "npm-$GROUP" "$(digest package.json package-lock.json webui/vendor.sh)" webui/static/vendor "browser parts" "网页部件" install_browser_parts
step translations "$(digest webui/translations/*/LC_MESSAGES/*.po)" webui/translations/zh/LC_MESSAGES/messages.mo \
  "translations" "界面翻译" compile_translations
step model "$(digest <(echo "$MODEL"))" "${CALLBOX_MODELS:-$HOME/.cache/callbox/models}/$MODEL/model.bin" "speech model $MODEL" "语音识别模型 $MODEL" install_model
