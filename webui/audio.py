"""A call's sound: for the player, as files to keep, and its waveform."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack

import soundfile
from flask import Blueprint, Response, send_file
from flask.typing import ResponseReturnValue

from hw.messages import UserError
from quality.callrows import CallView
from recorder.audiofiles import open_call
from webui.access import EVERYONE, allow
from webui.context import box, call_or_404
from webui.errors import message_page
from webui.formats import local
from webui.peaks import peaks_file
from webui.ranges import ranged
from webui.wavstream import read_range, total_bytes

blueprint = Blueprint("audio", __name__)

WAV, FLAC = "audio/wav", "audio/flac"


@blueprint.get("/audio/<uuid:call_id>")
@allow(*EVERYONE)
def sound(call_id: object) -> ResponseReturnValue:
    """The call as one WAV, whatever it is kept as; byte ranges are answered."""
    return _wav(call_or_404(str(call_id)))


@blueprint.get("/calls/<uuid:call_id>/peaks.json")
@allow(*EVERYONE)
def peaks(call_id: object) -> ResponseReturnValue:
    """The waveform; see webui.peaks."""
    call = call_or_404(str(call_id))
    with open_call(box().store, call.row.id) as track:
        return send_file(peaks_file(box().store, call.row.id, track).resolve(), mimetype="application/json")


@blueprint.get("/calls/<uuid:call_id>/download.<any(wav, flac):kind>")
@allow(*EVERYONE)
def download(call_id: object, kind: str) -> ResponseReturnValue:
    """The call as a file, named by when and who."""
    call = call_or_404(str(call_id))
    answer = _wav(call) if kind == "wav" else _flac(call)
    answer.headers.set("Content-Disposition", "attachment", filename=_file_name(call, kind))
    return answer


@blueprint.errorhandler(UserError)
def _no_sound(error: UserError) -> ResponseReturnValue:
    """The call has no sound (yet), or its file has gone or is damaged."""
    return message_page(error, 404)


def _wav(call: CallView) -> Response:
    with ExitStack() as stack:
        track = stack.enter_context(open_call(box().store, call.row.id))
        answer = ranged(total_bytes(track), lambda first, length: read_range(track, first, length), WAV)
        answer.call_on_close(stack.pop_all().close)  # the file is read while the answer is sent
    return answer


def _flac(call: CallView) -> Response:
    """Encoded from the call's frames, so that several parts become one file; a temporary file takes what memory should not."""
    with open_call(box().store, call.row.id) as track:
        file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the answer
        with soundfile.SoundFile(file, "w", track.rate, track.channels, format="FLAC", subtype="PCM_16") as flac:
            for block in track.blocks():
                flac.write(block)
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    answer = send_file(file, mimetype=FLAC)
    answer.content_length = length
    return answer


def _file_name(call: CallView, kind: str) -> str:
    """ASCII only: headers carry nothing else without quoting that browsers differ on."""
    return f"{local(call.row.started_at):%Y%m%d-%H%M%S}-{call.row.agent_id or call.row.line}.{kind}"
