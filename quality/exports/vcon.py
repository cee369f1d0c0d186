"""A call as a vCon, the IETF's container for conversations: draft-ietf-vcon-vcon-core-03 (July 2026), unsigned form."""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from hw.messages import UserError
from quality.calls.rows import CallRow, CallView
from quality.calls.views import Views
from quality.exports.audio import Piece, pieces
from quality.exports.facts import scores, transcript
from quality.exports.selection import audit
from quality.files import write_atomically
from quality.reviewing.reviews import Reviews
from recorder.times import to_text

SYNTAX = "0.4.0"
AGENT, CUSTOMER = 0, 1  # places in "parties"
FLAC = "audio/flac"  # RFC 9639
NUMBER_CONTEXT = "pbx.invalid"
"""RFC 3966 asks of a number without a country code in which domain it holds: the centre's own, which has no name."""


def export_vcon(store: Path, call_id: str, out: Path, by: str, *, inline: bool = False, url: str = "", site: str = "") -> None:
    """Write one call as a vCon and log it. Raises UserError when there is no such call, it has not ended, or its audio is not what
    was recorded."""
    data = json.dumps(vcon(store, call_id, inline=inline, url=url, site=site), ensure_ascii=False, indent=1).encode()
    audit(store, by, "export.vcon", call_id, {"file": str(out.absolute()), "inline": inline, "url": url})
    write_atomically(out, data)


def vcon(
    store: Path, call_id: str, *, inline: bool = False, url: str = "", site: str = "", clock: Callable[[], float] = time.time
) -> dict[str, object]:
    """The vCon. inline: the FLAC files inside it, base64url. url: https folder under which they are found by name; without it they
    are named with their hashes only. Raises UserError as export_vcon does."""
    if url and not url.startswith("https://"):
        raise UserError(f"{url}: a vCon refers to files by https:// only.", f"{url}：vCon 只能以 https:// 地址引用文件。")
    call = Views(store).call(call_id)
    if call is None:
        raise UserError(f"There is no call {call_id}.", f"没有通话 {call_id}。")
    if call.row.state == "recording":
        raise UserError(f"Call {call_id} has not ended yet.", f"通话 {call_id} 尚未结束。")
    dialog = [_recording(call.row, piece, inline, url) for piece in pieces(store, call_id)] or [_incomplete(call.row)]
    return {
        "vcon": SYNTAX, "uuid": _uuid(call_id), "created_at": to_text(clock()), "parties": _parties(call.row, site),
        "dialog": dialog, "analysis": _analysis(store, call, len(dialog)),
    }  # fmt: skip


def content_hash(algorithm: str, digest: bytes) -> str:
    """A digest as the draft writes ContentHash: "sha512-" and base64url without padding."""
    return f"{algorithm}-{_base64url(digest)}"


def _uuid(call_id: str) -> str:
    """The call's own id, which is a UUID of version 7, so that its vCon has the same name each time it is made."""
    try:
        return str(uuid.UUID(call_id))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, call_id))


def _parties(row: CallRow, site: str) -> list[dict[str, str]]:
    outer, inner = (row.caller_number, row.called_number) if row.direction != "out" else (row.called_number, row.caller_number)
    agent = {"tel": _tel(row.extension or inner), "name": row.agent_name or row.agent_id or "", "org": site, "dept": row.team}
    return [{name: value for name, value in party.items() if value} for party in (agent, {"tel": _tel(outer)})]


def _tel(number: str) -> str:
    if not number:
        return ""
    return f"tel:{number}" if number.startswith("+") else f"tel:{number};phone-context={NUMBER_CONTEXT}"


def _recording(row: CallRow, piece: Piece, inline: bool, url: str) -> dict[str, object]:
    part = piece.part
    dialog: dict[str, object] = {
        "type": "recording", "start": to_text(part.started_at), "parties": [AGENT, CUSTOMER], "mediatype": FLAC,
        "filename": Path(part.path).name, **_originator(row),
    }  # fmt: skip
    if part.frames is not None:
        dialog["duration"] = part.frames / part.rate
    return dialog | _content(piece, inline, url)


def _content(piece: Piece, inline: bool, url: str) -> dict[str, object]:
    recorded = [content_hash("sha256", bytes.fromhex(piece.part.sha256))] if piece.part.sha256 else []
    if piece.state == "deleted":  # as the draft lets content be absent: what it was can still be told
        return {"content_hash": recorded}
    if piece.path is None or piece.state != "kept":
        raise UserError(
            f"Audio file {piece.part.path} is {piece.state}: it is not what was recorded, and not exported. See callbox verify.",
            f"录音文件 {piece.part.path} 与录制时不一致（{piece.state}），未导出。请运行 callbox verify。",
        )
    data = piece.path.read_bytes()
    hashes = [content_hash("sha512", hashlib.sha512(data).digest()), *recorded]
    if inline:
        return {"body": _base64url(data), "encoding": "base64url", "content_hash": hashes}
    where = {"url": f"{url.rstrip('/')}/{piece.path.name}"} if url else {}
    return {**where, "content_hash": hashes}


def _incomplete(row: CallRow) -> dict[str, object]:
    return {
        "type": "incomplete", "start": to_text(row.started_at), "parties": [AGENT, CUSTOMER], "disposition": "no-answer",
        **_originator(row),
    }  # fmt: skip


def _originator(row: CallRow) -> dict[str, object]:
    """The left channel, and so the first party, is the agent's; who called is said where it was not the agent."""
    return {"originator": CUSTOMER} if row.direction == "in" else {}


def _analysis(store: Path, call: CallView, dialogs: int) -> list[dict[str, object]]:
    found = []
    if call.utterances:
        found.append(_part("transcript", "callbox-transcript", transcript(call), call, dialogs))
    review = Reviews(store).latest(call.row.id)
    if call.row.scores or review:
        found.append(_part("report", "callbox-score", scores(call, review), call, dialogs))
    return found


def _part(kind: str, schema: str, body: dict[str, object], call: CallView, dialogs: int) -> dict[str, object]:
    return {
        "type": kind, "dialog": list(range(dialogs)), "vendor": "callbox", "product": f"callbox {call.pipeline_version}".strip(),
        "schema": schema, "mediatype": "application/json", "encoding": "json", "body": body,
    }  # fmt: skip


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
