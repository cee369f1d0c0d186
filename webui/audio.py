"""A call's sound: for the player, as files to keep, and its waveform."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import IO

import soundfile
from flask import Blueprint, Response, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from hw.messages import Message, UserError
from quality.access.roles import STAFF
from quality.calls.rows import CallView
from recorder.audio.files import CallAudio, open_call
from webui.access import EVERYONE, allow
from webui.context import box, call_or_404, person
from webui.errors import message_page
from webui.formats import local
from webui.integrity import LISTEN, WARNED, AlteredError, first_problem
from webui.languages import language
from webui.peaks import peaks_file, prune_sometimes
from webui.ranges import ranged
from webui.safety.noting import heard, taken
from webui.wavstream import frames_of, read_range, total_bytes

blueprint = Blueprint("audio", __name__)

WAV, FLAC = "audio/wav", "audio/flac"
NOTHING = Message("", "")
BLOCK_BYTES = 1 << 16


@blueprint.get("/audio/<uuid:call_id>")
@allow(*EVERYONE)
def sound(call_id: object) -> ResponseReturnValue:
    """The call as one WAV, whatever it is kept as; byte ranges are answered."""
    call = call_or_404(str(call_id))

    def note(altered: bool) -> None:
        heard(call.row.id)
        if altered:
            heard(call.row.id, "call.listen_altered")

    return wav_answer(call, note, accept=_accepts_altered())


@blueprint.get("/calls/<uuid:call_id>/peaks.json")
@allow(*EVERYONE)
def peaks(call_id: object) -> ResponseReturnValue:
    """The waveform; see webui.peaks."""
    call = call_or_404(str(call_id))
    prune_sometimes(box().store)
    with open_call(box().store, call.row.id) as track:
        return send_file(peaks_file(box().store, call.row.id, track).resolve(), mimetype="application/json")


@blueprint.get("/calls/<uuid:call_id>/integrity.json")
@allow(*EVERYONE)
def integrity(call_id: object) -> ResponseReturnValue:
    """Whether the call's files are what was recorded: {"state": "good" | "altered", "text", "listen", "warned"} in the reader's
    language; listen is empty for who may not hear it. Reads all of the call's files, once."""
    call = call_or_404(str(call_id))
    with open_call(box().store, call.row.id) as track:
        problem = first_problem(box().store, [path.stem for path in track.files(0, track.frames)])
    if problem is None:
        return jsonify(state="good", text="", listen="", warned="")
    texts = {"text": AlteredError(problem).message, "listen": LISTEN if _may_hear_altered() else NOTHING, "warned": WARNED}
    return jsonify(state="altered", **{name: message.text(language()) for name, message in texts.items()})


@blueprint.get("/calls/<uuid:call_id>/download.<any(wav, flac):kind>")
@allow(*EVERYONE)
def download(call_id: object, kind: str) -> ResponseReturnValue:
    """The call as a file, named by when and who."""
    call = call_or_404(str(call_id))

    def note(altered: bool) -> None:
        taken("call.download", call.row.id, {"format": kind} | ({"altered": True} if altered else {}))

    made = wav_answer if kind == "wav" else flac_answer
    answer = made(call, note, accept=_accepts_altered())
    answer.headers.set("Content-Disposition", "attachment", filename=_file_name(call, kind))
    return answer


@blueprint.errorhandler(AlteredError)
def _not_what_was_recorded(error: AlteredError) -> ResponseReturnValue:
    """The files are not what was recorded."""
    return message_page(error, 409)


@blueprint.errorhandler(UserError)
def _no_sound(error: UserError) -> ResponseReturnValue:
    """The call has no sound (yet), or its file has gone or is damaged."""
    return message_page(without_place(error), 404)


def without_place(error: UserError) -> UserError:
    """The same with files named as in the store: where that lies concerns nobody who listens."""
    return UserError(*(text.replace(f"{box().store}/", "") for text in (error.message.en, error.message.zh)))


def wav_answer(call: CallView, note: Callable[[bool], None], *, accept: bool = False) -> Response:
    """As one WAV file. note: writes into the audit log that it is sent; called when it surely is, with whether it is another than
    was recorded. accept: send it all the same. Raises UserError, AlteredError when it is not what was recorded."""
    with ExitStack() as stack:
        track = stack.enter_context(open_call(box().store, call.row.id))

        def read(first: int, length: int) -> Iterator[bytes]:
            note(_is_altered(track, *frames_of(track, first, length), accept=accept))
            return read_range(track, first, length)

        answer = ranged(total_bytes(track), read, WAV)
        answer.call_on_close(stack.pop_all().close)  # the file is read while the answer is sent
    return answer


def flac_answer(call: CallView, note: Callable[[bool], None], *, accept: bool = False) -> Response:
    """As one FLAC file: encoded from the call's frames, so that several parts become one; a temporary file takes what memory should
    not. As wav_answer in all else."""
    with open_call(box().store, call.row.id) as track:
        note(_is_altered(track, 0, track.frames, accept=accept))
        file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the answer
        with soundfile.SoundFile(file, "w", track.rate, track.channels, format="FLAC", subtype="PCM_16") as flac:
            for block in track.blocks():
                flac.write(block)
    answer = ranged(file.seek(0, os.SEEK_END), partial(_bytes, file), FLAC)
    answer.call_on_close(file.close)
    return answer


def _bytes(file: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    file.seek(first)
    while length > 0 and (piece := file.read(min(length, BLOCK_BYTES))):
        yield piece
        length -= len(piece)


def _is_altered(track: CallAudio, start: int, end: int, *, accept: bool) -> bool:
    """Whether frames are not what was recorded. Raises AlteredError for such unless they are accepted."""
    problem = first_problem(box().store, [path.stem for path in track.files(start, end)])
    if problem is not None and not accept:
        raise AlteredError(problem)
    return problem is not None


def _accepts_altered() -> bool:
    """Whether who may hear what was altered has been told, and asks for it all the same."""
    return request.args.get("altered") == "accept" and _may_hear_altered()


def _may_hear_altered() -> bool:
    return person().role in STAFF


def _file_name(call: CallView, kind: str) -> str:
    """ASCII only: headers carry nothing else without quoting that browsers differ on."""
    return f"{local(call.row.started_at):%Y%m%d-%H%M%S}-{call.row.agent_id or call.row.line}.{kind}"
