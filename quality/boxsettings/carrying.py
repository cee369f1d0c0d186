"""Ways a change gets into the settings: by a service that may write them, by this very process if it may, or by a person's hand."""

from __future__ import annotations

import logging
import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from hw.messages import Message, UserError
from quality import letterbox
from quality.boxsettings.dropin import Place, RefusedError, Wanted, examine, write
from quality.boxsettings.options import options
from quality.boxsettings.request import LARGEST, Answer, Request, answer_of, request_of

log = logging.getLogger(__name__)

REQUESTS = Path("/run/callbox-web")
"""Where the web service leaves requests: RuntimeDirectory of its unit."""


class Carrier(Protocol):
    """able: whether it can change anything at all."""

    able: bool

    def carry(self, request: Request) -> None:
        """Have it carried out, now or a little later. Raises UserError when it cannot even be asked."""

    def answers(self) -> Iterator[Answer]:
        """What has been answered since; each until it is forgotten."""

    def forget(self, name: str) -> None:
        """That answer was taken note of."""

    def waits(self, name: str) -> bool:
        """Whether the request still lies there, untouched."""


class Direct(Carrier):
    """This process may write the settings' folder: a laptop, a demo."""

    able = True

    def __init__(self, place: Place) -> None:
        self._place = place
        self._answers: dict[str, Answer] = {}

    def carry(self, request: Request) -> None:
        self._answers[request.id] = carry_out(self._place, request)

    def answers(self) -> Iterator[Answer]:
        yield from list(self._answers.values())

    def forget(self, name: str) -> None:
        self._answers.pop(name, None)

    def waits(self, name: str) -> bool:  # noqa: ARG002
        return False


class Helper(Carrier):
    """A service that may write them (callbox-settings) is asked through a folder."""

    able = True

    def __init__(self, folder: Path = REQUESTS) -> None:
        self._folder = folder

    def carry(self, request: Request) -> None:
        try:
            letterbox.leave(self._folder, request.document(), request.id)
        except OSError as error:
            why, folder = error.strerror, self._folder
            raise UserError(f"The request cannot be left in {folder}: {why}", f"无法在 {folder} 中留下请求：{why}") from error

    def answers(self) -> Iterator[Answer]:
        for name in letterbox.answered(self._folder):
            try:
                said = letterbox.answer_to(self._folder, name)
                if said is not None:
                    yield answer_of(name, said)
            except (OSError, ValueError, KeyError, TypeError) as error:
                log.warning("an answer cannot be read: %s", error)
                letterbox.forget(self._folder, name)

    def forget(self, name: str) -> None:
        letterbox.forget(self._folder, name)

    def waits(self, name: str) -> bool:
        return letterbox.waits(self._folder, name)


class ByHand(Carrier):
    """Nobody here may write them: a person is told what to type."""

    able = False

    def carry(self, request: Request) -> None:
        raise by_hand(request.wanted)

    def answers(self) -> Iterator[Answer]:
        yield from ()

    def forget(self, name: str) -> None:
        """There is none."""

    def waits(self, name: str) -> bool:  # noqa: ARG002
        return False


def carrier_for(place: Place | None, environment: Mapping[str, str] = os.environ) -> Carrier:
    """The way open to this process: its unit's folder of requests when it has one, else by itself where it may write, else none."""
    if place is None:
        return ByHand()
    folder = environment.get("RUNTIME_DIRECTORY", "")
    if folder and os.access(folder, os.W_OK):
        return Helper(Path(folder))
    beside = place.dropin.parent
    return Direct(place) if os.access(beside if beside.exists() else beside.parent, os.W_OK) else ByHand()


def by_hand(wanted: Wanted) -> UserError:
    """Told instead of a change that nobody here may make."""
    command = command_for(wanted)
    en, zh = "These pages may not write the settings. On the box:", "网页无权写入设置。请在设备上执行："
    return UserError(f"{en} {command}", f"{zh}{command}")


def command_for(wanted: Wanted) -> str:
    """What to type on the box for the same change."""
    words = [f"{name}={_typed(name, value)}" for name, value in wanted.items()]
    return shlex.join(["sudo", "callbox", "settings", "set", *words])


def _typed(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if name in options() and options()[name].kind is tuple and isinstance(value, list) else str(value)


def carry_out(place: Place, request: Request) -> Answer:
    """Look at the request as if nobody had looked at it before, and make the change if it will do."""
    try:
        change = examine(place, request.wanted, request.base)
        write(change)
    except RefusedError as error:
        return Answer(request.id, error.problems, request.by)
    except UserError as error:
        return Answer(request.id, {"": error.message}, request.by)
    return Answer(request.id, {}, request.by, change.wanted, change.before, change.differences)


def serve(place: Place, folder: Path = REQUESTS) -> int:
    """Answer every request that waits; the number carried out. What callbox-settings.service runs, as root; each is told in the
    journal, whatever becomes of it."""
    done = 0
    for path in letterbox.requests(folder):
        answer = _answer(place, path)
        letterbox.answer(path, answer.document())
        if answer.done:
            done += 1
            log.info("%r, asked by %r: %s", path.stem, answer.by, _told(answer))
        else:
            log.warning("%r refused, asked by %r: %s", path.stem, answer.by, answer.reason.en.replace("\n", "; "))
    return done


def _answer(place: Place, path: Path) -> Answer:
    try:
        request = request_of(path.stem, letterbox.read(path, LARGEST))
    except UserError as error:
        return Answer(path.stem, {"": error.message})
    try:
        return carry_out(place, request)
    except Exception:
        # Whatever a request does to this program: it is answered, or it would be looked at again and again.
        log.exception("%r", path.stem)
        return Answer(path.stem, {"": _FAILED}, request.by)


def _told(answer: Answer) -> str:
    return ", ".join(f"{'.'.join(one.path)} {one.before!r} -> {one.after!r}" for one in answer.differences) or "nothing differs"


_FAILED = Message("The service that writes the settings failed; its journal says how.", "写入设置的服务出错，详见其日志。")
