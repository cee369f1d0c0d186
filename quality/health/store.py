"""The store: is it there, may everybody of the box use it, is there room, are its databases whole?"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from hw.messages import Message
from quality.health.backups import OLD_S
from quality.health.case import Case
from quality.health.finding import Finding, bad, doubtful, good
from quality.health.words import disk, when
from recorder.store.file import FILE_MODE
from recorder.store.writer import FOLDER_MODE
from recorder.times import from_text

DATABASES = ("calls.db", "analysis.db", "review.db")
SIDES = ("", "-wal", "-shm")

MEND = Message(
    "may this user read it? If it is damaged: the recorder, restarted, makes calls.db anew from the audio; "
    "analysis.db has to be moved away before the analyzer is restarted",
    "当前用户有读取权限吗?若已损坏:重启录音服务,它会根据录音重建 calls.db;请移走损坏的 analysis.db 并重启分析服务",
)


def check(case: Case) -> Iterator[Finding]:
    """Folder, permissions, databases, room, backup."""
    store = Path(case.settings.store.path)
    yield from _folder(store)
    yield from check_databases(case)
    yield from check_room(case)
    yield _backup(case)


def _folder(store: Path) -> Iterator[Finding]:
    if not os.path.isdir(store) or not os.access(store, os.W_OK | os.X_OK):  # noqa: PTH112  Path.is_dir raises where it may not look
        yield bad(
            "store.folder",
            (f"store: {store} is missing or not writable for this user", f"数据目录:{store} 不存在或当前用户不可写"),
            (
                "make it, owned by user and group callbox (systemd-tmpfiles --create), or run doctor as root",
                "请创建并归 callbox 用户和组所有(systemd-tmpfiles --create),或以 root 运行 doctor",
            ),
        )
        return
    wrong = list(_wrong_modes(store))
    if not wrong:
        yield good("store.permissions", f"store: {store}, shared by its group", f"数据目录:{store},同组共享")
        return
    names = ", ".join(wrong[:4])
    yield bad(
        "store.permissions",
        (f"store: {names}: not shared by the group of {store}", f"数据目录:{names} 未与 {store} 的用户组共享"),
        (
            f"the services lock each other out: chgrp -R callbox {store}; find {store} -type d -exec chmod 2770 {{}} +; "
            f"chmod 660 {store}/*.db*",
            f"各服务会互相锁住:chgrp -R callbox {store};find {store} -type d -exec chmod 2770 {{}} +;chmod 660 {store}/*.db*",
        ),
        figures={"files": wrong},
    )


def _wrong_modes(store: Path) -> Iterator[str]:
    """Folders that are not setgid and the group's, files that are not the group's to read and write."""
    group = store.stat().st_gid
    for folder in (store, store / "audio", store / "run"):
        if folder.is_dir():
            mode = stat.S_IMODE(folder.stat().st_mode)
            if mode & FOLDER_MODE != FOLDER_MODE or folder.stat().st_gid != group:
                yield f"{folder.name}/ ({mode:04o})"
    for name in (f"{database}{end}" for database in DATABASES for end in SIDES):
        file = store / name
        try:
            found = file.stat()
        except OSError:
            continue
        mode = stat.S_IMODE(found.st_mode)
        if mode & FILE_MODE != FILE_MODE or found.st_gid != group:
            yield f"{name} ({mode:04o})"


def check_databases(case: Case) -> Iterator[Finding]:
    """Can they be read, and are they whole?"""
    store = Path(case.settings.store.path)
    for problem in case.status.problems:
        yield Finding("wrong", "store.database", problem, MEND)
    seen = " ".join(problem.en for problem in case.status.problems)
    for name, fault in case.damaged.items():
        if name not in seen:
            yield Finding("wrong", "store.database", Message(f"{name} is damaged: {fault}", f"{name} 已损坏:{fault}"), MEND)
    if not case.status.problems and not case.damaged and any((store / name).exists() for name in DATABASES):
        yield good("store.database", "databases: whole", "数据库:完好")


def check_room(case: Case) -> Iterator[Finding]:
    """Is there room to record?"""
    free, least = case.status.free_disk_mb, case.settings.store.min_free_mb
    days = None if case.bytes_a_day is None else max(0.0, (free - least) * 2**20 / case.bytes_a_day)
    figures = {"free_mb": free, "days": None if days is None else round(days, 1)}
    room_en = "" if days is None else f", room for {_days(days)} days at this week's pace"
    room_zh = "" if days is None else f",按本周用量可用 {_days(days)} 天"
    seen = (f"disk: {disk(free)} free{room_en}", f"磁盘:剩余 {disk(free)}{room_zh}")
    if free >= least:
        yield good("store.room", *seen, figures=figures)
        return
    advice = (
        f"no new call is recorded below {least} MiB: free some space, or keep calls for fewer days ([store], [retention])",
        f"低于 {least} MiB 时不再录制新通话:请清理空间,或缩短保留天数([store]、[retention])",
    )
    yield bad("store.room", seen, advice, figures=figures)


def _backup(case: Case) -> Finding:
    """A box that is new, or has no calls, has little to lose yet."""
    made = case.status.last_backup
    if made is None:
        seen = ("backup: none has been made of this box", "备份:本机尚未备份过")
        safe_since = case.now if case.since is None else case.since
    else:
        made_at = when(made.made_at, case.status)
        seen = (f"backup: {made_at}, in {made.folder}", f"备份:{made_at},位于 {made.folder}")
        safe_since = from_text(made.made_at)
    figures = {"made_at": None if made is None else made.made_at}
    if case.now - safe_since <= OLD_S:
        return good("store.backup", *seen, figures=figures)
    days = f"{(case.now - safe_since) / 86_400:.0f}"
    older = (f"{seen[0]}; what is {days} days old is only here", f"{seen[1]};{days} 天以来的数据只存于本机")
    advice = ("connect a USB disk or a share: callbox backup FOLDER", "请接入 U 盘或网络共享:callbox backup 目录")
    return doubtful("store.backup", older, advice, figures=figures)


def _days(days: float) -> str:
    return ">1000" if days > 1000 else f"{days:.0f}"
