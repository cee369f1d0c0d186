#!/usr/bin/env bash
# Installs, upgrades or removes callbox on this machine.   usage: sudo ./install.sh [--help]
exec bash "$(dirname "${BASH_SOURCE[0]}")/console/setup/install.sh" "$@"
