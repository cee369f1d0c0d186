#!/usr/bin/env bash
# Copies the browser parts that pages use from node_modules to where the box serves them. Run after `npm ci`, from the project's root.
set -euo pipefail
cd "$(dirname "$0")/.."
from=node_modules/wavesurfer.js
to=webui/static/vendor
if [ ! -f "$from/dist/wavesurfer.esm.js" ]; then
  echo "vendor.sh: $from is missing; run npm ci first" >&2
  exit 1
fi
mkdir -p "$to"
cp "$from/dist/wavesurfer.esm.js" "$to/wavesurfer.esm.js"
cp "$from/LICENSE" "$to/wavesurfer.LICENSE.txt"
