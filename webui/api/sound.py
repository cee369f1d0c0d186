"""A call's sound through the API."""

from __future__ import annotations

from flask import Response

from hw.messages import UserError
from webui.api.caller import note_heard
from webui.api.operations import operation
from webui.api.problems import ProblemError
from webui.audio import FLAC, WAV, flac_answer, wav_answer
from webui.context import call_or_404
from webui.integrity import AlteredError

RANGES = (206, 409, 416)
"""Beside the usual: a part was asked for, the files are not what was recorded, the part lies outside."""


@operation("/calls/<uuid:call_id>/audio.wav", tag="Calls", scopes=("audio:read",), media=(WAV,), statuses=RANGES)
def get_wav(call_id: object) -> Response:
    """The call as one WAV file, agent left and customer right where both are known. Byte ranges are answered.

    Refused with 409 when a file is not what was recorded. Every use is in the audit log.
    """
    return _sound(str(call_id), WAV)


@operation("/calls/<uuid:call_id>/audio.flac", tag="Calls", scopes=("audio:read",), media=(FLAC,), statuses=RANGES)
def get_flac(call_id: object) -> Response:
    """The call as one FLAC file. Byte ranges are answered; as audio.wav in all else."""
    return _sound(str(call_id), FLAC)


def _sound(call_id: str, mimetype: str) -> Response:
    call = call_or_404(call_id)
    made = wav_answer if mimetype == WAV else flac_answer
    try:
        return made(call, lambda _altered: note_heard(call.row.id))
    except AlteredError as error:
        raise ProblemError(409, error.message) from error
    except UserError as error:
        raise ProblemError(404, error.message) from error
