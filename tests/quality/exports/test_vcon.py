"""vCon: against the members draft-ietf-vcon-vcon-core-03 asks for. Its JSON schema is not in this house, and `vcon` on PyPI brings
nine others; `check` is what the draft and that schema require of the objects we write."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sqlite3
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hw.messages import UserError
from quality.changes import list_changes
from quality.exports.bundle import Source
from quality.exports.vcon import export_vcon, vcon
from recorder.store.schema import CALLS_DB
from tests.quality.exports.exportbox import with_audio
from tests.quality.factory import AGENTS, Made

NAMES = {number: name for number, name, _ in AGENTS}
CONTENT_HASH = re.compile(r"(sha512-[\w-]{86}|sha256-[\w-]{43})")
TEL = re.compile(r"tel:(\+\d+|[\d*#]+;phone-context=[\w.]+)")  # RFC 3966


@pytest.fixture
def sounding(own_box: tuple[Path, list[Made]]) -> tuple[Source, list[Made]]:
    return with_audio(*own_box)


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def made_of(store: Path, call_id: str, **options: Any) -> dict[str, Any]:
    """The vCon as a receiver reads it."""
    read: dict[str, Any] = json.loads(json.dumps(vcon(store, call_id, **options)))
    return read


def check(found: dict[str, Any]) -> None:
    """Sections 4.1 (vCon), 4.2 (Party), 4.3 (Dialog), 4.4 (Analysis), 2.3 and 2.4 (files)."""
    assert found["vcon"] == "0.4.0"
    assert str(uuid.UUID(found["uuid"])) == found["uuid"]
    assert datetime.fromisoformat(found["created_at"]).tzinfo is not None
    assert not set(found) - {"vcon", "uuid", "created_at", "parties", "dialog", "analysis"}
    for party in found["parties"]:
        assert set(party) <= {"tel", "name", "org", "dept"}
        assert TEL.fullmatch(party.get("tel", "tel:+1"))
    for dialog in found["dialog"]:
        check_dialog(dialog, len(found["parties"]))
    for analysis in found["analysis"]:
        assert {"type", "vendor", "dialog", "body", "encoding", "mediatype", "schema"} <= set(analysis)
        assert analysis["encoding"] == "json"
        assert all(place < len(found["dialog"]) for place in analysis["dialog"])


def check_dialog(dialog: dict[str, Any], parties: int) -> None:
    assert datetime.fromisoformat(dialog["start"]).tzinfo is not None
    assert all(place < parties for place in [*dialog["parties"], dialog.get("originator", 0)])
    content = {"body", "encoding", "url", "content_hash"} & set(dialog)
    if dialog["type"] == "incomplete":
        assert dialog["disposition"] == "no-answer"
        assert not content
        return
    assert dialog["type"] == "recording"
    assert len(dialog["parties"]) == 2  # of two channels each its own
    assert dialog["duration"] >= 0
    assert ("body" in content) == ("encoding" in content)
    assert "url" not in content or dialog["url"].startswith("https://")
    assert all(CONTENT_HASH.fullmatch(token) for token in dialog["content_hash"])


def test_by_reference(sounding: tuple[Source, list[Made]]) -> None:
    source, chosen = sounding
    found = made_of(source.store, chosen[0].id, url="https://box.example/audio/", site="云帆", clock=lambda: 0.0)
    check(found)
    (dialog,) = found["dialog"]
    data = (source.store / f"audio/{chosen[0].id}.flac").read_bytes()
    assert dialog["url"] == f"https://box.example/audio/{chosen[0].id}.flac"
    assert [decoded(token.partition("-")[2]) for token in dialog["content_hash"]] == [
        hashlib.sha512(data).digest(),
        hashlib.sha256(data).digest(),
    ]
    assert (found["uuid"], found["created_at"], dialog["originator"]) == (chosen[0].id, "1970-01-01T00:00:00.000Z", 1)
    assert found["parties"] == [
        {
            "tel": "tel:4008001234;phone-context=pbx.invalid",
            "name": NAMES[chosen[0].agent_id],
            "org": "云帆",
            "dept": chosen[0].team,
        },
        {"tel": f"tel:{chosen[0].caller_number};phone-context=pbx.invalid"},
    ]
    kinds = [analysis["type"] for analysis in found["analysis"]]
    assert kinds == ["transcript", "report"]


def test_inline_holds_the_file(sounding: tuple[Source, list[Made]], tmp_path: Path) -> None:
    source, chosen = sounding
    export_vcon(source.store, chosen[0].id, tmp_path / "v.json", "ann", inline=True)
    found = json.loads((tmp_path / "v.json").read_text("utf-8"))
    check(found)
    assert decoded(found["dialog"][0]["body"]) == (source.store / f"audio/{chosen[0].id}.flac").read_bytes()
    assert list_changes(source.store, chosen[0].id)[0].action == "export.vcon"


def test_a_call_nobody_answered(sounding: tuple[Source, list[Made]], own_box: tuple[Path, list[Made]]) -> None:
    found = made_of(sounding[0].store, next(call.id for call in own_box[1] if call.state == "unanswered"))
    check(found)
    assert found["analysis"] == []


def test_deleted_audio_leaves_its_hash(sounding: tuple[Source, list[Made]]) -> None:
    source, chosen = sounding
    with sqlite3.connect(source.store / CALLS_DB) as database:
        database.execute("UPDATE parts SET deleted_at = '2026-11-22T00:00:00.000Z' WHERE call_id = ?", (chosen[0].id,))
    found = made_of(source.store, chosen[0].id, inline=True)
    check(found)
    assert "body" not in found["dialog"][0]


def test_what_cannot_be_exported_is_refused_and_not_written(sounding: tuple[Source, list[Made]], tmp_path: Path) -> None:
    source, chosen = sounding
    (source.store / f"audio/{chosen[0].id}.flac").write_bytes(b"something else")
    with pytest.raises(UserError, match="altered"):
        export_vcon(source.store, chosen[0].id, tmp_path / "v.json", "ann")
    with pytest.raises(UserError, match="no call"):
        export_vcon(source.store, "nobody", tmp_path / "v.json", "ann")
    with pytest.raises(UserError, match="https"):
        export_vcon(source.store, chosen[1].id, tmp_path / "v.json", "ann", url="http://box.example")
    assert not (tmp_path / "v.json").exists()
