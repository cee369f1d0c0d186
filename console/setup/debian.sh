# shellcheck shell=bash
# What has to come from Debian: looked for by what it provides, so that a node or a Python from elsewhere is as good.

find_python() { # prints a Python 3.11 or newer
  local candidate
  for candidate in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

has_python_headers() {
  "$(find_python)" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null
}
has_venv() { "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null; }

has_library() { compgen -G "/usr/lib/*/$1" >/dev/null || compgen -G "/usr/lib/$1" >/dev/null; }
has_chinese_font() { [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]; }

missing_packages() { # GROUP: the Debian packages to install, one a line
  find_python >/dev/null || echo python3
  has_venv || echo python3-venv
  [ -n "${OFFLINE:-}" ] || missing_makers
  has_library libasound.so.2 || echo libasound2
  has_library libpangoft2-1.0.so.0 || echo libpangoft2-1.0-0  # printable reports
  has_library libharfbuzz-subset.so.0 || echo libharfbuzz-subset0 # small PDF files, quickly
  has_chinese_font || echo fonts-noto-cjk
  case $1 in
    box) missing_on_a_box ;;
    test) missing_for_tests ;;
  esac
}

missing_makers() { # what builds and fetches; an offline folder brings the results instead
  has_python_headers || echo python3-dev
  command -v gcc >/dev/null || echo gcc
  [ -e /usr/include/stdio.h ] || echo libc6-dev
  [ -e /usr/include/alsa/asoundlib.h ] || echo libasound2-dev
  command -v node >/dev/null || echo nodejs
  command -v npm >/dev/null || echo npm
}

missing_on_a_box() {
  command -v systemd-sysusers >/dev/null || echo systemd
  command -v udevadm >/dev/null || echo udev
  command -v alsamixer >/dev/null || echo alsa-utils # levels are set with it
}

missing_for_tests() {
  command -v chromium >/dev/null || echo chromium
  command -v systemd-analyze >/dev/null || echo systemd
  command -v ngspice >/dev/null || echo ngspice # the tap board's circuit
  command -v udevadm >/dev/null || echo udev
}

machine_kind() { # the Debian release, which says which Python, and the processor: what wheels and packages depend on
  # shellcheck disable=SC1091
  (. /etc/os-release && echo "${VERSION_CODENAME:-unknown}-$(uname -m)")
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

may_be_root() { # asks for the sudo password once, if there is someone to ask
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null || return
  sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }
}

apt_install() { # PACKAGE…
  as_root dpkg --configure -a
  if [ -n "${OFFLINE:-}" ]; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
      -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts=/dev/null "$OFFLINE"/debs/*.deb
    return
  fi
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

debian_packages() { # GROUP
  local missing
  missing=$(missing_packages "$1" | tr '\n' ' ')
  missing=${missing% }
  if [ -z "$missing" ]; then
    ready "Debian packages" "Debian 软件包"
    return
  fi
  command -v apt-get >/dev/null || fail \
    "This machine lacks what these Debian packages provide: $missing. It has no apt-get: install their like with its own package manager and run the same command again." \
    "本机缺少以下 Debian 软件包所提供的内容: $missing。本机没有 apt-get: 请用系统自带的包管理器安装对应软件包, 然后重新运行同一命令。"
  may_be_root || fail \
    "Root rights are needed for these packages. Have them installed, then run the same command again:
  apt-get install --no-install-recommends $missing" \
    "安装以下软件包需要 root 权限。请先安装, 再重新运行同一命令:
  apt-get install --no-install-recommends $missing"
  # shellcheck disable=SC2086
  work "Debian packages: $missing" "Debian 软件包: $missing" apt_install $missing
}
