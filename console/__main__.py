"""The `callbox` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from hw.messages import Message, terminal_language


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; see console.commandline.run. 130: stopped by Ctrl-C."""
    try:
        # Loaded here, since Ctrl-C may well come while the rooms are still being loaded.
        from console.commandline import run  # noqa: PLC0415

        return run(argv)
    except KeyboardInterrupt:
        sys.stderr.write(f"callbox: {Message('stopped', '已停止').text(terminal_language())}\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
