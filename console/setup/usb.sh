#!/usr/bin/env bash
# Puts onto a USB disk everything that an installation without internet needs.   usage: console/setup/usb.sh FOLDER
# Run it on a machine of the same kind as the box (Debian 12, the same processor) that has internet; then, on the box:
#   sudo FOLDER/callbox/install.sh
set -euo pipefail
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$SOURCE"
STEPS=5
. console/setup/terminal.sh
. console/setup/debian.sh

[ $# = 1 ] || fail "usage: console/setup/usb.sh FOLDER" "用法: console/setup/usb.sh 目录"
mkdir -p "$1"
TO=$(cd "$1" && pwd)/callbox
OFFLINE_TO=$TO/offline
MODELS=${CALLBOX_MODELS:-$HOME/.cache/callbox/models}
PACKAGES=(python3 python3-venv libasound2 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk systemd udev alsa-utils)

copy_program() {
  rm -rf "$TO"
  mkdir -p "$OFFLINE_TO"
  tar --exclude=./.git --exclude=./.venv --exclude=./node_modules --exclude=./build --exclude=./var --exclude=./tests \
    --exclude='*.egg-info' --exclude=__pycache__ --exclude='.*_cache' --exclude=.hypothesis --exclude='*.mo' \
    --exclude=./webui/static/vendor -cf - . | tar -C "$TO" -xf -
  cp -r webui/static/vendor "$OFFLINE_TO/vendor"
  machine_kind >"$OFFLINE_TO/made-for"
}

wheels() { # of everything the box needs, those that have no wheel built here; and of what installs it
  .venv/bin/python -m pip wheel --disable-pip-version-check --progress-bar off -c constraints.txt -w "$OFFLINE_TO/wheels" . "setuptools>=77" wheel
  rm -f "$OFFLINE_TO"/wheels/callbox-*.whl
}

debs() { # the packages with all they need, whatever is installed here
  mkdir -p "$OFFLINE_TO/debs/partial"
  as_root apt-get update -q
  as_root apt-get install -y -q --no-install-recommends --download-only -o Dir::State::status=/dev/null \
    -o Dir::Cache::archives="$OFFLINE_TO/debs" "${PACKAGES[@]}"
  rm -rf "$OFFLINE_TO/debs/partial" "$OFFLINE_TO/debs/lock"
}

model() {
  mkdir -p "$OFFLINE_TO/models"
  cp -rL "$MODELS/whisper-base" "$OFFLINE_TO/models/"
}

[ -x .venv/bin/python ] && [ -d webui/static/vendor ] && [ -d "$MODELS/whisper-base" ] || fail \
  "Set callbox up here first: make setup" "请先在此处安装: make setup"
work "program" "程序" copy_program
work "Python packages" "Python 软件包" wheels
work "Debian packages" "Debian 软件包" debs
work "speech model" "语音识别模型" model
ready "$(du -sh "$TO" | cut -f1) in $TO" "$TO 共 $(du -sh "$TO" | cut -f1)"
pick "On the box: sudo bash $TO/install.sh (from wherever the disk is mounted there)" "在盒子上运行: sudo bash $TO/install.sh (以实际挂载位置为准)"
echo
