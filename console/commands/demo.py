"""callbox demo: the main job on the bundled calls, on simulated devices, through the box's own services."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import threading
import webbrowser
from pathlib import Path

from console.output import note, say, say_json


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the command."""
    parser = subparsers.add_parser("demo", help="record, understand and show the bundled calls / 演示")
    parser.add_argument("--exit", action="store_true", help="end when all calls are scored, without serving the pages")
    parser.add_argument("--json", action="store_true", help="print every call as JSON")
    parser.add_argument("--speed", type=float, default=10.0, help="times real time (default 10)")
    parser.add_argument("--store", type=Path, help="folder for the demo's data (emptied first)")
    parser.add_argument("--calls", nargs="+", default=[], metavar="NAME", help="only these of the bundled calls (default: all)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; exit status 1 when a planned call was not found as it happened."""
    from console.demo.house import default_store
    from console.demo.results import export_week, outcomes, show
    from console.demo.run import running_demo

    signal.signal(signal.SIGTERM, _interrupt)
    store = (arguments.store or default_store()).absolute()
    with running_demo(store, arguments.speed, serve=not arguments.exit, names=arguments.calls) as demo:
        results = outcomes(demo)
        if arguments.json:
            say_json({"calls": [result.description for result in results if result.description is not None]})
        else:
            show(results)
        summary = export_week(demo)
        if not arguments.json:
            say(f"weekly summary: {summary}", f"每周汇总:{summary}")
        if not arguments.exit:
            _serve(demo.url)
    return 0 if all(result.faithful for result in results) else 1


def _serve(url: str) -> None:
    """Keep the pages up until the person stops the demo."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)
    note(f"serving {url} - stop with Ctrl-C", f"网页服务中:{url}(按 Ctrl-C 停止)")
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def _interrupt(number: int, frame: object) -> None:
    """A service manager's stop is treated as Ctrl-C, so that the demo's services are stopped too."""
    del number, frame
    raise KeyboardInterrupt
