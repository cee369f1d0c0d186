"""Do the services run? Asked of systemd where it runs the machine, else of what the services themselves leave behind."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from hw.messages import Message
from quality.health.case import Case
from quality.health.finding import Finding, bad, good

UNITS = ("recorder", "analyzer", "web")
BOOTED = Path("/run/systemd/system")
"""There while systemd runs the machine (sd_booted(3))."""


def units() -> dict[str, dict[str, str]]:
    """What systemd says of each installed unit: ActiveState, Result, NRestarts … by unit name; empty where there is no systemd."""
    if not BOOTED.is_dir():
        return {}
    names = [f"callbox-{unit}.service" for unit in UNITS]
    command = ["systemctl", "show", "--property=Id,LoadState,ActiveState,SubState,Result,NRestarts", *names]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603  our own words
    except (OSError, subprocess.TimeoutExpired):
        return {}
    blocks = (dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in done.stdout.split("\n\n"))
    found = {block.get("Id", "").removeprefix("callbox-").removesuffix(".service"): block for block in blocks}
    return {unit: found[unit] for unit in UNITS if unit in found and found[unit].get("LoadState") == "loaded"}


def check(case: Case) -> Iterator[Finding]:
    """A finding for each service."""
    web, status = case.settings.web, case.status
    pages = f"http://{web.host}:{web.port}/"
    running = {"recorder": status.recorder_running, "analyzer": status.analyzer_running, "web": status.pages_answer}
    names = {
        "recorder": Message("recorder", "录音服务"),
        "analyzer": Message("analyzer", "分析服务"),
        "web": Message(f"web pages {pages}", f"网页服务 {pages}"),
    }
    for unit in UNITS:
        yield _service(unit, names[unit], running[unit], case.units.get(unit, {}))


def _service(unit: str, name: Message, running: bool, said: Mapping[str, str]) -> Finding:
    check = f"service.{unit}"
    if running:
        return good(check, f"{name.en}: running", f"{name.zh}:运行中")
    failed = said.get("ActiveState") == "failed" or said.get("SubState") == "auto-restart"
    why_en = f" (systemd: {said['ActiveState']}, {said.get('Result', '')}, {said.get('NRestarts', '0')} restarts)" if failed else ""
    why_zh = f"(systemd:{said['ActiveState']},{said.get('Result', '')},重启 {said.get('NRestarts', '0')} 次)" if failed else ""
    return bad(
        check,
        (f"{name.en}: not running{why_en}", f"{name.zh}:未运行{why_zh}"),
        (
            f"start it: systemctl start callbox-{unit}; why it stopped: journalctl -u callbox-{unit} -e",
            f"请启动:systemctl start callbox-{unit};停止原因:journalctl -u callbox-{unit} -e",
        ),
    )
