"""callbox labels: what people corrected of the machine's hearing, as CSV."""

from __future__ import annotations

import argparse
from pathlib import Path

from console.commands.shared import add_config, settings_of
from console.output import say


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("labels", help="people's corrections, for training and calibration / 人工修正标注")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    give = actions.add_parser("export", help="CSV: call_id,start_s,end_s,side,field,before,after,by,at / 导出为 CSV")
    give.add_argument("file", type=Path)
    give.add_argument("--field", choices=("emotion", "text", "side", "hit"), help="only corrections of this")
    add_config(give)
    give.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace) -> int:
    """Write every correction that holds."""
    from quality.files import write_atomically
    from quality.reviewing.labels import Labels, labels_csv

    found = Labels(Path(settings_of(arguments).store.path)).every(arguments.field)
    write_atomically(arguments.file, labels_csv(found))
    say(f"{arguments.file}: {len(found)} labels", f"{arguments.file}：{len(found)} 条标注")
    return 0
