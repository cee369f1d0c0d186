#!/usr/bin/env bash
# Makes a bare Debian 12 in a chroot, as a new box is, and puts this project into it.   usage: chroot.sh FOLDER PROJECT
# What this machine needs to reach its package registries (mirrors, certificates) is copied along.
set -euo pipefail
ROOT=$1 PROJECT=$2
if [ ! -e "$ROOT/etc/debian_version" ]; then
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
  debootstrap --variant=minbase --include=ca-certificates,git bookworm "$ROOT" "${mirror:-http://deb.debian.org/debian}"
fi
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/npmrc "$HOME/.npmrc" /etc/apt/apt.conf.d/99* /etc/apt/sources.list.d/*; do
  [ ! -e "$file" ] || install -D "$file" "$ROOT/$file"
done
[ ! -e /etc/apt/sources.list.d/debian.sources ] || : >"$ROOT/etc/apt/sources.list"
rm -rf "$ROOT/etc/ssl/certs" && cp -rL /etc/ssl/certs "$ROOT/etc/ssl/"
for folder in proc sys dev dev/pts; do mountpoint -q "$ROOT/$folder" || mount --bind "/$folder" "$ROOT/$folder"; done
rm -rf "$ROOT/home/callbox"
git clone -q "$PROJECT" "$ROOT/home/callbox"
