"""What differs between two versions of a document, piece by piece, so that a person sees the change and not the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_KEYS = ("id", "word", "number", "name")


@dataclass(frozen=True)
class Difference:
    """path: from the outside in, rows by their id or else their place from 1. before, after: what stood and stands there, None for
    nothing; of a list of plain values only those that went and those that came."""

    path: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[Difference]:
    """Every piece that differs, in the order of the documents; nothing when they are the same."""
    return list(_differences(before, after, path))


def as_detail(found: Sequence[Difference]) -> list[list[object]]:
    """The same for the log of changes: [[path, before, after], …]."""
    return [[list(one.path), one.before, one.after] for one in found]


def of_detail(detail: object) -> list[Difference]:
    """Back from there; nothing from what is no such list."""
    rows = detail if isinstance(detail, list) else []
    return [Difference(tuple(map(str, row[0])), row[1], row[2]) for row in rows if isinstance(row, list) and len(row) == 3]


def _differences(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(name), after.get(name), (*path, str(name)))
    elif _is_rows(before) and _is_rows(after):
        yield from _rows(before, after, path)
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        yield _list(before, after, path)
    else:
        yield Difference(path, before, after)


def _rows(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], path: tuple[str, ...]) -> Iterator[Difference]:
    old, new = _by_key(before), _by_key(after)
    for name in dict.fromkeys([*old, *new]):
        yield from _differences(old.get(name), new.get(name), (*path, name))
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Difference((*path, "order"), list(old), list(new))


def _list(before: Sequence[Any], after: Sequence[Any], path: tuple[str, ...]) -> Difference:
    gone, come = [v for v in before if v not in after], [v for v in after if v not in before]
    return Difference(path, gone, come) if gone or come else Difference(path, list(before), list(after))


def _by_key(rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    key = next((k for k in _KEYS if all(k in row for row in rows)), None)
    named = [str(row[key]) if key else str(n) for n, row in enumerate(rows, 1)]
    if len(set(named)) < len(named):
        named = [str(n) for n in range(1, len(rows) + 1)]
    return dict(zip(named, rows, strict=True))


def _is_rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(row, Mapping) for row in value)
