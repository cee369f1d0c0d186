"""Who may do what in the department, by role: the pages and every module here ask the same table."""

from __future__ import annotations

from pathlib import Path

from hw.messages import UserError
from quality.access.users import User
from quality.store import reading

LEADS = ("manager", "admin")
REVIEWERS = ("inspector", *LEADS)
STAFF = (*REVIEWERS, "trainer")  # see everybody's calls


def require(user: User, roles: tuple[str, ...]) -> None:
    """Raises UserError unless the user has one of these roles."""
    if user.role not in roles:
        raise UserError("Your role may not do this.", "您的角色无权进行此操作。")


def require_agent(store: Path, agent_id: str) -> None:
    """Raises UserError unless the box knows an agent of that number, from the book or from calls."""
    sql = "SELECT 1 FROM review.people WHERE number = ? AND role = 'agent' UNION SELECT 1 FROM calls.agents WHERE id = ?"
    with reading(store) as connection:
        if connection.execute(sql, (agent_id, agent_id)).fetchone() is None:
            raise UserError(f"There is no agent {agent_id}.", f"没有工号为 {agent_id} 的座席。")
