"""Whose calls a person may see: everybody's, those of some groups, or their own. Every list, search, export, report and page asks.

A call belongs to the group it was recorded in, which does not change when its agent moves; an agent belongs to the group the book
(or the settings) has them in now. Calls and agents of no group are seen by those alone who see all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quality.store import reading

if TYPE_CHECKING:
    from quality.access.users import User


@dataclass(frozen=True)
class Scope:
    """agent: only this agent's calls ("" sees none). groups: only those of these groups. None: no such bound; both None see all."""

    agent: str | None = None
    groups: frozenset[str] | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is kept from this person."""
        return self.agent is None and self.groups is None

    def sees_call(self, agent_id: str | None, team: str) -> bool:
        """Whether a call of that agent and group may be seen."""
        return self.agent in (None, agent_id or None) and (self.groups is None or team in self.groups)

    def sees_group(self, team: str) -> bool:
        """Whether figures of a whole group may be seen."""
        return self.agent is None and (self.groups is None or team in self.groups)

    def sees_agent(self, store: Path, agent_id: str) -> bool:
        """Whether what is about an agent (coaching, curve, figures) may be seen."""
        if self.agent is not None:
            return bool(agent_id) and self.agent == agent_id
        return self.groups is None or agent_id in self.agents(store)

    def agents(self, store: Path) -> frozenset[str]:
        """The agents this person may see. Only for a scope that is bound."""
        if self.agent is not None:
            return frozenset({self.agent} - {""})
        with reading(store) as connection:
            return frozenset(row[0] for row in connection.execute(_AGENTS, (json.dumps(sorted(self.groups or ())),)))

    def where(self, row: str = "c") -> tuple[str, tuple[object, ...]]:
        """SQL that holds for the rows of calls.db's `calls` that may be seen, and its values; ("1", ()) for all. row: the table's
        name in the query."""
        parts: list[str] = []
        values: list[object] = []
        if self.agent is not None:
            parts.append(f"{row}.agent_id = ?")
            values.append(self.agent)
        if self.groups is not None:
            parts.append(f"{row}.team IN ({', '.join('?' * len(self.groups))})")
            values += sorted(self.groups)
        return " AND ".join(parts) or "1", tuple(values)


ALL = Scope()
"""Sees everything: administrators, and whoever is bound to nothing."""


def scope_of(user: User) -> Scope:
    """What an account may see. A 座席 bound to no agent sees nothing."""
    if user.role == "agent":
        return Scope(agent=user.agent_id or "")
    return Scope(groups=frozenset(user.groups)) if user.groups and user.role != "admin" else ALL


# The book comes first: the settings' agents are written from it, and may be behind.
_AGENTS = """
SELECT number FROM review.people WHERE role = 'agent' AND team IN (SELECT value FROM json_each(?1))
UNION SELECT id FROM calls.agents WHERE team IN (SELECT value FROM json_each(?1))
    AND id NOT IN (SELECT number FROM review.people)
"""
