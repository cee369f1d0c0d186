"""The pages of this room."""

from __future__ import annotations

from webui.safety import auditpage

BLUEPRINTS = (auditpage.blueprint,)
