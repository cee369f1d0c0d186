#!/usr/bin/env bash
# Makes this Debian machine a callbox. Every release has a folder of its own under /opt/callbox/releases, set up completely while the
# old one goes on recording; then one link is turned. Recordings and settings lie elsewhere and are never touched.
set -euo pipefail
SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$SOURCE"
STEPS=6
. console/setup/terminal.sh
. console/setup/debian.sh
. console/setup/services.sh

HOME_OF=/opt/callbox
CURRENT=$HOME_OF/current PREVIOUS=$HOME_OF/previous
STORE=/var/lib/callbox SETTINGS=/etc/callbox
COMMAND=/usr/local/bin/callbox
NEEDED_MB=3000
LOG=/var/log/callbox-install.log
OFFLINE=${CALLBOX_OFFLINE:-$([ ! -d "$SOURCE/offline" ] || echo "$SOURCE/offline")}

usage() {
  pick "usage: sudo ./install.sh                    install, or upgrade to this version; recording stops for seconds only
       sudo ./install.sh --no-start         the same, but start nothing
       sudo ./install.sh --back             go back to the version before; recordings and settings stay
       sudo ./install.sh --uninstall        remove the program; recordings and settings stay
       sudo ./install.sh --uninstall --delete-recordings
                                            remove everything; asks first
An offline folder beside install.sh (console/setup/usb.sh makes one) is used instead of the internet." \
    "用法: sudo ./install.sh                    安装或升级到此版本; 仅在切换时停录数秒
      sudo ./install.sh --no-start         同上, 但不启动服务
      sudo ./install.sh --back             退回上一版本; 录音与设置保留
      sudo ./install.sh --uninstall        卸载程序; 录音与设置保留
      sudo ./install.sh --uninstall --delete-recordings
                                           全部删除; 事先询问
install.sh 旁有 offline 目录时 (由 console/setup/usb.sh 制作) 离线安装。"
  echo
}

check_machine() {
  [ "$(id -u)" = 0 ] || fail "Installation needs root: sudo ./install.sh" "安装需要 root 权限: sudo ./install.sh"
  command -v apt-get >/dev/null || fail \
    "This is not Debian: apt-get is missing. callbox installs on Debian 12 and Raspberry Pi OS 64-bit (bookworm)." \
    "本机不是 Debian (没有 apt-get)。callbox 可安装于 Debian 12 与 64 位 Raspberry Pi OS (bookworm)。"
  case $(uname -m) in
    x86_64 | aarch64) ;;
    *) fail "This processor ($(uname -m)) is not supported: x86-64 or 64-bit ARM is needed." "不支持此处理器 ($(uname -m)): 需要 x86-64 或 64 位 ARM。" ;;
  esac
  mkdir -p "$HOME_OF"
  local free
  free=$(df -Pm "$HOME_OF" | awk 'NR == 2 {print $4}')
  [ "$free" -ge "$NEEDED_MB" ] || fail \
    "$HOME_OF has $free MB free, $NEEDED_MB MB are needed. Make room and run this again." \
    "$HOME_OF 剩余 $free MB, 需要 $NEEDED_MB MB。请腾出空间后重试。"
  offline_fits
}

offline_fits() {
  [ -n "$OFFLINE" ] || return 0
  local made_for here
  made_for=$(cat "$OFFLINE/made-for" 2>/dev/null || true)
  here=$(machine_kind)
  [ "$made_for" = "$here" ] || fail \
    "The offline folder was made for $made_for, this machine is $here. Make one on a machine like this: console/setup/usb.sh" \
    "离线目录适用于 $made_for, 本机为 $here。请在同类机器上制作: console/setup/usb.sh"
}

program_files() { # the program as it is shipped, as a tar on standard output, the same bytes for the same program
  tar -C "$SOURCE" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu \
    --exclude=./.git --exclude=./.venv --exclude=./node_modules --exclude=./build --exclude=./var --exclude=./tests --exclude=./offline \
    --exclude='*.egg-info' --exclude=__pycache__ --exclude='.*_cache' --exclude=.hypothesis --exclude='*.mo' -cf - .
}

release_name() {
  local version
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml | head -n 1)
  echo "$version-$(program_files | sha256sum | cut -c1-8)"
}

unpack() { # RELEASE
  rm -rf "$1"
  mkdir -p "$1"
  program_files | tar -C "$1" -xf -
}

set_up() { # RELEASE: what it needs, in its own folder
  cd "$1"
  CALLBOX_MODELS=$STORE/models CALLBOX_OFFLINE=$OFFLINE CALLBOX_SETUP_LOG=${LOG%.log}-steps.log bash console/setup/setup.sh box
  # Services may not write here: what Python would keep beside its sources is made now.
  .venv/bin/python -m compileall -q .venv/lib firmware hw recorder analyzer quality webui console || true
  touch .installed
}

users_and_folders() { # RELEASE
  install -D -m 644 "$1/systemd/callbox.sysusers.conf" /etc/sysusers.d/callbox.conf
  install -D -m 644 "$1/systemd/callbox.tmpfiles.conf" /etc/tmpfiles.d/callbox.conf
  systemd-sysusers /etc/sysusers.d/callbox.conf
  systemd-tmpfiles --create /etc/tmpfiles.d/callbox.conf
}

keep_databases() { # a copy of what the new version may change, for the worst case
  [ -e "$STORE/calls.db" ] || return 0
  "$CURRENT/.venv/bin/python" -m console.backup.snapshot "$STORE" "$STORE/backups/before-$(basename "$1")"
}

turn_to() { # RELEASE: make it the current one, and the one before the previous
  local old
  old=$(readlink -f "$CURRENT" 2>/dev/null || true)
  stop_services
  [ "$old" = "$1" ] || [ ! -d "$old" ] || { [ "${2:-}" = back ] || keep_databases "$1"; ln -sfnT "$old" "$PREVIOUS"; }
  ln -sfnT "$1" "$CURRENT.new" && mv -T "$CURRENT.new" "$CURRENT"
  ln -sfnT "$CURRENT/.venv/bin/callbox" "$COMMAND"
  install_units "$CURRENT"
}

forget_old_releases() { # all but the current one and the one before
  local release
  for release in "$HOME_OF"/releases/*; do
    case $release in "$(readlink -f "$CURRENT")" | "$(readlink -f "$PREVIOUS" 2>/dev/null)") ;; *) rm -rf "$release" ;; esac
  done
}

install_release() {
  local release
  check_machine
  release=$HOME_OF/releases/$(release_name)
  debian_packages box
  work "users and folders" "用户与目录" users_and_folders "$SOURCE"
  if [ -e "$release/.installed" ]; then
    ready "program $(basename "$release")" "程序 $(basename "$release")"
    ready "Python packages, pages, model" "Python 软件包、网页、模型"
  else
    work "program $(basename "$release")" "程序 $(basename "$release")" unpack "$release"
    work "Python packages, pages, model (minutes)" "Python 软件包、网页、模型 (需数分钟)" set_up "$release"
  fi
  work "services" "服务" turn_to "$release"
  forget_old_releases
  first_settings
  start_and_tell
}

first_settings() { # nothing starts without settings: ask for them where there is someone to ask
  if [ -e "$SETTINGS/callbox.toml" ] || [ ! -t 0 ] || [ -z "$START" ]; then return; fi
  "$COMMAND" setup || true
}

start_and_tell() {
  if [ ! -e "$SETTINGS/callbox.toml" ]; then
    ready "nothing to start yet" "尚无可启动的服务"
    pick "Next: sudo callbox setup   asks what is connected and starts the box." "下一步: sudo callbox setup   询问接线情况并启动盒子。"
    echo
    return
  fi
  if [ -n "$START" ] && systemd_runs; then
    work "starting" "启动" start_services
    "$COMMAND" doctor || true
  else
    ready "nothing started" "未启动服务"
  fi
  pick "Done. callbox doctor says what records and what does not." "完成。callbox doctor 会说明录音情况。"
  echo
}

go_back() {
  STEPS=1
  check_machine
  local before
  before=$(readlink -f "$PREVIOUS" 2>/dev/null || true)
  [ -d "$before" ] || fail "There is no version to go back to." "没有可退回的版本。"
  work "back to $(basename "$before")" "退回 $(basename "$before")" turn_to "$before" back
  if [ -n "$START" ] && systemd_runs; then start_services; fi
  pick "callbox is $(basename "$before") again; recordings and settings are as they were." "callbox 已退回 $(basename "$before"); 录音与设置不变。"
  echo
}

uninstall() {
  STEPS=1
  [ "$(id -u)" = 0 ] || fail "Removal needs root: sudo ./install.sh --uninstall" "卸载需要 root 权限: sudo ./install.sh --uninstall"
  [ -z "$DELETE" ] || may_delete
  cd /
  work "removing the program" "卸载程序" remove_program
  if [ -n "$DELETE" ]; then
    remove_data
    pick "callbox and all its recordings are gone." "callbox 及其全部录音已删除。"
  else
    pick "The program is removed. Recordings: $STORE, settings: $SETTINGS; ./install.sh takes them up again." \
      "程序已卸载。录音保留在 $STORE, 设置保留在 $SETTINGS; 再次运行 ./install.sh 即可继续使用。"
  fi
  echo
}

may_delete() {
  local typed=${CALLBOX_DELETE:-}
  if [ -z "$typed" ] && [ -t 0 ]; then
    pick "All recordings in $STORE and all settings will be deleted for good. Type DELETE to go on: " \
      "$STORE 中的全部录音及全部设置将被永久删除。输入 DELETE 继续: "
    read -r typed
  fi
  [ "$typed" = DELETE ] || fail "Nothing was removed." "未删除任何内容。"
}

remove_program() {
  stop_services
  remove_units
  rm -f /etc/sysusers.d/callbox.conf /etc/tmpfiles.d/callbox.conf "$COMMAND"
  rm -rf "$HOME_OF"
}

remove_data() {
  local user
  rm -rf "$STORE" "$SETTINGS"
  for user in $(getent passwd | sed -n 's/^\(callbox-[a-z]*\):.*/\1/p'); do userdel "$user" 2>/dev/null || true; done
  groupdel callbox 2>/dev/null || true
}

START=yes DELETE="" ACTION=install_release
for argument in "$@"; do
  case $argument in
    --no-start) START="" ;;
    --back) ACTION=go_back ;;
    --uninstall) ACTION=uninstall ;;
    --delete-recordings) DELETE=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -z "$DELETE" ] || [ "$ACTION" = uninstall ] || { usage >&2; exit 2; }
"$ACTION"
