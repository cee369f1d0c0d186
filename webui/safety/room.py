"""The pages of this room."""

from __future__ import annotations

from webui.safety import account, auditpage, firstrun, login

BLUEPRINTS = (login.blueprint, account.blueprint, firstrun.blueprint, auditpage.blueprint)
