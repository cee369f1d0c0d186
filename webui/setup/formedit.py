"""A scoring form as fields and back. What the machine may conclude on an item (its evidence) is kept as it is: it is no business of
this page, and an item that moves or is renamed takes it along."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from hw.messages import UserError
from quality.forms.form import Form
from webui.fields import whole

Document = dict[str, Any]
COMMENTS = ("worst", "flaw", "always")
MOST = 60


def blank_item(number: int) -> Document:
    """An item to be filled in."""
    texts = dict.fromkeys(("name_zh", "name_en", "best_zh", "best_en", "worst_zh", "worst_en"), "")
    return {"id": f"item_{number}", "points": 1.0, **texts}


def blank_section(number: int) -> Document:
    """A section to be filled in."""
    return {"id": f"section_{number}", "points": 0.0, "name_zh": "", "name_en": "", "item": [blank_item(number)]}


def document_of(form: Form) -> Document:
    """The form as it is kept."""
    return dict(form.document)


def read_document(sent: Mapping[str, str], base: Mapping[str, Any]) -> Document:
    """The form that was sent: `base` with what the page can change changed. Points that are no number stay text; `check` names
    them."""
    document = {**base, "name_zh": sent.get("name_zh", ""), "name_en": sent.get("name_en", "")}
    document["pass_line"] = _number(sent.get("pass_line", ""))
    known = {item["id"]: item for section in base["section"] for item in section["item"]}
    sections = {section["id"]: section for section in base["section"]}
    document["section"] = [
        _section(sent, f"s{n}-", sections, known) for n in range(_count(sent, "sections")) if f"s{n}-remove" not in sent
    ]
    return document


def grow(document: Document, sent: Mapping[str, str]) -> bool:
    """Add what an "add" button asks for; whether there was one."""
    taken = {item["id"] for section in document["section"] for item in section["item"]}
    number = next(n for n in range(1, 1000) if f"item_{n}" not in taken and f"section_{n}" not in _ids(document))
    if "add_section" in sent:
        document["section"].append(blank_section(number))
        return True
    for place, section in enumerate(document["section"]):
        if f"add_item_{place}" in sent:
            section["item"].append(blank_item(number))
            return True
    return False


def check(document: Document) -> None:
    """Raises UserError naming what the form's reader would only stumble over."""
    wrong = [(s.get("name_zh") or s["id"], s["points"]) for s in document["section"] if not _is_number(s["points"])]
    wrong += [
        (i.get("name_zh") or i["id"], i["points"]) for s in document["section"] for i in s["item"] if not _is_number(i["points"])
    ]
    if wrong:
        told = "; ".join(f"{name}: {value!r}" for name, value in wrong)
        raise UserError(f"These are no points: {told}.", f"以下分值不是有效数字：{told}。")
    line = document["pass_line"]
    if not _is_number(line) or not 0 <= line <= 100:
        raise UserError(f"The pass line {line!r} is no number from 0 to 100.", f"合格线 {line!r} 不是 0–100 之间的数。")
    total = sum(section["points"] for section in document["section"])
    if abs(total - 100) > 1e-6:
        raise UserError(f"The sections add up to {total:g} points; they have to be 100.", f"各部分合计 {total:g} 分，应为 100 分。")
    empty = [s["id"] for s in document["section"] if not s["item"]]
    named = [one for section in document["section"] for one in (section, *section["item"])]
    nameless = [one["id"] for one in named if not (one["name_zh"].strip() and one["name_en"].strip())]
    if empty or nameless:
        told = ", ".join([*empty, *nameless])
        raise UserError(
            f"Every section needs an item, and everything a name in both languages: {told}.",
            f"每个部分至少要有一项，且名称须有中英文：{told}。",
        )


def _ids(document: Document) -> set[str]:
    return {section["id"] for section in document["section"]}


def _section(sent: Mapping[str, str], at: str, sections: Mapping[str, Any], known: Mapping[str, Any]) -> Document:
    wanted = _id(sent.get(f"{at}id", ""))
    section = {**sections.get(wanted, {}), "id": wanted, "points": _number(sent.get(f"{at}points", ""))}
    section |= {name: sent.get(at + name, "").strip() for name in ("name_zh", "name_en")}
    places = [n for n in range(_count(sent, f"{at}items")) if f"{at}i{n}-remove" not in sent]
    section["item"] = [_item(sent, f"{at}i{n}-", known) for n in places]
    return section


def _item(sent: Mapping[str, str], at: str, known: Mapping[str, Any]) -> Document:
    wanted = _id(sent.get(f"{at}id", ""))
    item = {**known.get(wanted, {}), "id": wanted, "points": _number(sent.get(f"{at}points", ""))}
    item |= {name: sent.get(at + name, "").strip() for name in ("name_zh", "name_en", "best_zh", "best_en", "worst_zh", "worst_en")}
    comment, na = sent.get(f"{at}comment", "worst"), f"{at}na" in sent
    if "comment" in item or comment != "worst":
        item["comment"] = comment if comment in COMMENTS else "worst"
    if "na" in item or not na:
        item["na"] = na
    return item


def _id(text: str) -> str:
    return text if re.fullmatch(r"[a-z][a-z_0-9]{0,60}", text) else "item"


def _count(sent: Mapping[str, str], name: str) -> int:
    return min(MOST, whole(sent.get(name, ""), 0))


def _number(text: str) -> Any:
    try:
        return float(text.strip())
    except ValueError:
        return text


def _is_number(value: Any) -> bool:
    return isinstance(value, float | int) and math.isfinite(value) and value >= 0
