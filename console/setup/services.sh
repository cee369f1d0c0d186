# shellcheck shell=bash
# The box's services: put where systemd looks, enabled, stopped and started. In a chroot, where no systemd runs, they are only enabled.

UNITS=/etc/systemd/system
RULES=/etc/udev/rules.d
JOURNAL=/etc/systemd/journald.conf.d/callbox.conf
WATCHDOG=/etc/systemd/system.conf.d/callbox.conf
STOPPED_WITHIN_S=60 # the recorder closes its files well within it

systemd_runs() { [ -d /run/systemd/system ]; }

install_units() { # RELEASE
  local rule
  rm -f "$UNITS"/callbox*.{service,timer,path,target}
  install -m 644 "$1"/systemd/callbox*.{service,timer,path,target} "$UNITS/"
  for rule in "$1"/hw/udev/*.rules; do
    [ ! -e "$rule" ] || install -D -m 644 "$rule" "$RULES/$(basename "$rule")"
  done
  install -D -m 644 "$1/systemd/drop-ins/journald-callbox.conf" "$JOURNAL"
  install -D -m 644 "$1/systemd/drop-ins/watchdog-callbox.conf" "$WATCHDOG"
  # shellcheck disable=SC2046
  systemctl enable -q $(wanted_units)
  if systemd_runs; then
    systemctl daemon-reload
    udevadm control --reload || true
  fi
}

wanted_units() { # what starts by itself: all that says so, and the serial console where a port is set
  local unit
  for unit in "$UNITS"/callbox*.{target,service,timer,path}; do
    grep -q '^\[Install\]' "$unit" || continue
    case $unit in */callbox-console.service) has_console_port || continue ;; esac
    basename "$unit"
  done
}

has_console_port() { # [console] port = "/dev/…" in the settings
  [ -e /etc/callbox/callbox.toml ] && sed -n '/^\[console\]/,/^\[/p' /etc/callbox/callbox.toml /etc/callbox/callbox.d/*.toml 2>/dev/null \
    | grep -Eq '^ *port *= *["'\''][^"'\'']'
}

start_services() {
  # shellcheck disable=SC2046
  systemctl enable -q $(wanted_units)
  # shellcheck disable=SC2046
  systemctl start $(wanted_units)
}

stop_services() {
  systemd_runs || return 0
  timeout "$STOPPED_WITHIN_S" systemctl stop 'callbox*.timer' 'callbox*.path' 'callbox*.service' callbox.target 2>/dev/null || true
}

remove_units() {
  local unit
  for unit in "$UNITS"/callbox*.{target,service,timer,path}; do
    [ ! -e "$unit" ] || systemctl disable -q "$(basename "$unit")" 2>/dev/null || true
  done
  rm -f "$UNITS"/callbox*.{service,timer,path,target} "$RULES"/*callbox*.rules "$JOURNAL" "$WATCHDOG"
  ! systemd_runs || systemctl daemon-reload
}
