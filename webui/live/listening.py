"""Hear a line live (远程监听): the recorder's audio as a WAV without an end. Who heard which line, when and how long is in the
audit log."""

from __future__ import annotations

import logging
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from hw.messages import UserError
from quality.access.roles import LEADS
from quality.access.scope import Scope
from quality.audit.chain import note
from quality.audit.entries import LISTEN
from quality.calls.wall import Wall, WallLine
from recorder.listen.client import LiveAudio, LiveBlock, listen
from recorder.settings.sections import Settings
from webui.access import allow
from webui.context import box, person
from webui.errors import message_page

log = logging.getLogger(__name__)
blueprint = Blueprint("listening", __name__)

MOST = 3
"""Who hears lines at once, a worker: each holds one of its eight threads. The recorder allows sixteen in all."""
IDLE_S = 600.0
"""Seconds without a call on the line after which nobody is supposed to be listening any more."""
LONGEST_S = 3600.0
LOOK_S = 1.0
"""Seconds between two looks at whose call it is."""
PATIENCE_S = 5.0
"""Seconds without a block of audio, which comes ten times a second, after which the recorder has stopped."""
ENDLESS = 0xFFFFFFFF

FULL = UserError(
    f"{MOST} people are listening already. Try again when one has stopped.", f"已有 {MOST} 人在监听，请等其中一人停止后再试。"
)
NOT_YOURS = UserError("This call is of another group.", "该通话属于其他班组。")

_places = BoundedSemaphore(MOST)


@dataclass(frozen=True)
class Ear:
    """Who listens to what. look: the line now. now: monotonic seconds."""

    settings: Settings
    line: str
    by: str
    scope: Scope
    look: Callable[[], WallLine | None]
    now: Callable[[], float] = time.monotonic

    @property
    def store(self) -> Path:
        """Of the audit log."""
        return Path(self.settings.store.path)

    def may_hear(self, line: WallLine | None) -> bool:
        """Whoever is bound to groups hears the calls of their groups alone, and nothing between calls."""
        if line is None:
            return False
        return self.scope.everything or (line.call_id is not None and self.scope.sees_call(line.agent_id or None, line.team))

    def hear(self, audio: LiveAudio) -> Iterator[bytes]:
        """The stream, until the listener goes, the time is up or the call is none of theirs. Notes its end, however it ends."""
        began = self.now()
        try:
            yield wav_head(audio.rate, audio.channels)
            yield from self._blocks(audio, began)
        finally:
            audio.close()
            _places.release()
            seconds = round(self.now() - began, 1)
            log.info("line %s: %s heard it for %.1f s", self.line, self.by, seconds)
            try:
                note(self.store, LISTEN, self.by, "line.listened", self.line, {"seconds": seconds})
            except UserError as error:
                log.error("that line %s was heard for %.1f s could not be noted: %s", self.line, seconds, error)

    def _blocks(self, audio: LiveAudio, began: float) -> Iterator[bytes]:
        call_at = looked_at = began
        for block in audio:
            now = self.now()
            if now - looked_at >= LOOK_S:
                line, looked_at = self.look(), now
                call_at = now if line is not None and line.call_id else call_at
                if not self.may_hear(line):
                    return
            if now - call_at > IDLE_S or now - began > LONGEST_S:
                return
            yield pcm(block)


@blueprint.get("/live/lines/<line>/audio.wav")
@allow(*LEADS)
def audio(line: str) -> ResponseReturnValue:
    """The line's sound from now on."""
    settings = box().settings
    if line not in {one.name for one in settings.line}:
        abort(404)
    ear = Ear(settings, line, person().name, person().scope, _looker(settings, line))
    now = ear.look()
    if not ear.may_hear(now):
        return message_page(NOT_YOURS, 403)
    if not _places.acquire(blocking=False):
        return message_page(FULL, 503)
    try:
        heard = listen(settings, line, ear.by, patience_s=PATIENCE_S)
        note(ear.store, LISTEN, ear.by, "line.listen", line, {"call": now.call_id} if now and now.call_id else {})
    except UserError as error:
        _places.release()
        return message_page(error, 503)
    return Response(ear.hear(heard), mimetype="audio/wav", headers={"X-Accel-Buffering": "no"})


def wav_head(rate: int, channels: int) -> bytes:
    """The 44 bytes before 16-bit PCM, with lengths that nobody knows yet."""
    frame = 2 * channels
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * frame, frame, 16)
    return struct.pack("<4sI4s", b"RIFF", ENDLESS, b"WAVE") + form + struct.pack("<4sI", b"data", ENDLESS)


def pcm(block: LiveBlock) -> bytes:
    """A block's samples; of a pause or a loss, silence."""
    return block.samples.astype("<i2", copy=False).tobytes()


def _looker(settings: Settings, name: str) -> Callable[[], WallLine | None]:
    def look() -> WallLine | None:
        try:
            return next((line for line in Wall(settings).look(time.time()).lines if line.name == name), None)
        except UserError:
            return None

    return look
